// The budgets that are used up the furthest, over whole lives and over periods: for alerts, and as metrics tell them.

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

/** With what it is called here, also where that is for nobody else. */
export interface NamedUse extends BudgetUse {
  readonly fullName: string;
  readonly scope: Scope["kind"];
}

/** What people are called, and what they call their keys, is for those who may read it here. */
export async function readUsedBudgets(
  store: Pick<Store, "budgets" | "spend">,
  now: number,
): Promise<readonly BudgetUse[]> {
  const uses = await readFurthest(store, now);
  return uses.map(({ fullName, ...use }) => ({
    ...use,
    name: use.scope === "user" || use.scope === "key" ? "" : fullName,
  }));
}

/** `now`: of the clock by which requests are admitted. */
export async function readFurthest(store: Pick<Store, "budgets" | "spend">, now: number): Promise<readonly NamedUse[]> {
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

function useOfLife({ scope, name, budgetNanos, spentNanos }: UsedBudget): NamedUse {
  return { ...toldOf(scope, name), span: "total", ratio: ratioOf(spentNanos, budgetNanos) };
}

function useInPeriod({ scope, name }: PeriodHolder, standing: PeriodStanding): NamedUse {
  const { span, days } = standing.budget;
  return {
    ...toldOf(scope, name),
    span: span === "rolling" ? `rolling ${days}` : span,
    ratio: ratioOf(standing.spentNanos, standing.allowanceNanos),
  };
}

function toldOf({ kind, id }: Scope, name: string) {
  return { scope: kind, id, name, fullName: name };
}

function ratioOf(spent: number, budget: number): number {
  return budget > 0 ? spent / budget : 1;
}
