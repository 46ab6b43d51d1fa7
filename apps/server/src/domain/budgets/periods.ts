// By which periods a budget counts at a moment: the one that holds it, and those before that matter to it. Pure.

import { amountAt, endlessDay, periodName } from "./budget.ts";
import type { Budget, BudgetSpan } from "./budget.ts";
import { dayMs, daysBefore } from "./calendar.ts";
import type { Calendar, CalendarUnit, Period } from "./calendar.ts";

export interface BudgetPeriod {
  /** By which it is counted. */
  readonly name: string;
  /** Epoch ms. */
  readonly startsAt: number;
  /** Null: never. Of `rolling`, when the next day begins. */
  readonly endsAt: number | null;
  /** Nano-USD, with the increase of the moment and without what rolls over. */
  readonly amountNanos: number;
  /** What was spent of these is part of it; with `rollover`, what is left of them is added to it. */
  readonly earlier: readonly string[];
  readonly rollover: { readonly budgetNanos: number; readonly mostNanos: number } | null;
  /** Until then nothing of this changes; Infinity: never. */
  readonly validUntil: number;
  /** From then on nobody asks for it. */
  readonly lapsesAt: number;
}

const units: Readonly<Record<Exclude<BudgetSpan, "total">, CalendarUnit>> = {
  ...{ day: "day", week: "week", month: "month", rolling: "day" },
};

/** A period that began longer ago matters to no budget any more: to none of rolling days, and to nothing that rolls over. */
export const longestReachMs = 100 * dayMs;

/** For records of requests that end long after their period. */
const graceMs = 2 * dayMs;

export function budgetPeriodAt(calendar: Calendar, budget: Budget, at: number): BudgetPeriod {
  const { span, timeZone, increase, madeAt } = budget;
  const amountNanos = amountAt(budget, at);
  const increaseEnds = increase !== null && at < increase.until ? increase.until : Infinity;
  if (span === "total") {
    const endless = { endsAt: null, validUntil: increaseEnds, lapsesAt: Infinity };
    const name = periodName(endlessDay, budget);
    return { name, startsAt: madeAt, amountNanos, earlier: [], rollover: null, ...endless };
  }
  const period = calendar.periodAt(units[span], timeZone, at);
  return {
    name: periodName(period.name, budget),
    startsAt: period.startsAt,
    endsAt: period.endsAt,
    amountNanos,
    ...earlierOf(calendar, budget, period),
    validUntil: Math.min(increaseEnds, period.endsAt),
    lapsesAt: period.endsAt + graceMs + reachMs(budget),
  };
}

/** For how long after its end a period matters to others. */
function reachMs({ span, days, rolloverNanos }: Budget): number {
  if (span === "rolling") return days * dayMs;
  return rolloverNanos === null ? 0 : { total: 0, day: 1, week: 7, month: 31 }[span] * dayMs;
}

function earlierOf(
  calendar: Calendar,
  budget: Budget,
  { name, startsAt }: Period,
): Pick<BudgetPeriod, "earlier" | "rollover"> {
  const { span, days, timeZone, madeAt, amountNanos: budgetNanos, rolloverNanos: mostNanos } = budget;
  if (span === "rolling") {
    const first = calendar.periodAt("day", timeZone, madeAt).name;
    const earlier = daysBefore(name, days - 1).filter((day) => day >= first);
    return { earlier: earlier.map((day) => periodName(day, budget)), rollover: null };
  }
  // Of a time in which there was no budget nothing can be left.
  if (mostNanos === null || span === "total" || madeAt >= startsAt) return { earlier: [], rollover: null };
  const last = calendar.periodAt(units[span], timeZone, startsAt - 1);
  return { earlier: [periodName(last.name, budget)], rollover: { budgetNanos, mostNanos } };
}
