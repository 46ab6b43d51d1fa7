import { afterEach, beforeEach, expect, it } from "vitest";
import type { AnswerController, AnswerHandler } from "#gateway/upstream/transport.ts";
import { pause, waitFor } from "../../../../tests/support/stage.ts";
import { patient } from "../../../../tests/upstream-support/both-clients.ts";
import { answerText, chunkedHead, startRawVendor } from "../../../../tests/upstream-support/raw-vendor.ts";
import type { RawVendor, RawVisit } from "../../../../tests/upstream-support/raw-vendor.ts";
import { connectTo } from "./connect.ts";
import { LeanTransport } from "./lean-transport.ts";
import type { LeanOptions } from "./lean-transport.ts";

let vendor: RawVendor;
let held: RawVisit[];
const transports: LeanTransport[] = [];

beforeEach(async () => {
  held = [];
  vendor = await startRawVendor({ onRequest: (visit) => held.push(visit) });
});
afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.destroy();
  await vendor.close();
});

function create(mostConnections: number, timeouts: Partial<LeanOptions["timeouts"]> = {}): LeanTransport {
  const connectHere: LeanOptions["connectTo"] = (url) =>
    connectTo(url, { connectMs: 5_000, lookup: (_name, _options, callback) => callback(null, "127.0.0.1", 4) });
  const transport = new LeanTransport({
    timeouts: { ...patient, ...timeouts },
    connectTo: connectHere,
    mostConnections,
  });
  transports.push(transport);
  return transport;
}

class Waiter implements AnswerHandler {
  end: "whole" | Error | null = null;
  controller: AnswerController | null = null;

  onRequestStart(controller: AnswerController): void {
    this.controller = controller;
  }
  onConnected(): void {}
  onRequestSent(): void {}
  onResponseStart(): void {}
  onResponseData(): void {}
  onResponseEnd(): void {
    this.end = "whole";
  }
  onResponseError(_controller: AnswerController, error: Error): void {
    this.end = error;
  }
}

function send(transport: LeanTransport, path: string, method: "GET" | "POST" = "POST"): Waiter {
  const waiter = new Waiter();
  transport.dispatch({ method, origin: vendor.url, path, headers: {}, body: null }, waiter);
  return waiter;
}

const pathsHeld = (): string[] => held.map(({ head }) => head.split(" ")[1] ?? "");

/** The oldest that waits for its answer. */
function answerNext(): void {
  held.shift()?.socket.write(answerText("ok"));
}

it("more than the most connections are never open, and who waits is served in order", async () => {
  const transport = create(3);
  const waiters = Array.from({ length: 30 }, (_, number) => send(transport, `/${number}`));
  for (let number = 0; number < 30; number += 1) {
    await waitFor(() => held.length === Math.min(3, 30 - number));
    expect(pathsHeld()[0]).toBe(`/${number}`);
    answerNext();
    await waitFor(() => waiters[number]?.end !== null);
  }
  expect(waiters.every(({ end }) => end === "whole")).toBe(true);
  expect(vendor.connections).toBe(3);
});

it("who has left the queue is passed over, and costs nobody his connection", async () => {
  const transport = create(1);
  const [first, left, second] = ["/first", "/left", "/second"].map((path) => send(transport, path));
  await waitFor(() => held.length === 1);
  left?.controller?.abort(new Error("gone"));
  expect(left?.end).toBeInstanceOf(Error);
  answerNext();
  await waitFor(() => held.length === 1);
  expect(pathsHeld()).toEqual(["/second"]);
  answerNext();
  await waitFor(() => second?.end !== null);
  expect([first?.end, second?.end]).toEqual(["whole", "whole"]);
  expect(vendor.connections).toBe(1);
});

it("who leaves just before it is his turn leaves the connection to the next one", async () => {
  const transport = create(1);
  send(transport, "/first");
  await waitFor(() => held.length === 1);
  answerNext();
  await pause(30);
  const leaving = send(transport, "/leaving");
  await new Promise((resolve) => setImmediate(resolve));
  const next = send(transport, "/next");
  leaving.controller?.abort(new Error("gone"));
  await waitFor(() => held.length === 1);
  expect(pathsHeld()).toEqual(["/next"]);
  answerNext();
  await waitFor(() => next.end === "whole");
  expect(vendor.connections).toBe(1);
});

it("a connection that breaks makes room for the next one who waits", async () => {
  const transport = create(1);
  const [first, second] = ["/first", "/second"].map((path) => send(transport, path));
  await waitFor(() => held.length === 1);
  held.shift()?.socket.resetAndDestroy();
  await waitFor(() => held.length === 1);
  expect(first?.end).toBeInstanceOf(Error);
  answerNext();
  await waitFor(() => second?.end === "whole");
});

it("who waits too long is told so, and not sent", async () => {
  const transport = create(1, { firstByteMs: 300 });
  const first = send(transport, "/first");
  await waitFor(() => held.length === 1);
  held[0]?.socket.write(chunkedHead);
  const second = send(transport, "/second");
  await waitFor(() => second.end !== null);
  expect(second.end).toMatchObject({ kind: "connect", message: "no connection became free in time" });
  expect(first.end).toBeNull();
  await pause(30);
  expect(pathsHeld()).toEqual(["/first"]);
});

it("what is only read is asked for once more, and no oftener, where a used connection breaks before the answer", async () => {
  const transport = create(8);
  const warm = send(transport, "/warm", "GET");
  await waitFor(() => held.length === 1);
  answerNext();
  await waitFor(() => warm.end === "whole");
  await pause(5);
  const read = send(transport, "/read", "GET");
  for (let times = 0; times < 2; times += 1) {
    await waitFor(() => held.length === 1);
    held.shift()?.socket.destroy();
  }
  await waitFor(() => read.end !== null);
  expect(read.end).toBeInstanceOf(Error);
  expect(vendor.requests.map(({ head }) => head.split(" ")[1])).toEqual(["/warm", "/read", "/read"]);
});

it("what costs money is not asked for twice", async () => {
  const transport = create(8);
  const warm = send(transport, "/warm");
  await waitFor(() => held.length === 1);
  answerNext();
  await waitFor(() => warm.end === "whole");
  await pause(5);
  const paid = send(transport, "/paid");
  await waitFor(() => held.length === 1);
  held.shift()?.socket.destroy();
  await waitFor(() => paid.end !== null);
  expect(paid.end).toBeInstanceOf(Error);
  await pause(30);
  expect(vendor.requests).toHaveLength(2);
  expect(vendor.connections).toBe(1);
});
