// Sketches that are added up, and taken off, as they are written: they are only read where a percentile is asked for, which of a report
// are a few of many. Pure.

import { gather, middleOf, mostBuckets } from "./sketch.ts";

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Zero between calls. */
const counts = new Float64Array(mostBuckets);

export class SketchSum {
  static readonly nothing = new SketchSum([]);
  readonly #more: readonly string[];
  readonly #less: readonly string[];

  /** `less` is a part of `more`. */
  constructor(more: readonly string[], less: readonly string[] = []) {
    this.#more = more;
    this.#less = less;
  }

  plus(other: SketchSum): SketchSum {
    return SketchSum.of([this, other]);
  }

  minus(others: readonly SketchSum[]): SketchSum {
    const { more, less } = textsOf(others);
    return new SketchSum([...this.#more, ...less], [...this.#less, ...more]);
  }

  static of(sums: readonly SketchSum[]): SketchSum {
    const { more, less } = textsOf(sums);
    return new SketchSum(more, less);
  }

  /** By bucket, those that have any. */
  read(): ReadonlyMap<number, number> {
    return this.#counted(() => new Map([...counts].map((count, bucket) => [bucket, count] as const).filter(isSome)));
  }

  /** In ms; null of no requests. */
  percentiles(): Percentiles | null {
    return this.#counted(() => {
      let total = 0;
      for (let bucket = 0; bucket < mostBuckets; bucket += 1) total += Math.max(0, counts[bucket] ?? 0);
      return total === 0
        ? null
        : { p50: rankedAt(0.5 * total), p95: rankedAt(0.95 * total), p99: rankedAt(0.99 * total) };
    });
  }

  texts(): { readonly more: readonly string[]; readonly less: readonly string[] } {
    return { more: this.#more, less: this.#less };
  }

  #counted<Told>(tell: () => Told): Told {
    for (const text of this.#more) gather(text, counts, 1);
    for (const text of this.#less) gather(text, counts, -1);
    const told = tell();
    counts.fill(0);
    return told;
  }
}

function textsOf(sums: readonly SketchSum[]): ReturnType<SketchSum["texts"]> {
  const all = sums.map((sum) => sum.texts());
  return { more: all.flatMap(({ more }) => more), less: all.flatMap(({ less }) => less) };
}

function isSome([, count]: readonly [number, number]): boolean {
  return count > 0;
}

function rankedAt(rank: number): number {
  let left = Math.max(1, Math.ceil(rank));
  let latest = 0;
  for (let bucket = 0; bucket < mostBuckets; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count <= 0) continue;
    latest = bucket;
    left -= count;
    if (left <= 0) break;
  }
  return middleOf(latest);
}
