// Budgets of declared things have no ids: one that counts as one that is there goes on.

import type { Budget } from "#domain/budgets/budget.ts";

interface Given {
  readonly id?: string | undefined;
  readonly period: Budget["span"];
  readonly days: number | null;
  readonly time_zone: string;
  readonly increase: { readonly amount_usd: string; readonly until: string } | null;
  readonly downgrade_to: string | null;
}

/** An increase that is over says nothing. */
export function knownBudgets<One extends Given>(
  given: readonly One[] = [],
  before: readonly Budget[] = [],
  now: number,
): One[] {
  const left = [...before];
  return given.map((one) => {
    const increase = one.increase !== null && Date.parse(one.increase.until) > now ? one.increase : null;
    const place = left.findIndex((known) => isSame(known, one));
    const [known] = place < 0 ? [] : left.splice(place, 1);
    return { ...one, increase, ...(known !== undefined && { id: known.id }) };
  });
}

function isSame({ span, days, timeZone }: Budget, one: Given): boolean {
  return span === one.period && days === (one.days ?? 0) && timeZone === one.time_zone;
}

/** Without the aliases that answer beside them, which may not be there yet. */
export function withoutDowngrades<One extends Given>(given: readonly One[] = []): One[] {
  return given.map((one) => ({ ...one, downgrade_to: null }));
}
