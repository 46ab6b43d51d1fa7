import type { Network } from "#config/config.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { forbidden, toFailure } from "./failures.ts";
import { resolveName } from "./guarded-lookup.ts";
import { direct, Lanes } from "./lanes.ts";
import type { Guard, Lane } from "./lanes.ts";
import type { AnswerController, AnswerHandler, Dispatch, UpstreamTimeouts } from "./transport.ts";
import { UpstreamFailure } from "./upstream.ts";
import type {
  AnswerHeaders,
  AnswerSink,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamClient,
  UpstreamRequest,
} from "./upstream.ts";

/** What arrives before anybody listens is kept; the connection is paused beyond this. */
const maxWaitingBytes = 64 * 1024;

const usualGuard: Guard = { egress: new Egress(usualEgress), resolve: resolveName, usesUndici: false };

export function createUpstreamClient(
  timeouts: UpstreamTimeouts,
  network: Network = direct,
  guard: Partial<Guard> = {},
): UpstreamClient {
  const { egress, resolve, usesUndici } = { ...usualGuard, ...guard };
  const lanes = new Lanes(timeouts, network, { egress, resolve, usesUndici });
  const places = new Map<string, Place>();
  return {
    send(request) {
      const { lane, fault, ...place } = locate(request.url, places, { lanes, egress });
      const call = new Call(lane.proxy);
      if (fault !== null) call.refuse();
      else lane.transport.dispatch({ ...place, ...toDispatch(request) }, call);
      return call;
    },
    close: () => lanes.close(),
  };
}

type Sent = Pick<Dispatch, "method" | "headers" | "body" | "idleMs">;

function toDispatch({ method, headers, body, idleMs }: UpstreamRequest): Sent {
  return idleMs === undefined ? { method, headers, body } : { method, headers, body, idleMs };
}

interface Place {
  readonly origin: string;
  readonly path: string;
  readonly lane: Lane;
  /** Why it is not asked. */
  readonly fault: string | null;
}

interface Ways {
  readonly lanes: Lanes;
  readonly egress: Egress;
}

/** Base URLs are few, so that parsing one is done once. Azure's paths carry model names: the cache is bounded. */
function locate(url: string, known: Map<string, Place>, { lanes, egress }: Ways): Place {
  let place = known.get(url);
  if (place === undefined) {
    const parsed = new URL(url);
    const [lane, fault] = [lanes.to(parsed), egress.faultOf(parsed)];
    place = { origin: parsed.origin, path: parsed.pathname + parsed.search, lane, fault };
    if (known.size > 1000) known.clear();
    known.set(url, place);
  }
  return place;
}

/** One request as a transport's handler, and as the call and the answer that the gateway sees. */
class Call implements AnswerHandler, UpstreamCall, UpstreamAnswer {
  readonly answer: Promise<UpstreamAnswer>;
  isConnected = false;
  isSent = false;
  answerBytes = 0;
  status = 0;
  headers: AnswerHeaders = {};
  readonly #proxy: string | null;
  #controller: AnswerController | null = null;
  #isAborted = false;
  #isPaused = false;
  #sink: AnswerSink | null = null;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ending: UpstreamFailure | "end" | null = null;
  #resolve: (answer: UpstreamAnswer) => void = () => {};
  #reject: (failure: UpstreamFailure) => void = () => {};

  /** `proxy` is the address of the one through which the request goes. */
  constructor(proxy: string | null) {
    this.#proxy = proxy;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever aborts before awaiting the answer does not want to hear of it.
    this.answer.catch(() => {});
  }

  get answerStatus(): number {
    return this.status;
  }

  abort(): void {
    if (this.#isAborted || this.#ending !== null) return;
    this.#isAborted = true;
    const failure = new UpstreamFailure("aborted", "aborted by the gateway");
    // Before there is a connection undici has nothing to abort: whoever waits is told now, the rest when it connects.
    if (this.#controller === null) this.#fail(failure);
    else this.#controller.abort(failure);
  }

  /** Nobody is asked. */
  refuse(): void {
    this.#fail(forbidden());
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

  onRequestStart(controller: AnswerController): void {
    this.#controller = controller;
    if (this.#isAborted) controller.abort(new UpstreamFailure("aborted", "aborted by the gateway"));
  }

  onConnected(): void {
    this.isConnected = true;
  }

  onRequestSent(): void {
    this.isSent = true;
  }

  onResponseStart(_controller: AnswerController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.isSent = true;
    this.status = status;
    this.headers = headers;
    this.#resolve(this);
  }

  onResponseData(controller: AnswerController, chunk: Buffer): void {
    if (this.#isAborted) return;
    this.answerBytes += chunk.length;
    if (this.#sink !== null && !this.#isPaused) return this.#hand(this.#sink, chunk);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > maxWaitingBytes) controller.pause();
  }

  onResponseEnd(): void {
    this.#ending = "end";
    this.#deliver();
  }

  onResponseError(_controller: AnswerController, error: Error): void {
    this.#fail(toFailure(error, { proxy: this.#proxy, isSent: this.isSent }));
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
      this.#hand(this.#sink, chunk);
    }
  }

  /** Whoever resumes would get what is thrown here, and that may be the event loop: it ends this answer, and no other. */
  #hand(sink: AnswerSink, chunk: Buffer): void {
    try {
      sink.onData(chunk);
    } catch (error) {
      this.#spoil(error);
    }
  }

  #spoil(error: unknown): void {
    const isOver = this.#ending !== null;
    this.#ending = unreadable(error);
    this.#waiting = [];
    this.#isPaused = false;
    this.#isAborted = true;
    if (!isOver) this.#controller?.abort(this.#ending);
    if (this.#sink !== null) this.#deliverEnding(this.#sink);
  }

  #deliverEnding(sink: AnswerSink): void {
    if (this.#ending === null) return;
    this.#sink = null;
    if (this.#ending !== "end") return sink.onFailure(this.#ending);
    try {
      sink.onEnd();
    } catch (error) {
      sink.onFailure(unreadable(error));
    }
  }
}

function unreadable(error: unknown): UpstreamFailure {
  return new UpstreamFailure("broken", "the answer could not be read", { cause: error });
}
