// What several rows of a series come to together.

import type { SeriesRow, UsageSums } from "#control/store/usage-store.ts";
import { addSums } from "./usage-sums.ts";
import { addTo, percentilesOf, type Percentiles, type Sketch } from "#control/store/usage/sketch.ts";

type Order = "cost" | "requests" | "tokens" | "errors";

const ranks: Readonly<Record<Order, (sums: UsageSums) => number>> = {
  cost: ({ costNanos }) => costNanos,
  requests: ({ requests }) => requests,
  tokens: ({ promptTokens, completionTokens }) => promptTokens + completionTokens,
  errors: ({ errors }) => errors,
};

/** Groups of the same rank, such as those of unknown cost, are in the order of their requests. */
export function rankOf(sums: UsageSums, order: Order): number {
  return ranks[order](sums) + Math.min(0.999, sums.requests / 1e9);
}

/** Of its group; that of the rest is no other's. */
export function nameOf({ group }: SeriesRow): string {
  return group === null ? "" : JSON.stringify(group);
}

/** Over all times. */
export function addByGroup(rows: readonly SeriesRow[]): readonly SeriesRow[] {
  return [...Map.groupBy(rows, nameOf).values()].map((same) => ({
    ...addSums(same),
    at: 0,
    group: same[0]?.group ?? null,
    latencies: merge(same.map(({ latencies }) => latencies)),
    firstTokens: merge(same.map(({ firstTokens }) => firstTokens)),
  }));
}

interface Times {
  readonly latency_ms: Percentiles | null;
  readonly ttft_ms: Percentiles | null;
}

export function percentilesOfRows(rows: readonly SeriesRow[]): Times {
  return {
    latency_ms: percentilesOf(merge(rows.map(({ latencies }) => latencies))),
    ttft_ms: percentilesOf(merge(rows.map(({ firstTokens }) => firstTokens))),
  };
}

function merge(sketches: readonly Sketch[]): Sketch {
  const [only, ...others] = sketches;
  if (only !== undefined && others.length === 0) return only;
  const merged: Sketch = new Map();
  for (const sketch of sketches) for (const [bucket, count] of sketch) addTo(merged, bucket, count);
  return merged;
}
