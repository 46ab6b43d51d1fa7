// What a request is counted by: of each of its scopes the scope itself, its longer windows, and the periods of its budgets in which it
// is admitted. Called by gateway/flow/admit.ts. Invariant: whoever admits a request says once which periods it is of, by a time that
// no step of a machine's clock moves; what is written down of it is charged to those, however late that is.

import { isCharged } from "#domain/budgets/budget.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { budgetPeriodAt } from "#domain/budgets/periods.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import { noLimits } from "#domain/principal.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import type { CountedScope } from "./counters.ts";
import { limitsCost } from "./decision.ts";

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** A budget of a scope in its present period. */
export interface PresentBudget {
  readonly budget: Budget;
  readonly counted: CountedScope;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
}

interface Entry {
  readonly counted: readonly CountedScope[];
  /** Epoch ms. */
  readonly since: number;
  readonly until: number;
}

export class CountedScopes {
  readonly #steadyTime: Pick<SteadyTime, "now">;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #calendar = new Calendar();
  /** Of scopes that have more than a minute and a whole life, while it is true. */
  readonly #known = new WeakMap<LimitedScope, Entry>();

  constructor(steadyTime: Pick<SteadyTime, "now">, clock: Pick<Clock, "monotonic">) {
    this.#steadyTime = steadyTime;
    this.#clock = clock;
  }

  /** Of most requests these are their scopes, as they are. */
  of(scopes: readonly LimitedScope[]): readonly CountedScope[] {
    if (scopes.every(isPlain)) return scopes;
    const now = this.#steadyTime.now();
    return scopes.flatMap((scope) => (isPlain(scope) ? [scope] : this.#countedOf(scope, now)));
  }

  present(scope: LimitedScope): readonly PresentBudget[] {
    const now = this.#steadyTime.now();
    return (scope.budgets ?? []).map((budget) => this.#periodOf(scope, budget, now));
  }

  /** When a budget's present period ends, in epoch ms and in seconds from now. */
  endOf(budget: Budget): { readonly endsAt: number; readonly seconds: number } {
    const now = this.#steadyTime.now();
    const endsAt = budgetPeriodAt(this.#calendar, budget, now).endsAt ?? now;
    return { endsAt, seconds: Math.max(1, Math.ceil((endsAt - now) / 1000)) };
  }

  #countedOf(scope: LimitedScope, now: number): readonly CountedScope[] {
    const known = this.#known.get(scope);
    if (known !== undefined && known.since <= now && now < known.until) return known.counted;
    const periods = (scope.budgets ?? []).map((budget) => this.#periodOf(scope, budget, now));
    const counted = [scope, ...windowsOf(scope), ...periods.map((one) => one.counted)];
    const until = Math.min(...periods.map(({ validUntil }) => validUntil));
    this.#known.set(scope, { counted, since: now, until });
    return counted;
  }

  #periodOf({ kind, id }: LimitedScope, budget: Budget, now: number): PresentBudget & { readonly validUntil: number } {
    const present = budgetPeriodAt(this.#calendar, budget, now);
    const { name, startsAt, endsAt, amountNanos, earlier, rollover, validUntil, lapsesAt } = present;
    const counted: CountedScope = {
      ...{ kind, id, period: name, limits: noLimits, budgetNanos: amountNanos },
      ...(earlier.length > 0 && { earlier: earlier.map((period) => ({ kind, id, period })) }),
      ...(rollover !== null && { rollover }),
      ...(lapsesAt < Infinity && { lapsesAt: this.#clock.monotonic() + lapsesAt - now }),
    };
    return { budget, counted, startsAt, endsAt, validUntil };
  }
}

/** It is asked for every request, and so in few words. */
function isPlain({ budgets, limits }: LimitedScope): boolean {
  return (budgets === undefined || budgets.length === 0) && !hasLongWindow(limits);
}

function hasLongWindow(limits: RateLimits): boolean {
  return (
    isLimited(limits.requestsPerHour, limits.tokensPerHour, limits.costNanosPerHour) ||
    isLimited(limits.requestsPerDay, limits.tokensPerDay, limits.costNanosPerDay)
  );
}

type Limit = number | null | undefined;

function isLimited(requests: Limit, tokens: Limit, costNanos: Limit): boolean {
  return (requests ?? tokens ?? costNanos ?? null) !== null;
}

/** The last hour and the last day, where something is limited in them. */
export function windowsOf({ kind, id, limits }: Pick<LimitedScope, "kind" | "id" | "limits">): readonly CountedScope[] {
  const { requestsPerHour, tokensPerHour, costNanosPerHour } = limits;
  const { requestsPerDay, tokensPerDay, costNanosPerDay } = limits;
  const windows: CountedScope[] = [];
  const add = (period: string, windowMs: number, requests: Limit, tokens: Limit, costNanos: Limit): void => {
    if (!isLimited(requests, tokens, costNanos)) return;
    const most = { requestsPerMinute: requests ?? null, tokensPerMinute: tokens ?? null };
    const all = { ...noLimits, ...most, costNanosPerMinute: costNanos ?? null };
    windows.push({ kind, id, period, windowMs, limits: all, budgetNanos: null });
  };
  add("hour", hourMs, requestsPerHour, tokensPerHour, costNanosPerHour);
  add("day", dayMs, requestsPerDay, tokensPerDay, costNanosPerDay);
  return windows;
}

/** Is it to be known before what a request may cost at most? */
export function needsCost(counted: CountedScope): boolean {
  if (counted.budgetNanos !== null || limitsCost(counted)) return true;
  return counted.period !== undefined && isCharged(counted);
}
