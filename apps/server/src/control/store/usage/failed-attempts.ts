// Attempts that failed, counted from the records themselves: what the rollups have of them already, a series of minutes adds here.

import { summedUsageFields } from "@ghostllm/contract";
import type { SeriesQuery, SeriesRow, UsageDimension, UsageSums } from "#control/store/usage-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { SketchSum } from "./sketch-sum.ts";
import { failedPlaces } from "./usage-sums.ts";

const values: Readonly<Record<UsageDimension, (record: UsageRecord) => string>> = {
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
  key: ({ apiKeyId }) => apiKeyId,
  user: ({ userId }) => userId,
  team: ({ teamId }) => teamId ?? "",
  organisation: ({ organisationId }) => organisationId ?? "",
  alias: ({ requestedModel }) => requestedModel,
  status: ({ status }) => status,
};

export function addFailedAttempts(
  series: readonly SeriesRow[],
  records: readonly UsageRecord[],
  query: SeriesQuery,
): readonly SeriesRow[] {
  const rows = new Map(series.map((row) => [nameOf(row), row]));
  for (const record of records)
    for (const place of failedPlaces(record)) {
      const empty = emptyRow(query, { ...record, ...place });
      const row = rows.get(nameOf(empty)) ?? empty;
      rows.set(nameOf(row), { ...row, failedAttempts: row.failedAttempts + 1 });
    }
  return [...rows.values()];
}

function nameOf({ at, group }: Pick<SeriesRow, "at" | "group">): string {
  return JSON.stringify([at, group]);
}

/** Where a record would be counted. */
function emptyRow({ bucket, dimensions, kept }: SeriesQuery, record: UsageRecord): SeriesRow {
  const { createdAt } = record;
  const own = dimensions.map((dimension) => values[dimension](record));
  const isKept = kept === null || kept.some((group) => group.every((value, place) => value === own[place]));
  return {
    ...nothing,
    at: bucket === null ? 0 : createdAt - ((createdAt + bucket.offsetMs) % bucket.ms),
    group: isKept ? own : null,
    latencies: SketchSum.nothing,
    firstTokens: SketchSum.nothing,
  };
}

const counts = { requests: 0, errors: 0, unpricedRequests: 0, failedAttempts: 0 };
const nothing = summedUsageFields.reduce<UsageSums>((sums, name) => ({ ...sums, [name]: 0 }), counts as UsageSums);
