import type { Line, Lifeline, Severance } from "#gateway/flow/ask/lifeline.ts";

type Held = Parameters<Line["hold"]>[0];

/** Ties what is asked for the sake of a request to that request, and to a time of its own: it is over when either is. */
export class EmbeddingLine implements Line {
  severedBy: Severance | null = null;
  readonly exchange: Line["exchange"];
  readonly #timer: NodeJS.Timeout;
  #call: Held | null = null;

  constructor(request: Lifeline, exchange: Line["exchange"], ms: number) {
    this.exchange = exchange;
    this.#timer = setTimeout(() => this.#sever("timeout"), ms);
    request.hold({ abort: () => this.#sever(request.severedBy ?? "client") });
  }

  hold(call: Held): void {
    this.#call = call;
    if (this.severedBy !== null) call.abort();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#call = null;
  }

  #sever(by: Severance): void {
    this.severedBy ??= by;
    this.#call?.abort();
  }
}
