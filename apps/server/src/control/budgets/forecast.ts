// How long a budget lasts if it goes on as lately. What is known is little, and is said to be so where it is too little. Pure.

import type { BudgetHolder } from "#control/store/budget-store.ts";

export const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A whole week, so that days of work and of rest count as they come. */
export const recentMs = 7 * dayMs;
/** What lies further ahead nobody can foresee. */
const longestMs = 2 * 365 * dayMs;
/** From the first request to the last: of less nothing is said, or one busy hour would be taken for every hour to come. */
const leastMs = dayMs;

export type Outcome = "reached" | "exhausts" | "lasts" | "idle" | "too_little_data" | "ended";

export interface Forecast {
  readonly outcome: Outcome;
  /** Epoch ms: the rate is what was spent from then on. */
  readonly since: number;
  readonly recentNanos: number;
  /** Null where too little is known. */
  readonly perDayNanos: number | null;
  /** Epoch ms; null but for `exhausts`. */
  readonly exhaustedAt: number | null;
  /** When its holder ends; null but for `lasts` of one that does. */
  readonly atEndNanos: number | null;
}

interface Forecastable extends Pick<
  BudgetHolder,
  "budgetNanos" | "spentNanos" | "createdAt" | "endsAt" | "isActive" | "recent"
> {
  /** By its holder, where the budget itself began later. */
  readonly everSpentNanos?: number;
}

/** Null without a budget. */
export function forecastOf(holder: Forecastable, now: number): Forecast | null {
  const { budgetNanos, spentNanos, endsAt, isActive, recent } = holder;
  if (budgetNanos === null) return null;
  const since = sinceOf(holder, now);
  const rate = rateOf(holder, now - since);
  const told = { since, recentNanos: recent.nanos, perDayNanos: rate === null ? null : Math.round(rate * dayMs) };
  const plainly = (outcome: Outcome): Forecast => ({ ...told, outcome, exhaustedAt: null, atEndNanos: null });
  const left = budgetNanos - spentNanos;
  if (!isActive || (endsAt !== null && endsAt <= now)) return plainly("ended");
  if (left <= 0) return plainly("reached");
  if (rate === null) return plainly("too_little_data");
  if (rate === 0) return plainly("idle");
  const exhaustedAt = Math.round(now + left / rate);
  if (exhaustedAt - now <= longestMs && (endsAt === null || exhaustedAt < endsAt))
    return { ...told, outcome: "exhausts", exhaustedAt, atEndNanos: null };
  const atEndNanos = endsAt === null ? null : Math.min(budgetNanos, Math.round(spentNanos + rate * (endsAt - now)));
  return { ...told, outcome: "lasts", exhaustedAt: null, atEndNanos };
}

/** The seven days, or as much of them as there is anything known of. */
function sinceOf({ createdAt, spentNanos, everSpentNanos, recent }: Forecastable, now: number): number {
  const week = now - recentMs;
  // Whoever spent before that was there all the time, and rested at the beginning of these days.
  if ((everSpentNanos ?? spentNanos) > recent.nanos || recent.firstAt === null)
    return Math.min(now, Math.max(week, createdAt));
  return Math.max(week, recent.firstAt);
}

/** Nano-USD for each ms; null where too little is known. */
function rateOf({ recent: { nanos, firstAt, lastAt } }: Forecastable, lengthMs: number): number | null {
  if (firstAt === null || lastAt === null) return lengthMs < leastMs ? null : 0;
  return lastAt - firstAt < leastMs ? null : nanos / Math.max(lengthMs, lastAt - firstAt);
}
