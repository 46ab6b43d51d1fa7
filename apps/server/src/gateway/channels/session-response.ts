// The answer to who asks for a session in real time: a refusal in HTTP, or the connection upgraded and the vendor's messages on it. What
// writes to it is the same outlet that answers requests. Invariant: a client is told nothing before a vendor has agreed; what it says
// goes no faster than the vendor takes it.

import type { Socket } from "node:net";
import { framesIn } from "@ghostllm/llm";
import type { SessionTap } from "@ghostllm/llm";
import type { WebSocket } from "ws";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { RealtimeClient } from "#gateway/flow/ask/session-attempt.ts";
import type { ClientResponse } from "#gateway/http/client-response.ts";
import type { Hold } from "#gateway/http/held-bytes.ts";
import type { VendorSocket } from "#gateway/upstream/sockets/vendor-socket.ts";
import { HandshakeResponse } from "./handshake-response.ts";

export interface SessionResponseParts {
  readonly carrier: Socket;
  readonly hold: Hold;
  readonly messageBytes: number;
  readonly idleMs: number;
  /** Null where what the client has sent is no handshake: it has been told so. */
  readonly upgrade: (headers: OutletHeaders) => WebSocket | null;
}

const closings = { done: 1000, failed: 1011, overloaded: 1013 } as const;
const goodbyeMs = 1_000;
const heartbeatMs = 30_000;
/** Of the client: done, going away, and no word of why. */
const ends: ReadonlySet<number> = new Set([1000, 1001, 1005]);

export class SessionResponse implements ClientResponse, RealtimeClient {
  readonly messageBytes: number;
  readonly idleMs: number;
  hasLeft = false;
  isGone = false;
  readonly #parts: SessionResponseParts;
  readonly #refusal: HandshakeResponse;
  #socket: WebSocket | null = null;
  #vendor: VendorSocket | null = null;
  #tap: SessionTap | null = null;
  #heartbeat: NodeJS.Timeout | undefined;
  #isAlive = true;
  #unreadBytes = 0;
  #onOver: () => void = () => undefined;
  #onDrained: () => void = () => undefined;

  constructor(parts: SessionResponseParts) {
    this.#parts = parts;
    this.messageBytes = parts.messageBytes;
    this.idleMs = parts.idleMs;
    this.#refusal = new HandshakeResponse(parts.carrier);
    // Behind the handshake it is the socket that says how it ended.
    parts.carrier.once("close", () => this.#socket === null && this.#leave());
    parts.carrier.on("drain", () => this.#drain());
  }

  get hasBegun(): boolean {
    return this.#socket !== null || this.#refusal.hasBegun;
  }

  get isFull(): boolean {
    return this.#socket !== null && this.#parts.carrier.writableNeedDrain;
  }

  header(name: string): unknown {
    return this.#refusal.header(name);
  }

  setHeader(name: string, value: string | number): void {
    this.#refusal.setHeader(name, value);
  }

  letGo(): void {}

  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void {
    this.hasLeft = true;
    this.#refusal.send(status, headers, body);
    this.#leave();
  }

  talkTo(vendor: VendorSocket, tap: SessionTap): void {
    this.#vendor = vendor;
    this.#tap = tap;
  }

  begin(_status: number, headers: OutletHeaders): void {
    const socket = this.#parts.upgrade(headers);
    if (socket === null) return this.#leave();
    this.#socket = socket;
    const { carrier } = this.#parts;
    carrier.prependListener("data", (bytes: Buffer) => this.#count(bytes.length));
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#pass(data, !isBinary));
    socket.on("pong", () => (this.#isAlive = true));
    // What the protocol does not allow: its end comes by `close`, too.
    socket.on("error", () => undefined);
    socket.on("close", (code: number) => this.#hangUp(code));
    this.#heartbeat = setInterval(() => this.#checkAlive(), heartbeatMs).unref();
  }

  write(bytes: string | Buffer, whenLeft?: () => void): boolean {
    const frames = framesIn(Buffer.from(bytes));
    for (const { isText, data } of frames) this.#socket?.send(data, { binary: !isText }, () => undefined);
    if (whenLeft !== undefined) setImmediate(whenLeft);
    return !this.isFull;
  }

  end(lastBytes: Buffer | null): void {
    if (lastBytes !== null) this.write(lastBytes);
    this.#close(closings.done);
  }

  /** Of a session that cannot go on. */
  destroy(): void {
    this.#close(closings.failed);
  }

  whenDrained(callback: () => void): void {
    this.#onDrained = callback;
    if (!this.isFull) setImmediate(() => this.#drain());
  }

  whenOver(callback: () => void): void {
    this.#onOver = callback;
  }

  #pass(data: Buffer, isText: boolean): void {
    this.#unreadBytes = 0;
    this.#parts.hold.become(0);
    const [vendor, socket] = [this.#vendor, this.#socket];
    vendor?.send({ isText, data }, () => {
      if (socket?.isPaused === true && !vendor.isFull) socket.resume();
    });
    if (vendor?.isFull === true) socket?.pause();
  }

  /** A message is gathered before it is handed over. */
  #count(bytes: number): void {
    this.#unreadBytes += bytes;
    if (this.#parts.hold.become(this.#unreadBytes) !== null) this.#socket?.close(closings.overloaded);
  }

  #checkAlive(): void {
    if (this.isFull) return;
    if (!this.#isAlive) return this.#socket?.terminate();
    this.#isAlive = false;
    this.#socket?.ping();
  }

  /** The end of a session is the client's to say, unless a response is under way, which its vendor charges for. */
  #hangUp(code: number): void {
    const isDone = ends.has(code) && this.#tap?.session.running === 0;
    if (!isDone || this.hasLeft) return this.#leave();
    this.hasLeft = true;
    this.#vendor?.leave();
  }

  #close(code: number): void {
    this.hasLeft = true;
    this.#socket?.close(code);
    setTimeout(() => this.#parts.carrier.destroy(), goodbyeMs).unref();
    this.#leave();
  }

  #drain(): void {
    const callback = this.#onDrained;
    this.#onDrained = () => undefined;
    callback();
  }

  #leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    clearInterval(this.#heartbeat);
    this.#parts.hold.release();
    this.#onOver();
  }
}
