import { Agent, errors } from "undici";
import type { Dispatcher } from "undici";
import { UpstreamFailure } from "./upstream.ts";
import type {
  AnswerHeaders,
  AnswerSink,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamClient,
  UpstreamRequest,
} from "./upstream.ts";

export interface UpstreamTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

/** Vendors close idle connections after about a minute: ours go before that, so that no request meets a closed one. */
const keepAliveMs = 20_000;

/** What arrives before anybody listens is kept; the connection is paused beyond this. */
const maxWaitingBytes = 64 * 1024;

export function createUndiciClient(timeouts: UpstreamTimeouts): UpstreamClient {
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connect: { timeout: timeouts.connectMs },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: timeouts.firstByteMs,
    bodyTimeout: timeouts.idleMs,
  });
  const origins = new Map<string, { readonly origin: string; readonly path: string }>();
  return {
    send(request) {
      const call = new Call();
      agent.dispatch({ ...splitUrl(request.url, origins), ...toDispatch(request) }, call);
      return call;
    },
    close: () => agent.destroy(),
  };
}

function toDispatch(request: UpstreamRequest): Pick<Dispatcher.DispatchOptions, "method" | "headers" | "body"> {
  return { method: request.method, headers: request.headers, body: request.body };
}

/** Base URLs are few, so that parsing one is done once. Azure's paths carry model names: the cache is bounded. */
function splitUrl(url: string, known: Map<string, { readonly origin: string; readonly path: string }>) {
  let parts = known.get(url);
  if (parts === undefined) {
    const parsed = new URL(url);
    parts = { origin: parsed.origin, path: parsed.pathname + parsed.search };
    if (known.size > 1000) known.clear();
    known.set(url, parts);
  }
  return parts;
}

/** One request as undici's handler, and as the call and the answer that the gateway sees. */
class Call implements Dispatcher.DispatchHandler, UpstreamCall, UpstreamAnswer {
  readonly answer: Promise<UpstreamAnswer>;
  isSent = false;
  status = 0;
  headers: AnswerHeaders = {};
  #controller: Dispatcher.DispatchController | null = null;
  #isAborted = false;
  #isPaused = false;
  #sink: AnswerSink | null = null;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ending: UpstreamFailure | "end" | null = null;
  #resolve: (answer: UpstreamAnswer) => void = () => {};
  #reject: (failure: UpstreamFailure) => void = () => {};

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever aborts before awaiting the answer does not want to hear of it.
    this.answer.catch(() => {});
  }

  abort(): void {
    if (this.#isAborted || this.#ending !== null) return;
    this.#isAborted = true;
    const failure = new UpstreamFailure("aborted", "aborted by the gateway");
    // Before there is a connection undici has nothing to abort: whoever waits is told now, the rest when it connects.
    if (this.#controller === null) this.#fail(failure);
    else this.#controller.abort(failure);
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    this.resume();
  }

  pause(): void {
    this.#isPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliver();
    if (!this.#isPaused && this.#ending === null && this.#controller?.paused) this.#controller.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAborted) controller.abort(new UpstreamFailure("aborted", "aborted by the gateway"));
  }

  onRequestSent(): void {
    this.isSent = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.isSent = true;
    this.status = status;
    this.headers = headers;
    this.#resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isAborted) return;
    if (this.#sink !== null && !this.#isPaused) {
      this.#sink.onData(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > maxWaitingBytes) controller.pause();
  }

  onResponseEnd(): void {
    this.#ending = "end";
    this.#deliver();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(toFailure(error));
  }

  #fail(failure: UpstreamFailure): void {
    this.#ending = failure;
    this.#reject(failure);
    // A failure is told at once, even to one who paused: what waits has lost its worth.
    this.#isPaused = false;
    this.#deliver();
  }

  /** Hands over what waits, and then the end, until the sink pauses. */
  #deliver(): void {
    while (this.#sink !== null && !this.#isPaused) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) return this.#deliverEnding(this.#sink);
      this.#waitingBytes -= chunk.length;
      this.#sink.onData(chunk);
    }
  }

  #deliverEnding(sink: AnswerSink): void {
    if (this.#ending === null) return;
    this.#sink = null;
    if (this.#ending === "end") sink.onEnd();
    else sink.onFailure(this.#ending);
  }
}

function toFailure(error: Error): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof errors.ConnectTimeoutError) return new UpstreamFailure("connect", "connecting timed out", error);
  if (error instanceof errors.HeadersTimeoutError) return new UpstreamFailure("timeout", "no answer in time", error);
  if (error instanceof errors.BodyTimeoutError) return new UpstreamFailure("timeout", "the answer stalled", error);
  const code = "code" in error ? String(error.code) : error.name;
  const isUnsent = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|TLS|SSL/.test(code);
  return new UpstreamFailure(isUnsent ? "connect" : "broken", describeFailure(code), error);
}

/** Codes, not messages: a message may hold addresses, which are the operator's business. */
function describeFailure(code: string): string {
  if (code === "UND_ERR_SOCKET") return "the connection was closed";
  return `the connection failed (${code})`;
}
