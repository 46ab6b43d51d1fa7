// How the budgets of many holders stand in their present periods, by what the database says was spent.

import type { Store } from "#control/store/store.ts";
import type { BudgetHolder } from "#control/store/budget-store.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { countedOf, standingsOf } from "#domain/budgets/standing.ts";
import type { PeriodStanding } from "#domain/budgets/standing.ts";

/** Periods of before that end before now, or matter to none that does not. */
export function recentlySince(now: number): string {
  return new Date(now - longestPeriodMs).toISOString().slice(0, 10);
}
const longestPeriodMs = 33 * 24 * 3_600_000;

export interface PeriodReader {
  /** `at`: epoch ms, of the clock by which requests are admitted. */
  read(
    holders: readonly Pick<BudgetHolder, "scope" | "budgets">[],
    at: number,
  ): Promise<ScopeMap<readonly PeriodStanding[]>>;
}

export function createPeriodReader({ spend }: Pick<Store, "spend">): PeriodReader {
  const calendar = new Calendar();
  return {
    async read(holders, at) {
      const having = holders.filter(({ budgets }) => budgets.length > 0);
      const counted = having.flatMap(({ scope, budgets }) => countedOf(calendar, scope, budgets, at));
      const nanos = counted.length === 0 ? [] : await spend.of(counted);
      const spent = new ScopeMap(counted.map((one, place) => [one, nanos[place] ?? 0]));
      return new ScopeMap(
        having.map(({ scope, budgets }) => [scope, standingsOf(calendar, scope, budgets, { at, spent })]),
      );
    },
  };
}
