// What several rows of a series come to together.

import type { SeriesRow, UsageOrder, UsageSums } from "#control/store/usage-store.ts";
import { addSums, subtractSums } from "./usage-sums.ts";
import { SketchSum, type Percentiles } from "#control/store/usage/sketch-sum.ts";

const ranks: Readonly<Record<UsageOrder, (sums: UsageSums) => number>> = {
  cost: ({ costNanos }) => costNanos,
  requests: ({ requests }) => requests,
  tokens: ({ promptTokens, completionTokens }) => promptTokens + completionTokens,
  errors: ({ errors }) => errors,
};

/** Groups of the same rank, such as those of unknown cost, are in the order of their requests. */
export function rankOf(sums: UsageSums, order: UsageOrder): number {
  return ranks[order](sums) + Math.min(0.999, sums.requests / 1e9);
}

/** Of its group; that of the rest is no other's. */
export function nameOf({ group }: Pick<SeriesRow, "group">): string {
  return group === null ? "" : JSON.stringify(group);
}

/** Over all times. */
export function addByGroup(rows: readonly SeriesRow[]): readonly SeriesRow[] {
  return [...Map.groupBy(rows, nameOf).values()].map((same) => ({
    ...addSums(same),
    at: 0,
    group: same[0]?.group ?? null,
    latencies: SketchSum.of(same.map(({ latencies }) => latencies)),
    firstTokens: SketchSum.of(same.map(({ firstTokens }) => firstTokens)),
  }));
}

/** Of each time what is left of all without those that are told apart. */
export function restOf(all: readonly SeriesRow[], shown: readonly SeriesRow[]): readonly SeriesRow[] {
  const byTime = Map.groupBy(shown, ({ at }) => at);
  return all.map((row) => {
    const told = byTime.get(row.at) ?? [];
    return {
      ...subtractSums(row, addSums(told)),
      ...{ at: row.at, group: null },
      latencies: row.latencies.minus(told.map(({ latencies }) => latencies)),
      firstTokens: row.firstTokens.minus(told.map(({ firstTokens }) => firstTokens)),
    };
  });
}

interface Times {
  readonly latency_ms: Percentiles | null;
  readonly ttft_ms: Percentiles | null;
}

export function percentilesOfRows(rows: readonly SeriesRow[]): Times {
  return {
    latency_ms: SketchSum.of(rows.map(({ latencies }) => latencies)).percentiles(),
    ttft_ms: SketchSum.of(rows.map(({ firstTokens }) => firstTokens)).percentiles(),
  };
}
