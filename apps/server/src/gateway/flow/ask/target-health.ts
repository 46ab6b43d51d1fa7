import { crossesAs } from "@ghostllm/llm";
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
/** Of models that nobody listed, whose names clients make up: they must not push out what is known of others. */
const mostUnlisted = 1_000;

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
  /** Of the target. */
  readonly path: string;
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
  readonly #states = new States(mostStates);
  readonly #unlisted = new States(mostUnlisted);

  recordSuccess(query: HealthQuery): void {
    this.#statesFor(query.target).delete(query);
  }

  recordFailure(failure: TargetFailure): void {
    const state = this.#statesFor(failure.target).make(failure);
    const until = failure.now + Math.max(usualRestMs, failure.restMs);
    const caller = callerOf(state, failure.caller);
    if (failure.isAnybodys) state.failures += 1;
    else caller.failures += 1;
    if (state.failures + caller.failures >= failuresUntilRest) caller.restingUntil = until;
    if (evidenceOf(state) >= failuresUntilRest) state.restingUntil = until;
  }

  /** Ms until the target is to be asked again by this caller; 0 when it may be now. */
  restMs(query: HealthQuery, now: number): number {
    const state = this.#statesFor(query.target).find(query);
    if (state === undefined) return 0;
    const own = state.callers.get(query.caller)?.restingUntil ?? 0;
    return Math.max(0, Math.max(own, state.restingUntil) - now);
  }

  /** Listed targets that are rested at any operation, for anybody: for how many ms; 0 for others. */
  resting(now: number): { readonly isNone: boolean; restMs(target: Target): number } {
    const paths = this.#states.restingPaths(now);
    return { isNone: paths.size === 0, restMs: (target) => Math.max(0, (paths.get(pathOf(target)) ?? now) - now) };
  }

  /** Of how many it is known. */
  get size(): number {
    return this.#states.size + this.#unlisted.size;
  }

  #statesFor({ modelId }: Target): States {
    return modelId === null ? this.#unlisted : this.#states;
  }
}

/** The oldest makes room for a new one. */
class States {
  readonly #most: number;
  readonly #byName = new Map<string, State>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#byName.size;
  }

  find(query: HealthQuery): State | undefined {
    return this.#byName.size === 0 ? undefined : this.#byName.get(nameOf(query));
  }

  make(query: HealthQuery): State {
    const name = nameOf(query);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#byName.keys();
    if (oldest !== undefined && this.#byName.size >= this.#most) this.#byName.delete(oldest);
    const state = { path: pathOf(query.target), callers: new Map(), failures: 0, restingUntil: 0 };
    this.#byName.set(name, state);
    return state;
  }

  delete(query: HealthQuery): void {
    if (this.#byName.size > 0) this.#byName.delete(nameOf(query));
  }

  /** Until when, by path. */
  restingPaths(now: number): ReadonlyMap<string, number> {
    const until = new Map<string, number>();
    for (const { path, restingUntil, callers } of this.#byName.values()) {
      const latest = Math.max(restingUntil, ...[...callers.values()].map((caller) => caller.restingUntil));
      if (latest > now) until.set(path, Math.max(latest, until.get(path) ?? 0));
    }
    return until;
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
  return `${pathOf(target)} ${crossesAs(operation) ?? operation}`;
}

function pathOf({ provider, model }: Target): string {
  return `${provider.id}/${model}`;
}
