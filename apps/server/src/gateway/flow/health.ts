import { crossings } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";

/** So many failures in a row, and a target is rested; then one success makes it whole again. */
const failuresUntilRest = 5;
/** No more than these count of what one caller alone has met: what a request provokes is no evidence for others. */
const mostOfOneCaller = 3;
const usualRestMs = 5_000;
/** Beyond these, callers are not told apart any more, nor are targets remembered. */
const mostCallers = 64;
const mostStates = 10_000;

/** What is asked of a target, and by whom. */
export interface HealthQuery {
  readonly target: Target;
  readonly operation: Operation;
  /** The user: all of their keys are one caller. */
  readonly caller: string;
}

export interface TargetFailure extends HealthQuery {
  /** By the monotonic clock. */
  readonly now: number;
  /** How long to stay away, where that is known. */
  readonly restMs: number;
  /** Whoever had asked would have met it, such as a server that is not there. */
  readonly isAnybodys: boolean;
}

interface CallerState {
  failures: number;
  restingUntil: number;
}

interface State {
  readonly callers: Map<string, CallerState>;
  /** Failures that anybody would have met. */
  failures: number;
  restingUntil: number;
}

/**
 * What recent attempts showed of each target at each operation. Who alone meets failures has the target rested for them
 * alone; only what several callers met, or anybody would, rests it for all. Of this process only: each instance learns
 * for itself.
 */
export class TargetHealth {
  readonly #states = new Map<string, State>();

  recordSuccess(query: HealthQuery): void {
    if (this.#states.size > 0) this.#states.delete(nameOf(query));
  }

  recordFailure(failure: TargetFailure): void {
    const state = this.#stateOf(nameOf(failure));
    const until = failure.now + Math.max(usualRestMs, failure.restMs);
    const caller = callerOf(state, failure.caller);
    if (failure.isAnybodys) state.failures += 1;
    else caller.failures += 1;
    if (state.failures + caller.failures >= failuresUntilRest) caller.restingUntil = until;
    if (evidenceOf(state) >= failuresUntilRest) state.restingUntil = until;
  }

  /** Ms until the target is to be asked again by this caller; 0 when it may be now. */
  restMs(query: HealthQuery, now: number): number {
    if (this.#states.size === 0) return 0;
    const state = this.#states.get(nameOf(query));
    if (state === undefined) return 0;
    const own = state.callers.get(query.caller)?.restingUntil ?? 0;
    return Math.max(0, Math.max(own, state.restingUntil) - now);
  }

  /** Is it rested at any operation, for anybody? */
  isResting(target: Target, now: number): boolean {
    for (const [name, { restingUntil, callers }] of this.#states) {
      if (!name.startsWith(`${pathOf(target)} `)) continue;
      if (restingUntil > now || [...callers.values()].some((caller) => caller.restingUntil > now)) return true;
    }
    return false;
  }

  #stateOf(name: string): State {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined && this.#states.size >= mostStates) this.#states.delete(oldest);
    const state = { callers: new Map(), failures: 0, restingUntil: 0 };
    this.#states.set(name, state);
    return state;
  }
}

function callerOf({ callers }: State, name: string): CallerState {
  const known = callers.get(name);
  if (known !== undefined) return known;
  const state = { failures: 0, restingUntil: 0 };
  if (callers.size < mostCallers) callers.set(name, state);
  return state;
}

function evidenceOf({ failures, callers }: State): number {
  return [...callers.values()].reduce((sum, caller) => sum + Math.min(caller.failures, mostOfOneCaller), failures);
}

/** Operations that are one in other dialects are one here. */
function nameOf({ target, operation }: HealthQuery): string {
  return `${pathOf(target)} ${crossings[operation] ?? operation}`;
}

function pathOf({ provider, model }: Target): string {
  return `${provider.id}/${model}`;
}
