// Usage as CSV (RFC 4180), for spreadsheets.

import { formatUsd } from "@ghostllm/contract";
import type { SeriesRow } from "#control/store/usage-store.ts";
import { toTime } from "./fields.ts";
import type { Labels } from "./group-labels.ts";
import { percentilesOfRows } from "./series-rows.ts";
import type { SeriesPlan } from "./series-plan.ts";

type Cell = string | number | null;

const measures: Readonly<Record<string, (row: SeriesRow) => Cell>> = {
  requests: ({ requests }) => requests,
  errors: ({ errors }) => errors,
  failed_attempts: ({ failedAttempts }) => failedAttempts,
  prompt_tokens: ({ promptTokens }) => promptTokens,
  completion_tokens: ({ completionTokens }) => completionTokens,
  cached_tokens: ({ cachedTokens }) => cachedTokens,
  cost_usd: ({ costNanos }) => formatUsd(costNanos),
  unpriced_requests: ({ unpricedRequests }) => unpricedRequests,
};

const times = ["latency_ms", "ttft_ms"] as const;
const shares = ["p50", "p95", "p99"] as const;

export function toCsv({ bucket, dimensions }: SeriesPlan, rows: readonly SeriesRow[], labels: Labels): string {
  const timed = times.flatMap((time) => shares.map((share) => `${time}_${share}`));
  const grouped = dimensions.flatMap((dimension) => [dimension, `${dimension}_name`]);
  const header = [...(bucket === null ? [] : ["time"]), ...grouped, ...Object.keys(measures), ...timed];
  const lines = rows.map((row) => {
    const group = row.group ?? [];
    const names = labels(group);
    const told = percentilesOfRows([row]);
    return [
      ...(bucket === null ? [] : [toTime(row.at)]),
      ...group.flatMap((value, place) => [value, names[place] ?? ""]),
      ...Object.values(measures).map((read) => read(row)),
      ...times.flatMap((time) => shares.map((share) => told[time]?.[share] ?? null)),
    ];
  });
  return [header, ...lines].map((line) => `${line.map(toCell).join(",")}\r\n`).join("");
}

/** A spreadsheet would take a name that begins like a formula for one: an apostrophe says that it is text. */
function toCell(value: Cell): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
