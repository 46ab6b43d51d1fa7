// Chance that is the same in every run, for tests of properties: a failure names the seed it came with.

export interface Chance {
  /** A whole number from 0 up to `below`. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** mulberry32 */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const folded = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((folded ^ (folded >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("there is nothing to pick from");
      return item;
    },
  };
}

/** Bytes in pieces of random sizes, of which some are of one byte. */
export function cutAtRandom(bytes: Buffer, chance: Chance): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + chance.below(chance.pick([1, 3, 20, 200]));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
