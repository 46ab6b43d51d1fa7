// How the budgets of all stand. Of few it is read anew whenever somebody asks; of many that takes a second, so that it is read once in a
// while, and whoever asks meanwhile is told what was read last. Called by the resource of budgets.

import type { Clock } from "#domain/clock.ts";
import { sortBudgets, type BudgetOrder, type BudgetStanding } from "./budget-list.ts";

/** Of so many it is told as it is. */
const most = 5_000;
/** Older than the one it is read again, while it is told; older than the other it is waited for. */
const freshMs = 30_000;
const longestMs = 120_000;

export interface Standings {
  sortedBy(order: BudgetOrder): readonly BudgetStanding[];
}

export class KeptStandings {
  readonly #read: () => Promise<readonly BudgetStanding[]>;
  readonly #clock: Clock;
  #kept: { readonly at: number; readonly standings: Standings } | null = null;
  #reading: Promise<Standings> | null = null;

  constructor(read: () => Promise<readonly BudgetStanding[]>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  async get(): Promise<Standings> {
    const kept = this.#kept;
    const age = kept === null ? Infinity : this.#clock.now() - kept.at;
    if (kept === null || age > longestMs) return this.#refresh();
    // Who waits for nobody hears of a failure when it lasts.
    if (age > freshMs) this.#refresh().catch(() => undefined);
    return kept.standings;
  }

  #refresh(): Promise<Standings> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readNow(): Promise<Standings> {
    const at = this.#clock.now();
    const all = await this.#read();
    const standings = standingsOf(all);
    this.#kept = all.length > most ? { at, standings } : null;
    return standings;
  }
}

/** Sorted once for each order. */
export function standingsOf(all: readonly BudgetStanding[]): Standings {
  const sorted = new Map<string, readonly BudgetStanding[]>();
  return {
    sortedBy(order) {
      const name = `${order.by} ${order.isDescending}`;
      const known = sorted.get(name) ?? sortBudgets(all, order);
      sorted.set(name, known);
      return known;
    },
  };
}
