import { crossesAs } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { HealthSettings } from "#config/config.ts";
import type { Target } from "#domain/snapshot.ts";
import type { TargetStanding } from "#domain/target-report.ts";
import type { RestedTarget, RestReason, TargetRest, TargetRestored } from "#domain/target-rest.ts";
import { HealthStates, Seen } from "./health-states.ts";
import type { State } from "./health-states.ts";
import type { AttemptOutcome, OutcomeCounts } from "./recent-outcomes.ts";
import { pathOf } from "#domain/target-path.ts";

/** So many failures in a row, and a target is rested. */
const failuresUntilRest = 5;
/** No more than these count of what one caller alone has met: what a request provokes is no evidence for others. */
const mostOfOneCaller = 3;
/** Of as many requests as a share is counted of, so large a part must be of others than the one who meets the most failures. */
const partOfOthers = 4;
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

/** An attempt that showed something. */
interface Shown extends HealthQuery {
  /** By the monotonic clock. */
  readonly now: number;
}

export interface TargetSuccess extends Shown {
  readonly begunAt: number;
  readonly stream: boolean;
}

export interface TargetFailure extends Shown {
  /** How long to stay away, where that is known. */
  readonly restMs: number;
  /** Whoever had asked would have met it, such as a server that is not there. */
  readonly isAnybodys: boolean;
  readonly reason: RestReason;
}

interface HealthOptions {
  readonly settings: HealthSettings;
  readonly random: () => number;
  /** Others are to know; absent where there are none. */
  readonly tellRest?: (rest: TargetRest) => void;
  readonly tellRestored?: (restored: TargetRestored) => void;
}

/**
 * What recent attempts showed of each target at each operation. Who alone meets failures has the target rested for them
 * alone; only what several callers met, or anybody would, rests it for all. Each gateway counts what it has seen itself, and tells
 * the others when that rests a target, and when it is well again.
 */
export class TargetHealth {
  readonly #options: HealthOptions;
  readonly #states: HealthStates;
  readonly #unlisted: HealthStates;

  constructor(options: HealthOptions) {
    this.#options = options;
    const { windowMs } = options.settings;
    this.#states = new HealthStates(mostStates, windowMs);
    this.#unlisted = new HealthStates(mostUnlisted, windowMs);
  }

  recordSuccess(success: TargetSuccess): void {
    const { target, caller, now, begunAt } = success;
    const states = this.#statesOf(target);
    const isSlow = this.#isSlow(success);
    if (states.isEmpty && !isSlow) return;
    const rested = restedOf(success);
    const state = isSlow ? states.make(rested, target.provider) : states.find(rested, target.provider);
    if (state === undefined) return;
    this.#note(state, { outcome: isSlow ? "slow" : "answered", now }, state.callers.get(caller));
    if (isSlow && this.#isStillSlow(state, now)) return;
    this.#restore(states, state, { now, begunAt });
  }

  recordFailure(failure: TargetFailure): void {
    const { target, now, isAnybodys } = failure;
    const state = this.#statesOf(target).make(restedOf(failure), target.provider);
    const own = this.#callerOf(state, failure.caller);
    this.#note(state, { outcome: "failed", now }, isAnybodys ? undefined : own);
    state.lastFailureAt = now;
    (isAnybodys ? state.all : own).breaker.failures += 1;
    const reason = this.#reasonToRest(state, failure);
    const ownReason = reason ?? this.#reasonToRestFor(state, own, failure);
    if (ownReason !== null) this.#rest(state, own, { ...failure, reason: ownReason }, failure.caller);
    if (reason !== null) this.#rest(state, state.all, { ...failure, reason }, null);
  }

  /** This request finds out how it is, where its rest is over: others wait for what it finds. */
  try(query: HealthQuery, request: object, now: number): void {
    for (const { breaker } of this.#seenBy(query)) breaker.try(request, now);
  }

  /** Before its rest is over, for a request that nobody else has answered. */
  tryEarly(query: HealthQuery, now: number): boolean {
    return this.#seenBy(query).every(({ breaker }) => breaker.tryEarly(now));
  }

  /** It was not asked after all, or nothing came of it. */
  giveUp(query: HealthQuery, request: object): void {
    for (const { breaker } of this.#seenBy(query)) breaker.giveUp(request);
  }

  /** What another gateway has told. */
  learn({ caller, restMs, reason = "failures", ...rested }: TargetRest, now: number): void {
    const state = (rested.isListed ? this.#states : this.#unlisted).make(rested, null);
    const seen = caller === null ? state.all : this.#callerOf(state, caller);
    seen.breaker.learn({ reason, restMs }, now);
  }

  /** What was seen of a provider before it was changed says nothing of it; of one that was tested the next request finds out. */
  restore(restored: TargetRestored, now: number): void {
    if (restored.because === "answered")
      return (restored.target.isListed ? this.#states : this.#unlisted).delete(restored.target);
    for (const states of [this.#states, this.#unlisted]) {
      const own = [...states.all()].filter(({ target }) => target.path.startsWith(`${restored.providerId}/`));
      for (const state of own) if (restored.because === "changed") states.delete(state.target);
      for (const state of own) endRest(state, restored.because, now);
    }
  }

  /** Ms until the target is to be asked again by this caller; 0 when it may be now. */
  restMs(query: HealthQuery, now: number): number {
    if (this.#statesOf(query.target).isEmpty) return 0;
    return this.#seenBy(query).reduce((most, { breaker }) => Math.max(most, breaker.restMs(now)), 0);
  }

  /** Why it is not to be asked by this caller; null where it may be now. */
  restReason(query: HealthQuery, now: number): RestReason | null {
    const resting = this.#seenBy(query).filter(({ breaker }) => breaker.restMs(now) > 0);
    const [longest] = resting.toSorted((one, other) => other.breaker.restMs(now) - one.breaker.restMs(now));
    return longest?.breaker.reason ?? null;
  }

  /** Of listed targets that have failed, or of which another gateway has told that. */
  standings(now: number): readonly TargetStanding[] {
    return [...this.#states.all()].map((state) => standingOf(state, now));
  }

  /** Of how many it is known. */
  get size(): number {
    return this.#states.size + this.#unlisted.size;
  }

  #statesOf({ modelId }: Target): HealthStates {
    return modelId === null ? this.#unlisted : this.#states;
  }

  #seenBy(query: HealthQuery): readonly Seen[] {
    const states = this.#statesOf(query.target);
    const state = states.isEmpty ? undefined : states.find(restedOf(query), query.target.provider);
    if (state === undefined) return nothingSeen;
    const own = state.callers.get(query.caller);
    return own === undefined ? [state.all] : [state.all, own];
  }

  #isSlow({ stream, begunAt, now }: TargetSuccess): boolean {
    const { slowStreamMs, slowAnswerMs } = this.#options.settings;
    const most = stream ? slowStreamMs : slowAnswerMs;
    return most !== null && now - begunAt > most;
  }

  #note(state: State, { outcome, now }: Noted, own: Seen | undefined): void {
    state.all.outcomes.add(outcome, now);
    own?.outcomes.add(outcome, now);
  }

  /** Its answer was long in coming: that ends no rest for being slow, and may begin one. */
  #isStillSlow(state: State, now: number): boolean {
    state.lastFailureAt = now;
    const { breaker, outcomes } = state.all;
    const wasSlow = breaker.isOpen && breaker.reason === "slow";
    const isToRest = wasSlow ? breaker.state(now) === "half_open" : this.#isTooMany(outcomes.count(now), "slow");
    if (isToRest) this.#rest(state, state.all, { reason: "slow", restMs: 0, now }, null);
    return wasSlow || isToRest;
  }

  /** Whoever was well is forgotten as soon as its failures are long ago. */
  #restore(states: HealthStates, state: State, { now, begunAt }: { readonly now: number; readonly begunAt: number }) {
    const all = [state.all, ...state.callers.values()];
    const isRestored = all.map(({ breaker, outcomes }) => {
      const isClosed = breaker.close(begunAt);
      if (isClosed) outcomes.clear();
      return isClosed;
    });
    if (isRestored.includes(true)) this.#options.tellRestored?.({ because: "answered", target: state.target });
    const isOld = now - state.lastFailureAt > this.#options.settings.windowMs;
    if (isOld && all.every(({ breaker }) => !breaker.isOpen)) states.delete(state.target);
  }

  /** For all; null: nothing speaks for it. */
  #reasonToRest({ all, callers }: State, { now, reason }: TargetFailure): RestReason | null {
    if (evidenceOf(all, callers) >= failuresUntilRest || all.breaker.state(now) === "half_open") return reason;
    const counts = all.outcomes.count(now);
    if (!this.#isTooMany(counts, "failed")) return null;
    const least = this.#options.settings.leastRequests / partOfOthers;
    return this.#isTooMany(withoutWorst(counts, callers, now), "failed", least) ? "failure_rate" : null;
  }

  #reasonToRestFor({ all }: State, { breaker, outcomes }: Seen, { now, reason }: TargetFailure): RestReason | null {
    if (all.breaker.failures + breaker.failures >= failuresUntilRest || breaker.state(now) === "half_open")
      return reason;
    return this.#isTooMany(outcomes.count(now), "failed") ? "failure_rate" : null;
  }

  #isTooMany(counts: OutcomeCounts, what: "failed" | "slow", least = this.#options.settings.leastRequests): boolean {
    const { failurePercent } = this.#options.settings;
    if (failurePercent === 0 || counts.attempts < least) return false;
    return counts[what] * 100 >= counts.attempts * failurePercent;
  }

  #rest(
    { target }: State,
    { breaker }: Seen,
    { reason, restMs: askedMs, now }: Pick<TargetFailure, "reason" | "restMs" | "now">,
    caller: string | null,
  ): void {
    const { settings, random, tellRest } = this.#options;
    const restMs = breaker.open(settings, { reason, askedMs, now, draw: random() });
    tellRest?.({ ...target, caller, restMs, reason });
  }

  #callerOf({ callers }: State, name: string): Seen {
    const known = callers.get(name);
    if (known !== undefined) return known;
    const seen = new Seen(this.#options.settings.windowMs);
    if (callers.size < mostCallers) callers.set(name, seen);
    return seen;
  }
}

const nothingSeen: readonly Seen[] = [];

interface Noted {
  readonly outcome: AttemptOutcome;
  readonly now: number;
}

function standingOf({ target, all: { breaker, outcomes }, callers }: State, now: number): TargetStanding {
  const state = breaker.state(now);
  const rests = [...callers.values()].map((one) => Math.max(0, one.breaker.restingUntil - now)).filter((ms) => ms > 0);
  const { attempts, failed, slow } = outcomes.count(now);
  return {
    ...target,
    state,
    reason: state === "closed" ? null : breaker.reason,
    forMs: breaker.openedAt === null ? null : now - breaker.openedAt,
    restMs: Math.max(0, breaker.restingUntil - now),
    callers: rests.length,
    callersRestMs: Math.max(0, ...rests),
    ...{ attempts, failed, slow },
  };
}

function evidenceOf(all: Seen, callers: State["callers"]): number {
  return [...callers.values()].reduce(
    (sum, { breaker }) => sum + Math.min(breaker.failures, mostOfOneCaller),
    all.breaker.failures,
  );
}

/** Of all but the one who has met the most: what only one meets, however often, is no evidence for others. */
function withoutWorst(counts: OutcomeCounts, callers: State["callers"], now: number): OutcomeCounts {
  const each = [...callers.values()].map(({ outcomes }) => outcomes.count(now));
  const worst = each.reduce((most, one) => (one.failed > most.failed ? one : most), {
    attempts: 0,
    failed: 0,
    slow: 0,
  });
  return { ...counts, attempts: counts.attempts - worst.attempts, failed: counts.failed - worst.failed };
}

/** That a vendor lists its models says nothing of what is left on the account. */
function endRest({ all, callers }: State, because: TargetRestored["because"], now: number): void {
  for (const { breaker } of [all, ...callers.values()])
    if (because !== "checked" || breaker.reason !== "quota") breaker.endRest(now);
}

/** Operations that are one in other dialects are one here. */
function restedOf({ target, operation }: HealthQuery): RestedTarget {
  return { path: pathOf(target), isListed: target.modelId !== null, operation: crossesAs(operation) ?? operation };
}
