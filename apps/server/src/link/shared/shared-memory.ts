// All that the shared memory holds, as one thread works with it: one change at a time, whole or not at all.

import type { Counted } from "#domain/access/scope.ts";
import type { CountedScope } from "#link/counters.ts";
import { GuardedWords } from "./guarded-words.ts";
import { cellsOf, readLayout, textUnitsOf, wordsOf } from "./layout.ts";
import { SharedLock } from "./lock.ts";
import { noRoom } from "./no-room.ts";
import { Pool } from "./pool.ts";
import { Rings } from "./rings.ts";
import { ScopeTable } from "./scope-table.ts";
import { Seats } from "./seats.ts";
import { SharedScope } from "./shared-scope.ts";

export class SharedMemory {
  readonly seats: Seats;
  readonly words: GuardedWords;
  readonly table: ScopeTable;
  readonly columns: Pool;
  readonly rings: Rings;
  readonly #lock: SharedLock;
  /** Those of a decision, in the order of its scopes. */
  readonly #scopes: SharedScope[] = [];

  constructor(memory: SharedArrayBuffer, seat: number) {
    const [layout, cells] = [readLayout(memory), cellsOf(memory)];
    this.seats = new Seats(cells);
    this.words = new GuardedWords(wordsOf(memory), layout);
    this.table = new ScopeTable(this.words, textUnitsOf(memory), layout);
    this.columns = new Pool(this.words, layout.columns);
    this.rings = new Rings(this.words, layout);
    this.#lock = new SharedLock(cells, this.seats, seat);
  }

  /** What throws, and what a thread was at when it ended, has changed nothing. `act` must be short: all others wait for it. */
  change<Result>(act: () => Result): Result {
    this.#lock.acquire();
    try {
      if (this.words.isHalfDone) this.words.takeBack();
      const result = act();
      this.words.commit();
      return result;
    } catch (error) {
      this.words.takeBack();
      throw error;
    } finally {
      this.#lock.release();
    }
  }

  /** Until the next call, and within one change. */
  scopesOf(scopes: readonly Counted[]): readonly SharedScope[] {
    while (this.#scopes.length < scopes.length) this.#scopes.push(this.createScope());
    for (let place = 0; place < scopes.length; place += 1) {
      const scope = scopes[place];
      if (scope !== undefined) this.#scopes[place]?.point(this.table.find(scope));
    }
    return this.#scopes;
  }

  /**
   * A place for a scope that nobody has used yet, or that was forgotten meanwhile. Throws GhostError `service_unavailable` where
   * there is none. Answers whether it is a period that is counted for the first time.
   */
  make(counts: SharedScope, scope: Counted & Partial<CountedScope>, isForSpent: boolean): boolean {
    if (counts.slot === 0) {
      counts.point(this.table.find(scope) || this.table.create(scope, isForSpent));
      if (counts.slot === 0) throw noRoom();
      if (scope.windowMs !== undefined) counts.windowMs = scope.windowMs;
    }
    if (scope.lapsesAt === undefined || counts.lapsesAt !== 0) return false;
    counts.lapsesAt = scope.lapsesAt;
    return true;
  }

  createScope(): SharedScope {
    return new SharedScope(this.words, this.columns, this.rings);
  }

  /**
   * Nobody keeps more of a scope than it takes to know of it, and nothing of a period for which nobody asks any more. The last act
   * of a change.
   */
  tidy(scope: SharedScope, now = 0): void {
    if (scope.slot === 0 || !this.table.isInUse(scope.slot) || !scope.isIdle) return;
    scope.giveColumns();
    const { lapsesAt } = scope;
    if (scope.spentNanos === 0 || (lapsesAt !== 0 && lapsesAt <= now)) this.table.remove(scope.slot);
  }
}
