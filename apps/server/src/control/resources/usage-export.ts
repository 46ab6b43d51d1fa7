// Usage as it is exported: a line for each time and group, as CSV or as JSON, in pieces that are read one after the other.

import { formatUsd } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import type { SeriesRow } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { csvOf, type Cell } from "./export-lines.ts";
import { toTime } from "./fields.ts";
import { labelsOf, type Labels } from "./group-labels.ts";
import type { SeriesPlan } from "./series-plan.ts";
import { seriesPages } from "./series-pages.ts";
import { percentilesOfRows } from "./series-rows.ts";

const measures: Readonly<Record<string, (row: SeriesRow) => Cell>> = {
  requests: ({ requests }) => requests,
  errors: ({ errors }) => errors,
  failed_attempts: ({ failedAttempts }) => failedAttempts,
  prompt_tokens: ({ promptTokens }) => promptTokens,
  completion_tokens: ({ completionTokens }) => completionTokens,
  cached_tokens: ({ cachedTokens }) => cachedTokens,
  cache_write_tokens: ({ cacheWriteTokens, cacheWriteHourTokens }) => cacheWriteTokens + cacheWriteHourTokens,
  reasoning_tokens: ({ reasoningTokens }) => reasoningTokens,
  cost_usd: ({ costNanos }) => formatUsd(costNanos),
  saved_usd: ({ savedNanos }) => formatUsd(savedNanos),
  unpriced_requests: ({ unpricedRequests }) => unpricedRequests,
};

const times = ["latency_ms", "ttft_ms"] as const;
const shares = ["p50", "p95", "p99"] as const;

type Line = Readonly<Record<string, Cell>>;
type Sources = Pick<Store, "usage" | "names" | "within">;

/** Each line has the same names, in the same order. */
export async function* usageLines(store: Sources, plan: SeriesPlan, reach: Reach): AsyncGenerator<readonly Line[]> {
  const lineOf = lineWriter(plan);
  for await (const rows of seriesPages(store, plan, reach)) {
    const labels = await labelsOf(store, plan.dimensions, rows);
    yield rows.map((row) => lineOf(row, labels));
  }
}

export function usageCsv(store: Sources, plan: SeriesPlan, reach: Reach): AsyncGenerator<string> {
  return csvOf(namesOf(plan), cellsOf(usageLines(store, plan, reach)));
}

async function* cellsOf(pages: AsyncIterable<readonly Line[]>): AsyncGenerator<readonly (readonly Cell[])[]> {
  for await (const lines of pages) yield lines.map((line) => Object.values(line));
}

type Columns = Pick<SeriesPlan, "bucket" | "dimensions">;

function namesOf({ bucket, dimensions }: Columns): readonly string[] {
  const timed = times.flatMap((time) => shares.map((share) => `${time}_${share}`));
  const grouped = dimensions.flatMap((dimension) => [dimension, `${dimension}_name`]);
  return [...(bucket === null ? [] : ["time"]), ...grouped, ...Object.keys(measures), ...timed];
}

export function lineWriter(plan: Columns): (row: SeriesRow, labels: Labels) => Line {
  const names = namesOf(plan);
  return (row, labels) => {
    const group = row.group ?? [];
    const labelled = labels(group);
    const told = percentilesOfRows([row]);
    const cells = [
      ...(plan.bucket === null ? [] : [toTime(row.at)]),
      ...group.flatMap((value, place) => [value, labelled[place] ?? ""]),
      ...Object.values(measures).map((read) => read(row)),
      ...times.flatMap((time) => shares.map((share) => told[time]?.[share] ?? null)),
    ];
    return Object.fromEntries(names.map((name, place) => [name, cells[place] ?? null]));
  };
}
