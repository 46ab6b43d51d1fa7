import type { Target } from "#domain/snapshot.ts";

/** So many failures in a row, and a target is rested for so long; then one success makes it whole again. */
const failuresUntilRest = 5;
const restMs = 5_000;

interface State {
  failures: number;
  restingUntil: number;
}

/** What recent attempts showed of each target. Of this process only: each instance learns for itself. */
export class TargetHealth {
  readonly #states = new Map<string, State>();

  recordSuccess(target: Target): void {
    this.#states.delete(nameOf(target));
  }

  /** `retryAfterMs`: the vendor said how long to stay away. */
  recordFailure(target: Target, now: number, retryAfterMs = 0): void {
    const state = this.#states.get(nameOf(target)) ?? { failures: 0, restingUntil: 0 };
    state.failures += 1;
    if (state.failures >= failuresUntilRest) state.restingUntil = now + Math.max(restMs, retryAfterMs);
    this.#states.set(nameOf(target), state);
  }

  /** Ms until the target may be tried; 0 when it may now. */
  restMs(target: Target, now: number): number {
    const state = this.#states.get(nameOf(target));
    return state === undefined ? 0 : Math.max(0, state.restingUntil - now);
  }
}

function nameOf({ provider, model }: Target): string {
  return `${provider.id}/${model}`;
}
