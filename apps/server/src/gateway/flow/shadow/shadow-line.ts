import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { Line } from "#gateway/flow/ask/lifeline.ts";
import type { RunningCall, Withdrawal } from "#gateway/flow/running-calls.ts";

type Held = Parameters<Line["hold"]>[0];

/** Ties the copy of a request to the clock and to the right to it: no client waits for it. */
export class ShadowLine implements Line, RunningCall {
  severedBy: Withdrawal | "timeout" | null = null;
  place = -1;
  readonly principal: Principal;
  readonly target: Target;
  readonly exchange: Line["exchange"];
  readonly #timer: NodeJS.Timeout;
  #call: Held | null = null;

  constructor(principal: Principal, target: Target, exchange: Line["exchange"], totalMs: number) {
    this.principal = principal;
    this.target = target;
    this.exchange = exchange;
    this.#timer = setTimeout(() => this.withdraw("timeout"), totalMs);
  }

  hold(call: Held): void {
    this.#call = call;
    if (this.severedBy !== null) call.abort();
  }

  withdraw(reason: Withdrawal | "timeout"): void {
    this.severedBy ??= reason;
    this.#call?.abort();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#call = null;
  }
}
