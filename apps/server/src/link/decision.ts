// The rules by which every engine decides that counts in this process: what a scope refuses, and what is left of its limits.
// Called by link/memory and link/shared.

import type { Counted } from "#domain/access/scope.ts";
import type { CountedScope, RateReport, RateStatus, Refusal, ReservationRequest } from "./counters.ts";
import { minuteMs } from "./window-rules.ts";

/** A sum over the last minute, hour or day. */
interface Window {
  used(now: number): number;
  /** Null when it never does. */
  secondsUntilFits(amount: number, limit: number, now: number): number | null;
  secondsUntilEmpty(now: number): number;
}

/** What counts against a scope at the moment. */
export interface ScopeCounts {
  readonly requests: Window;
  readonly tokens: Window;
  readonly costs: Window;
  readonly running: number;
  readonly spentNanos: number;
  readonly reservedNanos: number;
}

/** Of what an earlier period holds: spent and reserved, in nano-USD. */
export type UsedOf = (earlier: Counted) => number;

/** Does it count requests and tokens? What is counted for the sake of a period's budget alone does not. */
export function hasWindow({ period, windowMs }: CountedScope): boolean {
  return period === undefined || windowMs !== undefined;
}

export function limitsCost({ limits }: CountedScope): boolean {
  return (limits.costNanosPerMinute ?? null) !== null;
}

interface CorrectedWindow {
  addLate(amount: number, since: number, now: number): void;
  giveBack(amount: number, since: number, now: number): void;
}

/** What was counted too much is given back where it was counted, and what was not foreseen is added there. */
export function correct(window: CorrectedWindow, difference: number, since: number, now: number): void {
  if (difference < 0) window.giveBack(-difference, since, now);
  else window.addLate(difference, since, now);
}

/** Nano-USD; null is unlimited. What can be spent now, by what was spent in earlier periods. */
export function allowanceOf(scope: CountedScope, usedOf: UsedOf): number | null {
  const { budgetNanos, earlier, rollover } = scope;
  if (budgetNanos === null || earlier === undefined) return budgetNanos;
  let usedNanos = 0;
  for (const one of earlier) usedNanos += usedOf(one);
  if (rollover === undefined) return budgetNanos - usedNanos;
  return budgetNanos + Math.min(rollover.mostNanos, Math.max(0, rollover.budgetNanos - usedNanos));
}

/** As much of this as all budgets and limits of cost have left. `counts` are those of the scopes. */
export function mostToExtend(
  scopes: readonly CountedScope[],
  counts: readonly ScopeCounts[],
  { costNanos, now, usedOf }: { readonly costNanos: number; readonly now: number; readonly usedOf: UsedOf },
): number {
  let most = costNanos;
  for (let place = 0; place < scopes.length; place += 1) {
    const [scope, count] = [scopes[place], counts[place]];
    if (scope === undefined || count === undefined) continue;
    const budget = allowanceOf(scope, usedOf);
    if (budget !== null) most = Math.min(most, budget - count.spentNanos - count.reservedNanos);
    const limit = scope.limits.costNanosPerMinute ?? null;
    if (limit !== null) most = Math.min(most, limit - count.costs.used(now));
  }
  return Math.max(0, most);
}

/** The refusal that lasts longest: waiting for a shorter one would only meet the next. `counts` are those of its scopes. */
export function refuse(
  request: ReservationRequest,
  counts: readonly ScopeCounts[],
  now: number,
  usedOf: UsedOf,
): Refusal | null {
  let longest: Refusal | null = null;
  for (let place = 0; place < request.scopes.length; place += 1) {
    const [scope, count] = [request.scopes[place], counts[place]];
    if (scope === undefined || count === undefined) continue;
    const { requestsPerMinute, tokensPerMinute, concurrentRequests } = scope.limits;
    const costNanosPerMinute = scope.limits.costNanosPerMinute ?? null;
    longest = longer(longest, refuseByWindow(scope, "requests", count.requests, requestsPerMinute, 1, now));
    longest = longer(longest, refuseByWindow(scope, "tokens", count.tokens, tokensPerMinute, request.tokens, now));
    // What costs nothing may go on when all is spent.
    if (costNanosPerMinute !== null && request.costNanos > 0)
      longest = longer(longest, refuseByWindow(scope, "cost", count.costs, costNanosPerMinute, request.costNanos, now));
    longest = longer(longest, refuseByConcurrency(scope, count, concurrentRequests));
    longest = longer(longest, refuseByBudget(scope, count, request.costNanos, usedOf));
  }
  return longest;
}

export function report(scopes: readonly CountedScope[], counts: readonly ScopeCounts[], now: number): RateReport {
  let requests: RateStatus | null = null;
  let tokens: RateStatus | null = null;
  for (let place = 0; place < scopes.length; place += 1) {
    const [scope, count] = [scopes[place], counts[place]];
    if (scope === undefined || count === undefined) continue;
    requests = tighter(requests, statusOf(count.requests, scope.limits.requestsPerMinute, now));
    tokens = tighter(tokens, statusOf(count.tokens, scope.limits.tokensPerMinute, now));
  }
  return { requests, tokens };
}

function longer(one: Refusal | null, other: Refusal | null): Refusal | null {
  if (one === null || other === null) return one ?? other;
  return lasts(other) > lasts(one) ? other : one;
}

function lasts({ retryAfterSeconds }: Refusal): number {
  return retryAfterSeconds ?? Infinity;
}

function refuseByWindow(
  scope: CountedScope,
  reason: "requests" | "tokens" | "cost",
  window: Window,
  limit: number | null,
  amount: number,
  now: number,
): Refusal | null {
  if (limit === null || window.used(now) + amount <= limit) return null;
  const retryAfterSeconds = window.secondsUntilFits(amount, limit, now);
  return { reason, scope, windowMs: scope.windowMs ?? minuteMs, limit, retryAfterSeconds };
}

function refuseByConcurrency(scope: CountedScope, counts: ScopeCounts, limit: number | null): Refusal | null {
  if (limit === null || counts.running < limit) return null;
  return { reason: "concurrency", scope, limit, retryAfterSeconds: 1 };
}

/** Requests take some seconds. */
const reservationWaitSeconds = 5;

function refuseByBudget(scope: CountedScope, counts: ScopeCounts, costNanos: number, usedOf: UsedOf): Refusal | null {
  if (scope.budgetNanos === null) return null;
  const budget = allowanceOf(scope, usedOf) ?? Infinity;
  const { spentNanos, reservedNanos } = counts;
  // What costs nothing may go on when the budget is spent.
  if (costNanos === 0 || costNanos <= budget - spentNanos - reservedNanos) return null;
  // When those that run have ended, some of what they reserved is given back.
  const retryAfterSeconds = reservedNanos > 0 && costNanos <= budget - spentNanos ? reservationWaitSeconds : null;
  return { reason: "budget", scope, retryAfterSeconds, reservedNanos, ...toldOf(scope, budget, spentNanos) };
}

/** A budget over several days is told as it was set, and what was spent on all of them. */
export function toldOf({ budgetNanos, rollover }: CountedScope, allowanceNanos: number, spentNanos: number) {
  if (budgetNanos === null || rollover !== undefined) return { limit: allowanceNanos, spentNanos };
  return { limit: budgetNanos, spentNanos: spentNanos + budgetNanos - allowanceNanos };
}

function statusOf(window: Window, limit: number | null, now: number): RateStatus | null {
  if (limit === null) return null;
  const remaining = Math.max(0, limit - window.used(now));
  return { limit, remaining, resetSeconds: window.secondsUntilEmpty(now) };
}

function tighter(known: RateStatus | null, other: RateStatus | null): RateStatus | null {
  if (known === null || other === null) return known ?? other;
  return other.remaining < known.remaining ? other : known;
}
