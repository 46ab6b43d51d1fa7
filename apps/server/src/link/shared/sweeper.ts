import { lastFullSweepAt, owedSweepsAt } from "./layout.ts";
import type { Pool } from "./pool.ts";
import { ownerAt } from "./shared-scope.ts";
import type { SharedScope } from "./shared-scope.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** At so many rings of each size, smallest first, a sweep looks. */
const looks = [8, 2, 1] as const;
/** Nobody waits for a look at more of them than this. */
const unitsPerChange = 512;
const fullSweepEveryMs = 1_000;
/** For each period that begins, so many scopes are looked at. */
const scopesPerPeriod = 16;

/** Gives back what scopes do not need any more. What is not looked at stays, and is in nobody's way but that of its place. */
export class Sweeper {
  readonly #memory: SharedMemory;
  readonly #scope: SharedScope;
  readonly #next = looks.map(() => 0);
  #nextScope = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#scope = memory.createScope();
  }

  /** As much as has been handed out calls for. */
  sweep(now: number): void {
    const { words } = this.#memory;
    // Read without the lock, which is taken only where there is something to do.
    if (words.get(owedSweepsAt) <= 0) return;
    this.#memory.change(() => {
      words.set(owedSweepsAt, Math.max(0, words.get(owedSweepsAt) - looks[0]));
      this.#memory.rings.pools.forEach((pool, size) => this.#sweepSome(pool, size, now));
    });
  }

  /** There is no room. False where that has been tried just now. */
  sweepAll(now: number): boolean {
    const { words, rings } = this.#memory;
    const isDue = this.#memory.change(() => {
      if (now - words.get(lastFullSweepAt) < fullSweepEveryMs) return false;
      words.set(lastFullSweepAt, now);
      return true;
    });
    if (!isDue) return false;
    for (const pool of rings.pools) {
      this.#eachChunk(pool, (ring) => this.#look(ring, now));
    }
    return true;
  }

  /** Of scopes, some: periods for which nobody asks any more are forgotten. */
  sweepLapsed(now: number): void {
    const { table } = this.#memory;
    this.#memory.change(() => {
      for (let left = Math.min(scopesPerPeriod, table.touched); left > 0; left -= 1) {
        const slot = table.slotAt(this.#nextScope % table.touched);
        this.#nextScope = (this.#nextScope + 1) % table.touched;
        if (slot === 0) continue;
        this.#scope.point(slot);
        const { lapsesAt } = this.#scope;
        if (lapsesAt !== 0 && lapsesAt <= now) this.#memory.tidy(this.#scope, now);
      }
    });
  }

  /** What a thread that has ended had running and reserved. */
  free(seat: number): void {
    this.#eachChunk(this.#memory.columns, (columns) => {
      this.#scope.point(this.#memory.words.get(columns + ownerAt));
      this.#scope.end(seat);
      this.#memory.tidy(this.#scope);
    });
  }

  #eachChunk(pool: Pool, act: (unit: number) => void): void {
    for (let from = 0; from < pool.touched; from += unitsPerChange) {
      this.#memory.change(() => {
        const end = Math.min(from + unitsPerChange, pool.touched);
        for (let index = from; index < end; index += 1) {
          if (pool.isInUse(pool.unitAt(index))) act(pool.unitAt(index));
        }
      });
    }
  }

  #sweepSome(pool: Pool, size: number, now: number): void {
    for (let left = Math.min(looks[size] ?? 0, pool.touched); left > 0; left -= 1) {
      const index = (this.#next[size] ?? 0) % pool.touched;
      this.#next[size] = index + 1;
      if (pool.isInUse(pool.unitAt(index))) this.#look(pool.unitAt(index), now);
    }
  }

  /** All rings of a scope are kept or given back: whoever was counted within the window finds a place for what comes late. */
  #look(ring: number, now: number): void {
    const scope = this.#scope;
    scope.point(this.#memory.words.get(ring));
    if (scope.isCounting(now)) return;
    scope.giveRings();
    this.#memory.tidy(scope);
  }
}
