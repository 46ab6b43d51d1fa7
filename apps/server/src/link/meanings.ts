// What answers that are kept were asked by, as vectors, so that a question of the same meaning finds them. It only points to answers of the
// cache: what is forgotten there is found no more. Vectors are compared within one group alone, whose name has in it all that must be the same,
// the tenant included. They may go at any time.

import type { Awaitable } from "#domain/clock.ts";
import type { CacheLabels, CachePurge } from "./cache.ts";

/** Of an answer that is kept. */
export interface Meaning extends CacheLabels {
  readonly group: string;
  /** Of length 1. */
  readonly vector: Float32Array;
  /** The text that was embedded. */
  readonly text: string;
  /** Under which the answer is kept. */
  readonly name: string;
  readonly requestId: string;
  readonly lifetimeMs: number;
}

export interface Near extends CacheLabels, Pick<Meaning, "text" | "name" | "requestId"> {
  /** The cosine. */
  readonly similarity: number;
}

export interface MeaningsUse {
  readonly vectors: number;
  readonly vectorBytes: number;
  /** Null where they do not lie in memory. */
  readonly mostVectorBytes: number | null;
  /** How often an answer was told by them, since this server has started. */
  readonly told: number;
}

export interface Meanings {
  /** The nearest of a group, the nearest first, as few as are worth a look. */
  nearest(group: string, vector: Float32Array): Awaitable<readonly Near[]>;
  /** In place of what had the same name. */
  keep(meaning: Meaning): Awaitable<void>;
  purge(what: CachePurge): Awaitable<void>;
  /** An answer was told to a question that is like the one it was kept for. */
  noteTold(): void;
  use(): Awaitable<MeaningsUse>;
}

/** So many are worth a look. */
export const mostNear = 5;

/** Of all vectors in memory, where nothing else is said. */
export const usualVectorBytes = 64 * 1024 * 1024;

/**
 * Of one group that is compared number by number, so that no comparison takes the event loop longer than some milliseconds; those that were kept
 * first make room.
 */
export const mostNumbersOfGroup = 1_500_000;

/** Of a longer vector nothing is kept. */
export const mostDimensions = 8_192;

/** Of two of one length. Four sums at a time, since none of them waits for the others. */
export function cosineOf(one: Float32Array, other: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const { length } = one;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    first += (one[at] ?? 0) * (other[at] ?? 0);
    second += (one[at + 1] ?? 0) * (other[at + 1] ?? 0);
    third += (one[at + 2] ?? 0) * (other[at + 2] ?? 0);
    fourth += (one[at + 3] ?? 0) * (other[at + 3] ?? 0);
  }
  for (; at < length; at += 1) first += (one[at] ?? 0) * (other[at] ?? 0);
  return first + second + third + fourth;
}
