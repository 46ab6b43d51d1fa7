// How far a budget is used up in its present period, by its own thresholds. Pure.

import type { PeriodStanding } from "#domain/budgets/standing.ts";

export type Level = "near" | "reached";

export interface PeriodLevel {
  readonly level: Level;
  /** The last threshold that was passed, or 100. */
  readonly percent: number;
}

/** Null: no threshold was passed. One without any is told of when nothing is left. */
export function levelOf({ budget: { thresholds }, allowanceNanos, spentNanos }: PeriodStanding): PeriodLevel | null {
  if (spentNanos >= allowanceNanos) return { level: "reached", percent: 100 };
  const passed = thresholds.filter((percent) => percent < 100 && spentNanos >= (allowanceNanos / 100) * percent);
  return passed.length === 0 ? null : { level: "near", percent: Math.max(...passed) };
}
