// One open page, or program that looks on: who it is, what it wants, and what it has missed because it did not read.

import { liveOrder } from "@ghostllm/contract/routes";
import type { LiveChange, LiveMessage } from "@ghostllm/contract/routes";
import type { WebSocket } from "ws";
import type { Actor } from "#domain/access/actor.ts";
import type { RequestRow } from "#control/resources/request-row.ts";

/** What a page has not read of what was sent; then it is sent no more until it has. */
const mostUnread = 64 * 1024;

export const closings = { leaving: 1001, refused: 4401, unexpected: 4400 } as const;

const everything: LiveChange = { what: "everything", id: null };

/** Requests as many pages are told them: written as text once. */
export class ToldRows {
  readonly count: number;
  readonly #rows: readonly RequestRow[];
  #text: string | undefined;

  constructor(rows: readonly RequestRow[]) {
    this.#rows = rows;
    this.count = rows.length;
  }

  /** JSON. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#rows satisfies Readonly<Signals["requests"]>);
    return this.#text;
  }
}

type Signals = Extract<LiveMessage, { type: "signals" }>;

export interface Telling {
  readonly requests: ToldRows;
  readonly missed: number;
  readonly changed: readonly LiveChange[];
}

export class LiveConnection {
  /** Null until it has shown who it is. */
  actor: Actor | null = null;
  /** What it has shown, to be looked at again. */
  credential: () => Promise<Actor> = () => Promise.reject(new Error("nothing was shown"));
  wantsRequests = true;
  #missed = 0;
  #hasMissedChanges = false;
  #isAlive = true;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("pong", () => (this.#isAlive = true));
    // Its end comes by `close`, too.
    socket.on("error", () => {});
  }

  onClose(callback: () => void): void {
    this.#socket.on("close", callback);
  }

  onOrder(callback: (order: ReturnType<typeof liveOrder.parse>) => void): void {
    this.#socket.on("message", (data: Buffer) => {
      const order = liveOrder.safeParse(readJson(data));
      if (order.success) callback(order.data);
      else this.end(closings.unexpected, "invalid_request_error", "This is no order that is known here");
    });
  }

  tell({ requests, missed, changed }: Telling): void {
    if (this.#socket.bufferedAmount > mostUnread) {
      this.#missed += requests.count + missed;
      this.#hasMissedChanges ||= changed.length > 0;
      return;
    }
    const all = this.#hasMissedChanges ? [everything] : [...changed];
    const allMissed = missed + this.#missed;
    if (requests.count + allMissed + all.length > 0)
      this.#socket.send(
        `{"type":"signals","requests":${requests.text},"missed":${allMissed},"changed":${JSON.stringify(all)}}`,
      );
    this.#missed = 0;
    this.#hasMissedChanges = false;
  }

  welcome(): void {
    this.#send({ type: "ready" });
  }

  end(closing: number, code: string, message: string): void {
    this.#send({ type: "error", code, message });
    this.#socket.close(closing);
  }

  leave(): void {
    this.#socket.close(closings.leaving);
  }

  /** Ends a connection of which nobody is at the other end any more. */
  checkAlive(): void {
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    this.#socket.ping();
  }

  #send(message: LiveMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}

function readJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    return undefined;
  }
}
