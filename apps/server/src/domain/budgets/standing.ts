// How a budget stands at a moment: its present period, what can be spent in it, and what is. Called by both planes; what was spent is
// asked of whoever knows it. Pure.

import type { Counted, Scope, ScopeMap } from "#domain/access/scope.ts";
import type { Budget } from "./budget.ts";
import type { Calendar } from "./calendar.ts";
import { budgetPeriodAt } from "./periods.ts";
import type { BudgetPeriod } from "./periods.ts";

export interface PeriodStanding {
  readonly budget: Budget;
  readonly period: BudgetPeriod;
  /** Nano-USD that can be spent in it: with the increase of the moment, and what was left of the last one. */
  readonly allowanceNanos: number;
  /** In it; of `rolling`, on all its days. */
  readonly spentNanos: number;
}

/** What has to be known of these budgets: what was spent in these. */
export function countedOf(calendar: Calendar, { kind, id }: Scope, budgets: readonly Budget[], at: number): Counted[] {
  return budgets.flatMap((budget) => {
    const { name, earlier } = budgetPeriodAt(calendar, budget, at);
    return [name, ...earlier].map((period) => ({ kind, id, period }));
  });
}

export function standingsOf(
  calendar: Calendar,
  { kind, id }: Scope,
  budgets: readonly Budget[],
  { at, spent }: { readonly at: number; readonly spent: ScopeMap<number> },
): readonly PeriodStanding[] {
  const spentIn = (period: string): number => spent.get({ kind, id, period }) ?? 0;
  return budgets.map((budget) => {
    const period = budgetPeriodAt(calendar, budget, at);
    const { amountNanos, rollover } = period;
    const before = period.earlier.reduce((sum, name) => sum + spentIn(name), 0);
    const now = spentIn(period.name);
    if (rollover === null) return { budget, period, allowanceNanos: amountNanos, spentNanos: now + before };
    const over = Math.min(rollover.mostNanos, Math.max(0, rollover.budgetNanos - before));
    return { budget, period, allowanceNanos: amountNanos + over, spentNanos: now };
  });
}
