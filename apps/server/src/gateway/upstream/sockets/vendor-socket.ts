// One session at a vendor: a call as every other one until its handshake is answered, then an answer whose pieces are the vendor's messages,
// and a way for the client's. Called through vendor-sockets.ts. Invariant: it ends with one word to its sink, whatever ends it.

import type { IncomingMessage } from "node:http";
import { encodeFrame } from "@ghostllm/llm";
import type { Frame } from "@ghostllm/llm";
import type { WebSocket } from "ws";
import { forbidden, toFailure } from "#gateway/upstream/failures.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer, UpstreamCall } from "#gateway/upstream/upstream.ts";
import { RefusedHandshake } from "./refused-handshake.ts";

/** Who is told goodbye has so long to say it, too. */
const goodbyeMs = 1_000;
/** That wait for the vendor to take them. */
const mostWaitingBytes = 256 * 1024;

export class VendorSocket implements UpstreamCall, UpstreamAnswer {
  readonly answer: Promise<UpstreamAnswer>;
  readonly status = 200;
  headers: AnswerHeaders = {};
  isConnected = false;
  /** A handshake costs nothing. */
  readonly isSent = false;
  answerStatus = 0;
  answerBytes = 0;
  /** It is a session, and no refusal of one. */
  isOpen = false;
  readonly #socket: WebSocket | null;
  readonly #idleMs: number;
  #idle: NodeJS.Timeout | undefined;
  #sink: AnswerSink | null = null;
  /** What came before somebody listens. */
  #early: Buffer[] = [];
  #ending: UpstreamFailure | "end" | null = null;
  #resolve: (answer: UpstreamAnswer) => void = () => undefined;
  #reject: (failure: UpstreamFailure) => void = () => undefined;

  /** Null: its address may not be asked. */
  constructor(socket: WebSocket | null, { idleMs }: { readonly idleMs: number }) {
    this.#socket = socket;
    this.#idleMs = idleMs;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.answer.catch(() => undefined);
    if (socket === null) this.#finish(forbidden());
    else this.#watch(socket);
  }

  get isFull(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > mostWaitingBytes;
  }

  /** `whenLeft`: it is with the kernel, or will never be. */
  send({ isText, data }: Frame, whenLeft: () => void): void {
    this.#touch();
    if (this.#socket?.readyState === this.#socket?.OPEN)
      this.#socket?.send(data, { binary: !isText }, () => whenLeft());
    else whenLeft();
  }

  /** The client is done. */
  leave(): void {
    this.#close();
    this.#finish("end");
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    for (const early of this.#early.splice(0)) sink.onData(early);
    this.#socket?.resume();
    this.#tellEnding();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  abort(): void {
    this.#socket?.terminate();
    this.#finish(new UpstreamFailure("aborted", "aborted by the gateway"));
  }

  #watch(socket: WebSocket): void {
    socket.on("upgrade", ({ headers }: IncomingMessage) => (this.headers = headers));
    socket.on("open", () => this.#open());
    socket.on("unexpected-response", (_request: unknown, response: IncomingMessage) => {
      this.isConnected = true;
      this.answerStatus = response.statusCode ?? 0;
      this.#ending = "end";
      this.#resolve(new RefusedHandshake(response));
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#hear({ isText: !isBinary, data }));
    socket.on("error", (error: Error) => this.#finish(toFailure(error, { proxy: null, isSent: this.isOpen })));
    socket.on("close", (code: number) => this.#finish(isEnd(code) ? "end" : brokenOff(code)));
  }

  #open(): void {
    this.isConnected = true;
    this.isOpen = true;
    this.answerStatus = this.status;
    this.#touch();
    // Until somebody listens.
    this.#socket?.pause();
    this.#resolve(this);
  }

  #hear(frame: Frame): void {
    this.#touch();
    const bytes = encodeFrame(frame);
    this.answerBytes += bytes.length;
    if (this.#sink === null) this.#early.push(bytes);
    else this.#sink.onData(bytes);
  }

  #touch(): void {
    if (this.#ending !== null) return;
    if (this.#idle === undefined) this.#idle = setTimeout(() => this.#fallSilent(), this.#idleMs);
    else this.#idle.refresh();
  }

  #fallSilent(): void {
    this.#close();
    this.#finish(new UpstreamFailure("timeout", `nobody has said anything for ${this.#idleMs} ms`));
  }

  #close(): void {
    this.#socket?.close(1000);
    setTimeout(() => this.#socket?.terminate(), goodbyeMs).unref();
  }

  #finish(ending: UpstreamFailure | "end"): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    clearTimeout(this.#idle);
    if (ending !== "end") this.#reject(ending);
    this.#tellEnding();
  }

  #tellEnding(): void {
    const [sink, ending] = [this.#sink, this.#ending];
    if (sink === null || ending === null) return;
    this.#sink = null;
    if (ending === "end") sink.onEnd();
    else sink.onFailure(ending);
  }
}

/** RFC 6455, 7.4.1: done, going away, and no word of why. */
function isEnd(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1005;
}

function brokenOff(code: number): UpstreamFailure {
  return new UpstreamFailure("broken", `the session was broken off (${code})`);
}
