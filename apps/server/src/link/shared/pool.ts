import type { GuardedWords } from "./guarded-words.ts";
import type { Region } from "./layout.ts";

/**
 * Units of equal size, by the place of their first word: that is above 0 while the unit is in use, as whoever takes one sees
 * to. Of those that were given back it leads to the next, negated.
 */
export class Pool {
  readonly region: Region;
  readonly #words: GuardedWords;
  readonly #touchedAt: number;
  readonly #returnedAt: number;
  readonly #usedAt: number;

  constructor(words: GuardedWords, region: Region) {
    this.#words = words;
    this.region = region;
    this.#touchedAt = region.stateAt;
    this.#returnedAt = region.stateAt + 1;
    this.#usedAt = region.stateAt + 2;
  }

  /** Units that have ever been in use are the first ones. */
  get touched(): number {
    return this.#words.get(this.#touchedAt);
  }

  /** 0 where all but `spare` are in use. Its words hold what was in them before. */
  take(spare = 0): number {
    const words = this.#words;
    const { start, unitWords, count } = this.region;
    if (words.get(this.#usedAt) >= count - spare) return 0;
    words.add(this.#usedAt, 1);
    const returned = words.get(this.#returnedAt);
    if (returned !== 0) {
      words.set(this.#returnedAt, -words.get(returned));
      return returned;
    }
    const { touched } = this;
    words.set(this.#touchedAt, touched + 1);
    return start + touched * unitWords;
  }

  give(unit: number): void {
    this.#words.set(unit, -this.#words.get(this.#returnedAt));
    this.#words.set(this.#returnedAt, unit);
    this.#words.add(this.#usedAt, -1);
  }

  unitAt(index: number): number {
    return this.region.start + index * this.region.unitWords;
  }

  isInUse(unit: number): boolean {
    return this.#words.get(unit) > 0;
  }
}
