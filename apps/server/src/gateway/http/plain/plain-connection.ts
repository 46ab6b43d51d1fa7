// One connection of a client, as long as nothing but plain requests comes over it, one at a time. Called by plain-server.ts.
// Invariant: before anything of a request is answered it is known to be plain and to be alone; what is not goes to Node's server
// with all of its bytes, and the connection stays there.

import { performance } from "node:perf_hooks";
import type { Socket } from "node:net";
import type { Listed } from "#domain/roster.ts";
import type { RequestHead } from "#edge/request-head.ts";
import type { ExchangeParts } from "#gateway/http/exchange.ts";
import type { Serve } from "#gateway/http/route.ts";
import { PlainBody } from "./plain-body.ts";
import type { Intake } from "./plain-body.ts";
import { readPlainHead } from "./plain-head.ts";
import { PlainResponse } from "./plain-response.ts";
import type { Line } from "./plain-response.ts";

export type Unreadable = "HPE_INVALID_EOF_STATE" | "HPE_INVALID_METHOD" | "ERR_HTTP_REQUEST_TIMEOUT";

/** What a connection needs of its server. */
export interface PlainOwner {
  /** Null where the gateway has no answer. */
  route(request: RequestHead): Serve | null;
  serve(serve: Serve, parts: ExchangeParts): void;
  endOfHead(keepsAlive: boolean): string;
  onFirstRequest(connection: PlainConnection): void;
  onClosed(connection: PlainConnection): void;
  /** From now on it is Node's, which reads these bytes first. */
  handOver(connection: PlainConnection, bytes: Buffer): void;
  /** Says the last word on a connection that tells nonsense, or nothing for too long. */
  refuse(socket: Socket, code: Unreadable): void;
}

/** Of what comes while an answer is under way. */
const mostHeldBytes = 64 * 1024;

/** What any request begins with, as far as it is there. */
const requestStart = /^\r?\n?[A-Z]{1,24}(?:$| (?:$|[/*A-Za-z]))/;

export class PlainConnection implements Line, Intake, Listed {
  readonly socket: Socket;
  place = -1;
  readonly #owner: PlainOwner;
  #response: PlainResponse | null = null;
  #body: PlainBody | null = null;
  #held: Buffer | null = null;
  #isOver = false;
  /** Requests that it has brought. */
  #uses = 0;
  /** On `performance.now()`'s clock: since when it is as it is now. */
  #sinceMs = performance.now();

  constructor(socket: Socket, owner: PlainOwner) {
    this.socket = socket;
    this.#owner = owner;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", ignore);
    socket.on("close", this.#onClose);
  }

  /** Leaves the socket as it was found. */
  release(): void {
    const { socket } = this;
    this.#isOver = true;
    socket.removeListener("data", this.#onData);
    socket.removeListener("end", this.#onEnd);
    socket.removeListener("error", ignore);
    socket.removeListener("close", this.#onClose);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    if (!this.#isOver) this.socket.resume();
  }

  endOfHead(keepsAlive: boolean): string {
    return this.#owner.endOfHead(keepsAlive);
  }

  onLeft(keepsAlive: boolean): void {
    this.#response = null;
    if (keepsAlive) this.#goOn();
    else this.socket.destroySoon();
  }

  /** It has brought requests before, and waits for the next one. */
  get isIdle(): boolean {
    return this.#uses > 0 && this.#response === null && this.#body === null;
  }

  /** What of its time is over by now. */
  review(now: number, limits: { readonly headMs: number; readonly requestMs: number; readonly idleMs: number }): void {
    const spentMs = now - this.#sinceMs;
    if (this.#body !== null && this.#body.remaining > 0) {
      if (spentMs > limits.requestMs) this.#refuse("ERR_HTTP_REQUEST_TIMEOUT");
    } else if (this.isIdle) {
      if (spentMs > limits.idleMs) this.socket.destroy();
    } else if (this.#uses === 0 && spentMs > limits.headMs) this.#refuse("ERR_HTTP_REQUEST_TIMEOUT");
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isOver) return;
    const body = this.#body;
    if (body !== null && body.remaining > 0) this.#takeBody(body, bytes);
    else if (this.#response !== null) this.#hold(bytes);
    else this.#begin(bytes);
  };

  #begin(bytes: Buffer): void {
    const head = readPlainHead(bytes);
    if (head === null || bytes.length > head.headBytes + head.bodyBytes) return this.#owner.handOver(this, bytes);
    const { method, url, headers } = head;
    const request: RequestHead = { method, url, headers, socket: this.socket };
    const serve = this.#owner.route(request);
    if (serve === null) return this.#owner.handOver(this, bytes);
    this.#uses += 1;
    if (this.#uses === 1) this.#owner.onFirstRequest(this);
    const body = new PlainBody(head.bodyBytes, this);
    const response = new PlainResponse(this);
    this.#body = body;
    this.#response = response;
    if (head.bodyBytes > 0) this.#sinceMs = performance.now();
    if (bytes.length > head.headBytes) body.add(bytes.subarray(head.headBytes));
    this.#owner.serve(serve, { request, body, response });
  }

  #takeBody(body: PlainBody, bytes: Buffer): void {
    const { remaining } = body;
    body.add(bytes.length <= remaining ? bytes : bytes.subarray(0, remaining));
    if (body.remaining > 0 || this.#isOver) return;
    if (bytes.length > remaining) this.#hold(bytes.subarray(remaining));
    this.#goOn();
  }

  /** Whoever does not wait for his answer is served by Node's server behind it. */
  #hold(bytes: Buffer): void {
    const held = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = held;
    if (!requestStart.test(held.toString("latin1", 0, 32))) return this.#refuse("HPE_INVALID_METHOD");
    if (held.length > mostHeldBytes) this.socket.pause();
  }

  #goOn(): void {
    if (this.#isOver || this.#response !== null || (this.#body !== null && this.#body.remaining > 0)) return;
    const held = this.#held;
    this.#body = null;
    this.#sinceMs = performance.now();
    if (held === null) return;
    this.#held = null;
    this.#owner.handOver(this, held);
  }

  #refuse(code: Unreadable): void {
    const response = this.#response;
    const hasBegun = response?.hasBegun === true;
    this.#isOver = true;
    // Bytes of ours in the middle of an answer would be read as part of it.
    if (hasBegun) this.socket.destroy();
    else this.#owner.refuse(this.socket, code);
    this.#end();
  }

  readonly #onEnd = (): void => {
    if (this.#isOver) return;
    if (this.#body !== null && this.#body.remaining > 0) this.#refuse("HPE_INVALID_EOF_STATE");
    else this.socket.end();
  };

  readonly #onClose = (): void => {
    this.#isOver = true;
    this.#owner.onClosed(this);
    this.#end();
  };

  #end(): void {
    const [body, response] = [this.#body, this.#response];
    this.#body = null;
    this.#response = null;
    if (body !== null && body.remaining > 0) body.cutOff();
    response?.close();
  }
}

function ignore(): void {}
