import type { AnswerController, AnswerHandler, Dispatch } from "#gateway/upstream/transport.ts";
import type { Roster } from "#domain/roster.ts";

/** What carries it, as far as it concerns what it carries. */
export interface Carrier {
  resume(): void;
  destroy(): void;
}

/** How long its vendor is waited for. */
export interface Deadlines {
  readonly deadlineMs: number;
  /** The longest silence within the answer, as it was when the request came. */
  readonly idleMs: number;
}

interface ExchangeParts extends Deadlines {
  readonly running: Roster<Exchange>;
}

/** One request and its answer, over one connection; what is left of it afterwards touches nobody else's. */
export class Exchange implements AnswerController {
  readonly request: Dispatch;
  readonly handler: AnswerHandler;
  /** On `performance.now()`'s clock: something must have come by then. */
  deadlineMs: number;
  readonly idleMs: number;
  /** The one that carries it; null before and after. */
  connection: Carrier | null = null;
  hasAnswer = false;
  /** It has been sent twice. */
  isRepeated = false;
  /** What comes next is the last that is read for now. */
  paused = false;
  /** Among all that run. */
  place = -1;
  readonly #running: Roster<Exchange>;
  #isOver = false;

  constructor(request: Dispatch, handler: AnswerHandler, { deadlineMs, idleMs, running }: ExchangeParts) {
    this.request = request;
    this.handler = handler;
    this.deadlineMs = deadlineMs;
    this.idleMs = idleMs;
    this.#running = running;
    running.add(this);
    handler.onRequestStart(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.connection?.resume();
  }

  abort(error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    const connection = this.#leave();
    connection?.destroy();
    this.handler.onResponseError(this, error);
  }

  end(): void {
    if (this.#isOver) return;
    this.#leave();
    this.handler.onResponseEnd(this);
  }

  #leave(): Carrier | null {
    const { connection } = this;
    this.#isOver = true;
    this.connection = null;
    this.#running.delete(this);
    return connection;
  }
}
