import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import type { RunningCall, Withdrawal } from "#gateway/flow/running-calls.ts";
import type { Lifeline, Line } from "./lifeline.ts";

type Held = Pick<UpstreamCall, "abort">;

/** One of two calls that are tied to the same client. It may be cut by itself. */
export class Strand implements Line, RunningCall {
  readonly target: Target;
  readonly principal: Principal;
  place = -1;
  readonly #lifeline: Lifeline;
  #call: Held | null = null;
  #cutBy: Withdrawal | "outpaced" | null = null;

  constructor(lifeline: Lifeline, target: Target) {
    this.#lifeline = lifeline;
    this.principal = lifeline.principal;
    this.target = target;
  }

  get severedBy(): Line["severedBy"] {
    return this.#cutBy ?? this.#lifeline.severedBy;
  }

  get exchange(): Line["exchange"] {
    return this.#lifeline.exchange;
  }

  /** What it holds on to now. */
  get call(): Held {
    return this.#call ?? nothing;
  }

  hold(call: Held): void {
    this.#call = call;
    if (this.severedBy !== null) call.abort();
  }

  abort(): void {
    this.#call?.abort();
  }

  /** The other one is gone on with. */
  cut(): void {
    this.withdraw("outpaced");
  }

  withdraw(reason: Withdrawal | "outpaced"): void {
    this.#cutBy ??= reason;
    this.#call?.abort();
  }
}

const nothing: Held = { abort: () => undefined };
