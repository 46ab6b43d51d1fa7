// One connection to a vendor, over which one request goes at a time. Called by origin-pool.ts.
// Invariant: a connection about whose state anything is in doubt is closed, and never used for another request.

import { performance } from "node:perf_hooks";
import type { Socket } from "node:net";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { AnswerFault } from "./answer-fault.ts";
import type { AnswerHead } from "./answer-head.ts";
import { AnswerParser } from "./answer-parser.ts";
import type { AnswerEvents } from "./answer-parser.ts";
import type { Carrier, Exchange } from "./exchange.ts";
import { headOf } from "./request-text.ts";
import type { Wire } from "./wire.ts";

export interface ConnectionOwner {
  readonly host: string;
  /** Its answer is whole, and the next request may have it. */
  onFree(connection: Connection): void;
  onClosed(connection: Connection): void;
  /** It closed before anything came of the answer to what was sent over it. */
  onUnanswered(exchange: Exchange, error: Error): void;
}

/** Up to this a request is one text: one write, and no copy of the body beforehand. */
const mostJoinedBytes = 16 * 1024;

export class Connection implements AnswerEvents, Carrier {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new AnswerParser(this);
  #exchange: Exchange | null = null;
  #error: Error | null = null;
  /** Requests that it has carried. */
  uses = 0;
  /** On `performance.now()`'s clock. */
  idleSinceMs = 0;
  /** Of the event loop. */
  idleSinceTurn = 0;
  /** As the vendor says; null where it does not. */
  keepAliveMs: number | null = null;

  /** The wire is connected. */
  constructor(wire: Wire, owner: ConnectionOwner) {
    const { socket } = wire;
    this.#socket = socket;
    this.#owner = owner;
    wire.receive((received) => this.#receive(received));
    // Only what flows tells its end.
    socket.resume();
    socket.on("end", () => this.#receiveEnd());
    socket.on("error", (error) => (this.#error ??= error));
    socket.on("close", () => this.#close());
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable;
  }

  start(exchange: Exchange): void {
    this.#exchange = exchange;
    this.uses += 1;
    exchange.connection = this;
    exchange.handler.onConnected();
    this.#parser.expect(exchange.request.method);
    try {
      this.#send(exchange);
    } catch (error) {
      exchange.fail(new UpstreamFailure("broken", "the request cannot be sent", { cause: error }));
    }
  }

  #send(exchange: Exchange): void {
    const { request, handler } = exchange;
    const { body } = request;
    const bytes = body === null ? 0 : Buffer.byteLength(body);
    const head = headOf(request, this.#owner.host, bytes);
    const tellSent = (): void => {
      if (this.#exchange === exchange) handler.onRequestSent();
    };
    if (body === null) this.#socket.write(head, "latin1");
    else if (bytes <= mostJoinedBytes) this.#socket.write(head + latin1Of(body, bytes), "latin1");
    else this.#writeLarge(head, body, tellSent);
    if (bytes <= mostJoinedBytes) tellSent();
  }

  #writeLarge(head: string, body: string | Buffer, whenSent: () => void): void {
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    this.#socket.write(body, (error) => {
      if (!error) whenSent();
    });
    this.#socket.uncork();
  }

  resume(): void {
    if (this.#exchange?.hasAnswer) this.#postpone(this.#exchange);
    this.#socket.resume();
  }

  #postpone(exchange: Exchange): void {
    exchange.deadlineMs = performance.now() + exchange.idleMs;
  }

  destroy(): void {
    this.#exchange = null;
    this.#socket.destroy();
  }

  onHead({ status, headers, keepAliveMs }: AnswerHead): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    exchange.hasAnswer = true;
    this.keepAliveMs = keepAliveMs;
    exchange.handler.onResponseStart(exchange, status, headers);
  }

  onBody(slice: Buffer): void {
    this.#exchange?.handler.onResponseData(this.#exchange, Buffer.from(slice));
  }

  onEnd(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#exchange = null;
    // An answer that came before the whole request was sent: the rest of it would be read as the next one's.
    const isReusable = this.#parser.keepsAlive && this.#socket.writableLength === 0 && this.isUsable;
    if (!isReusable) this.#socket.destroy();
    exchange.end();
    if (isReusable) this.#free();
  }

  #free(): void {
    this.#socket.resume();
    this.#owner.onFree(this);
  }

  #receive(received: Buffer): void {
    const exchange = this.#exchange;
    // Nobody asked for it.
    if (exchange === null) return this.destroy();
    try {
      this.#parser.push(received);
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      exchange.fail(new UpstreamFailure("broken", `the answer cannot be read as HTTP: ${error.message}`));
      return this.destroy();
    }
    if (exchange.hasAnswer) this.#postpone(exchange);
    // Not before more has come: to stop reading is dear, and who does not read does not learn that the connection broke.
    if (exchange.paused && !exchange.isOver) this.#socket.pause();
  }

  /** Where that is not the end of an answer, none is to come: what is still being sent is of no use. */
  #receiveEnd(): void {
    if (this.#exchange === null || !this.#parser.finish()) this.#socket.destroy();
  }

  #close(): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.#owner.onClosed(this);
    if (exchange === null) return;
    const error = this.#error ?? new UpstreamFailure("broken", "the connection was closed");
    exchange.connection = null;
    if (!exchange.hasAnswer && this.uses > 1) this.#owner.onUnanswered(exchange, error);
    else exchange.fail(error);
  }
}

/** Its bytes, as a text of as many letters. What has as many letters as bytes is ASCII. */
function latin1Of(body: string | Buffer, bytes: number): string {
  if (typeof body !== "string") return body.toString("latin1");
  return body.length === bytes ? body : Buffer.from(body).toString("latin1");
}
