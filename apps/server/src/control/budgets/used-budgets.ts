// The budgets that are used up the furthest, as metrics tell them: over whole lives and over periods.

import type { PeriodHolder, UsedBudget } from "#control/store/budget-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { PeriodStanding } from "#domain/budgets/standing.ts";
import type { BudgetUse } from "#telemetry/money-metrics.ts";
import { createPeriodReader, recentlySince } from "./period-reader.ts";

const mostTold = 50;
/** Of the budget, in hundredths. */
const fromPercent = 50;
/** Of whose budgets over periods it is looked how they stand. */
const mostHolders = 1_000;

/** `now`: of the clock by which requests are admitted. */
export async function readUsedBudgets(
  store: Pick<Store, "budgets" | "spend">,
  now: number,
): Promise<readonly BudgetUse[]> {
  const lives = await store.budgets.used({ percent: fromPercent, limit: mostTold }, "all");
  const holders = await store.budgets.byPeriod({ limit: mostHolders, since: recentlySince(now) }, "all");
  const standings = await createPeriodReader(store).read(holders, now);
  const ofPeriods = holders.flatMap((holder) =>
    (standings.get(holder.scope) ?? []).map((standing) => useInPeriod(holder, standing)),
  );
  return [...lives.map(useOfLife), ...ofPeriods]
    .filter(({ ratio }) => ratio * 100 >= fromPercent)
    .toSorted((one, other) => other.ratio - one.ratio)
    .slice(0, mostTold);
}

function useOfLife({ scope, name, budgetNanos, spentNanos }: UsedBudget): BudgetUse {
  return { ...toldOf(scope, name), span: "total", ratio: ratioOf(spentNanos, budgetNanos) };
}

function useInPeriod({ scope, name }: PeriodHolder, standing: PeriodStanding): BudgetUse {
  const { span, days } = standing.budget;
  return {
    ...toldOf(scope, name),
    span: span === "rolling" ? `rolling ${days}` : span,
    ratio: ratioOf(standing.spentNanos, standing.allowanceNanos),
  };
}

/** What people are called, and what they call their keys, is for those who may read it here. */
function toldOf({ kind, id }: Scope, name: string): Pick<BudgetUse, "scope" | "id" | "name"> {
  return { scope: kind, id, name: kind === "user" || kind === "key" ? "" : name };
}

function ratioOf(spent: number, budget: number): number {
  return budget > 0 ? spent / budget : 1;
}
