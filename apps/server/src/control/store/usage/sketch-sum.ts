// Sketches that are added up, and taken off, as they are written: they are only read where a percentile is asked for, which of a report
// are a few of many. Pure.

import { eachCount, middleOf, mostBuckets } from "./sketch.ts";

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** By bucket; zero between calls. All that are not lie from `first` to `last`. */
const counts = new Float64Array(mostBuckets);
let first = mostBuckets;
let last = -1;

function gather(text: string, times: 1 | -1): void {
  eachCount(text, (bucket, count) => {
    counts[bucket] = (counts[bucket] ?? 0) + count * times;
    if (bucket < first) first = bucket;
    if (bucket > last) last = bucket;
  });
}

export class SketchSum {
  static readonly nothing = new SketchSum([]);
  readonly #more: readonly string[];
  readonly #less: readonly string[];
  #percentiles: Percentiles | null | undefined;

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
    const [only] = sums;
    if (only !== undefined && sums.length === 1) return only;
    const { more, less } = textsOf(sums);
    return new SketchSum(more, less);
  }

  /** By bucket, those that have any. */
  read(): ReadonlyMap<number, number> {
    return this.#counted(() => new Map([...counts].map((count, bucket) => [bucket, count] as const).filter(isSome)));
  }

  /** In ms; null of no requests. */
  percentiles(): Percentiles | null {
    if (this.#percentiles === undefined) this.#percentiles = this.#readPercentiles();
    return this.#percentiles;
  }

  #readPercentiles(): Percentiles | null {
    return this.#counted(() => {
      let total = 0;
      for (let bucket = first; bucket <= last; bucket += 1) total += Math.max(0, counts[bucket] ?? 0);
      const at = (share: number): number => rankedAt(share * total);
      return total === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    });
  }

  texts(): { readonly more: readonly string[]; readonly less: readonly string[] } {
    return { more: this.#more, less: this.#less };
  }

  #counted<Told>(tell: () => Told): Told {
    for (const text of this.#more) gather(text, 1);
    for (const text of this.#less) gather(text, -1);
    const told = tell();
    if (last >= 0) counts.fill(0, first, last + 1);
    [first, last] = [mostBuckets, -1];
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
  for (let bucket = first; bucket <= last; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count <= 0) continue;
    latest = bucket;
    left -= count;
    if (left <= 0) break;
  }
  return middleOf(latest);
}
