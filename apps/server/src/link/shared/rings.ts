import type { GuardedWords } from "./guarded-words.ts";
import { owedSweepsAt, ringCapacities } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { Pool } from "./pool.ts";

/** For each ring that is handed out, so many others are looked at: whether they are still needed. */
const sweepsPerRing = 4;

/** The entries of windows, in rings of several sizes: most scopes need the smallest, and an idle one none. */
export class Rings {
  readonly pools: readonly Pool[];
  readonly #words: GuardedWords;

  constructor(words: GuardedWords, layout: Layout) {
    this.#words = words;
    this.pools = layout.rings.map((region) => new Pool(words, region));
  }

  /** Of one of the `ringCapacities`; 0 where there is none. Its first word says whose it is: a slot's. */
  take(slot: number, capacity: number): number {
    const ring = this.#poolOf(capacity)?.take() ?? 0;
    if (ring === 0) return 0;
    this.#words.set(ring, slot);
    this.#words.add(owedSweepsAt, sweepsPerRing);
    return ring;
  }

  give(ring: number, capacity: number): void {
    this.#poolOf(capacity)?.give(ring);
  }

  #poolOf(capacity: number): Pool | undefined {
    return this.pools[ringCapacities.findIndex((each) => each === capacity)];
  }
}

/** The next larger one; 0 where there is none. */
export function largerThan(capacity: number): number {
  return ringCapacities.find((each) => each > capacity) ?? 0;
}
