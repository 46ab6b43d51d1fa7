// Sees when a budget comes near its cap or reaches it, or does so no more.

import type { Store } from "#control/store/store.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";
import { chargesOf, type UsageRecord } from "#domain/usage-record.ts";
import type { ObjectChange } from "#link/signals.ts";
import { createPeriodReader, recentlySince, type PeriodReader } from "#control/budgets/period-reader.ts";
import { levelOf, type Level } from "#control/budgets/period-level.ts";

/** Hundredths of a budget from which on it is near its cap. */
export const nearPercent = 80;

export class BudgetWatch {
  readonly #store: Pick<Store, "budgets" | "spend">;
  readonly #periods: PeriodReader;
  readonly #now: () => number;
  /** Of the whole life of a scope, and by the id of each other budget: what it was in its period. */
  readonly #levels = new ScopeMap<string>();

  /** `now`: by the clock by which requests are admitted. */
  constructor(store: Pick<Store, "budgets" | "spend">, now: () => number) {
    this.#store = store;
    this.#periods = createPeriodReader(store);
    this.#now = now;
  }

  /** Of those that these requests were charged to. */
  async look(records: readonly UsageRecord[]): Promise<readonly ObjectChange[]> {
    const ids = [...new Set(records.flatMap((record) => chargesOf(record).map(({ scope }) => scope.id)))];
    if (ids.length === 0) return [];
    const used = await this.#store.budgets.used({ percent: nearPercent, limit: ids.length, ids }, "all");
    const ofLives = used.flatMap(({ scope, userId, spentNanos, budgetNanos }) => {
      const level: Level = spentNanos >= budgetNanos ? "reached" : "near";
      return this.#isNew(scope, level) ? [{ what: "budgets" as const, id: scope.id, userId }] : [];
    });
    return [...ofLives, ...(await this.#lookAtPeriods(ids))];
  }

  async #lookAtPeriods(ids: readonly string[]): Promise<readonly ObjectChange[]> {
    const now = this.#now();
    const holders = await this.#store.budgets.byPeriod({ ids, limit: ids.length, since: recentlySince(now) }, "all");
    const standings = await this.#periods.read(holders, now);
    return holders.flatMap(({ scope, userId }): readonly ObjectChange[] => {
      const changed = (standings.get(scope) ?? []).filter((standing) => {
        const level = levelOf(standing);
        const word = level === null ? null : `${standing.period.name} ${level.level} ${level.percent}`;
        return this.#isNew({ ...scope, period: standing.budget.id }, word);
      });
      return changed.length === 0 ? [] : [{ what: "budgets", id: scope.id, userId }];
    });
  }

  #isNew(counted: Counted, level: string | null): boolean {
    const before = this.#levels.get(counted) ?? null;
    if (level === null) this.#levels.delete(counted);
    else this.#levels.set(counted, level);
    return level !== null && before !== level;
  }
}
