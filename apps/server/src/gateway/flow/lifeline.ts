import type { Exchange } from "#gateway/exchange.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";

/** What ends a request from outside: the client leaves, or its time is over. */
export type Severance = "client" | "timeout";

/** Ties the call to the vendor to the client and to the clock: when either ends, the call is aborted. */
export class Lifeline {
  severedBy: Severance | null = null;
  #call: UpstreamCall | null = null;
  readonly #timer: NodeJS.Timeout;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, totalMs: number) {
    this.#exchange = exchange;
    this.#timer = setTimeout(() => this.#sever("timeout"), totalMs);
    exchange.whenClientGone(() => this.#sever("client"));
  }

  /** From now on it is this call that is aborted; at once when the line is severed already. */
  hold(call: UpstreamCall): void {
    this.#call = call;
    if (this.severedBy !== null) call.abort();
  }

  /** Ends the call that is held, should it still go on. */
  abandon(): void {
    this.#call?.abort();
    this.#call = null;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#exchange.whenClientGone(null);
    this.#call = null;
  }

  #sever(by: Severance): void {
    this.severedBy ??= by;
    this.#call?.abort();
  }
}
