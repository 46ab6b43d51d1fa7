import { crossesAs } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { RestedTarget, TargetRest } from "#domain/target-rest.ts";
import { pathOf } from "./target-path.ts";

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
 * alone; only what several callers met, or anybody would, rests it for all. Each gateway counts what it has seen itself, and tells
 * the others when that rests a target.
 */
export class TargetHealth {
  readonly #states = new States(mostStates);
  readonly #unlisted = new States(mostUnlisted);
  readonly #tell: (rest: TargetRest) => void;

  constructor(tell: (rest: TargetRest) => void = () => {}) {
    this.#tell = tell;
  }

  recordSuccess(query: HealthQuery): void {
    const states = this.#statesOf(query.target);
    if (!states.isEmpty) states.delete(restedOf(query));
  }

  recordFailure(failure: TargetFailure): void {
    const rested = restedOf(failure);
    const state = this.#statesOf(failure.target).make(rested);
    const restMs = Math.max(usualRestMs, failure.restMs);
    const caller = callerOf(state, failure.caller);
    if (failure.isAnybodys) state.failures += 1;
    else caller.failures += 1;
    const isRested = state.failures + caller.failures >= failuresUntilRest;
    const isRestedForAll = evidenceOf(state) >= failuresUntilRest;
    if (isRested) caller.restingUntil = failure.now + restMs;
    if (isRestedForAll) state.restingUntil = failure.now + restMs;
    if (isRested || isRestedForAll) this.#tell({ ...rested, caller: isRestedForAll ? null : failure.caller, restMs });
  }

  /** What another gateway has told. */
  learn({ caller, restMs, ...rested }: TargetRest, now: number): void {
    const state = (rested.isListed ? this.#states : this.#unlisted).make(rested);
    const resting = caller === null ? state : callerOf(state, caller);
    resting.restingUntil = Math.max(resting.restingUntil, now + restMs);
  }

  /** Ms until the target is to be asked again by this caller; 0 when it may be now. */
  restMs(query: HealthQuery, now: number): number {
    const states = this.#statesOf(query.target);
    const state = states.isEmpty ? undefined : states.find(restedOf(query));
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

  #statesOf({ modelId }: Target): States {
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

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  find(rested: RestedTarget): State | undefined {
    return this.#byName.get(nameOf(rested));
  }

  make(rested: RestedTarget): State {
    const name = nameOf(rested);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#byName.keys();
    if (oldest !== undefined && this.#byName.size >= this.#most) this.#byName.delete(oldest);
    const state = { path: rested.path, callers: new Map(), failures: 0, restingUntil: 0 };
    this.#byName.set(name, state);
    return state;
  }

  delete(rested: RestedTarget): void {
    this.#byName.delete(nameOf(rested));
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
function restedOf({ target, operation }: HealthQuery): RestedTarget {
  return { path: pathOf(target), isListed: target.modelId !== null, operation: crossesAs(operation) ?? operation };
}

function nameOf({ path, operation }: RestedTarget): string {
  return `${path} ${operation}`;
}
