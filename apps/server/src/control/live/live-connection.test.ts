import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { expect, it } from "vitest";
import { LiveConnection, ToldRows } from "./live-connection.ts";

/** The library's end of a connection, whose other end reads when the test says so. */
class Wire extends EventEmitter {
  bufferedAmount = 0;
  isTerminated = false;
  readonly sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  ping(): void {}

  terminate(): void {
    this.isTerminated = true;
  }
}

function connect() {
  const wire = new Wire();
  return { wire, connection: new LiveConnection(wire as unknown as WebSocket) };
}

const none = new ToldRows([]);
const aliases = { what: "aliases", id: "a" };

it("sends nothing to whom nothing concerns", () => {
  const { wire, connection } = connect();
  connection.tell({ requests: none, missed: 0, changed: [] });
  expect(wire.sent).toEqual([]);
});

it("sends no more to whoever does not read, and tells him then how much he has missed", () => {
  const { wire, connection } = connect();
  wire.bufferedAmount = 100_000;
  for (let tick = 0; tick < 1_000; tick += 1) connection.tell({ requests: none, missed: 3, changed: [aliases] });
  expect(wire.sent).toEqual([]);
  wire.bufferedAmount = 0;
  connection.tell({ requests: none, missed: 1, changed: [] });
  connection.tell({ requests: none, missed: 2, changed: [aliases] });
  expect(wire.sent).toEqual([
    { type: "signals", requests: [], missed: 3_001, changed: [{ what: "everything", id: null }] },
    { type: "signals", requests: [], missed: 2, changed: [aliases] },
  ]);
});

it("is ended where nobody answers any more", () => {
  const { wire, connection } = connect();
  connection.checkAlive();
  wire.emit("pong");
  connection.checkAlive();
  expect(wire.isTerminated).toBe(false);
  connection.checkAlive();
  expect(wire.isTerminated).toBe(true);
});
