// Limits and budgets of whatever has some: what there is counts on, and what an operator has added here stays.

import { formatUsd, parseUsd } from "#money.ts";
import type { Bounds } from "#importing/desired.ts";
import type { GivenBudget, Held, Limits } from "./rows.ts";
import { differing } from "./changes.ts";

interface Present {
  readonly limits: Limits;
  readonly budget_usd: string | null;
  readonly budgets: readonly Held[];
}

/** For something new. */
export function boundsBody({ limits, budget, budgets }: Bounds) {
  return { limits, budget_usd: budget, budgets: budgets.map(({ terms }) => terms) };
}

/** What is to be changed of something that is there. */
export function boundsChange({ limits, budget, budgets }: Bounds, present: Present) {
  const changedLimits = differing(limits, present.limits);
  const wanted = budgets.map(({ terms }): GivenBudget => {
    const same = present.budgets.find((one) => isSamePeriod(one, terms));
    return same === undefined ? terms : { ...terms, id: same.id };
  });
  const kept = present.budgets.filter((one) => !wanted.some(({ id }) => id === one.id)).map(toGiven);
  const isSame = wanted.every((one) => {
    const before = present.budgets.find(({ id }) => id === one.id);
    return before !== undefined && isSameBudget(one, before);
  });
  return {
    ...(Object.keys(changedLimits).length > 0 && { limits: changedLimits }),
    ...(!isSameAmount(budget, present.budget_usd) && { budget_usd: budget }),
    ...(!isSame && { budgets: [...kept, ...wanted] }),
  };
}

/** Which of the budgets at the server each of these is. */
export function budgetIds({ budgets }: Bounds, present: readonly Held[]): readonly (string | undefined)[] {
  return budgets.map(({ terms }) => present.find((one) => isSamePeriod(one, terms))?.id);
}

function isSamePeriod(one: Held, other: Omit<GivenBudget, "id">): boolean {
  const { period, days = null, time_zone: zone = "UTC" } = other;
  return one.period === period && one.days === days && one.time_zone === zone;
}

function isSameBudget(wanted: GivenBudget, present: Held): boolean {
  const { increase = null } = wanted;
  const isSameIncrease =
    increase === null || present.increase === null
      ? increase === present.increase
      : isSameAmount(increase.amount_usd, present.increase.amount_usd) &&
        Date.parse(increase.until) === Date.parse(present.increase.until);
  return isSameAmount(wanted.amount_usd, present.amount_usd) && isSameIncrease;
}

function isSameAmount(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return formatUsd(parseUsd(one)) === formatUsd(parseUsd(other));
}

function toGiven({ made_at: _, period, ...terms }: Held): GivenBudget {
  return { ...terms, period: period as GivenBudget["period"], thresholds: [...terms.thresholds] };
}
