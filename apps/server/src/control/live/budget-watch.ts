// Sees when a budget comes near its cap or reaches it, or does so no more.

import type { Store } from "#control/store/store.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { chargesOf, type UsageRecord } from "#domain/usage-record.ts";
import type { ObjectChange } from "#link/signals.ts";

/** Hundredths of a budget from which on it is near its cap. */
export const nearPercent = 80;

type Level = "near" | "reached";

export class BudgetWatch {
  readonly #store: Pick<Store, "budgets">;
  readonly #levels = new ScopeMap<Level | null>();

  constructor(store: Pick<Store, "budgets">) {
    this.#store = store;
  }

  /** Of those that these requests were charged to. */
  async look(records: readonly UsageRecord[]): Promise<readonly ObjectChange[]> {
    const ids = [...new Set(records.flatMap((record) => chargesOf(record).map(({ scope }) => scope.id)))];
    if (ids.length === 0) return [];
    const used = await this.#store.budgets.used({ percent: nearPercent, limit: ids.length, ids }, "all");
    return used.flatMap(({ scope, userId, spentNanos, budgetNanos }) => {
      const level: Level = spentNanos >= budgetNanos ? "reached" : "near";
      const before = this.#levels.get(scope);
      this.#levels.set(scope, level);
      return before === level ? [] : [{ what: "budgets", id: scope.id, userId }];
    });
  }
}
