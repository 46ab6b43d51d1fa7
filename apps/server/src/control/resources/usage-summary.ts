// Sums of usage by one thing: of times all that there are, of all else those with the most of cost.

import type { Store } from "#control/store/store.ts";
import type { SeriesQuery, UsageDimension, UsageFilter, UsageSums } from "#control/store/usage-store.ts";
import { dayMs } from "#control/store/usage/rollups.ts";
import { hourMs, hourOf } from "#control/store/usage/usage-sums.ts";
import type { Reach } from "#domain/access/may.ts";
import { toTime } from "./fields.ts";
import { addByGroup } from "./series-rows.ts";
import { addSums } from "./usage-sums.ts";

interface Asked {
  readonly filter: UsageFilter;
  readonly grouping: keyof typeof groupings;
  readonly limit: number;
}

interface Summary {
  readonly sums: readonly (UsageSums & { readonly group: string })[];
  /** Of all, also of those that are not told apart. */
  readonly total: UsageSums;
  readonly isWhole: boolean;
}

/** Later than whatever was asked. */
const endOfTime = 8_640_000_000_000_000;

const groupings = {
  ...{ hour: { bucketMs: hourMs }, day: { bucketMs: dayMs } },
  ...{ user: ["user"], api_key: ["key"], team: ["team"], organisation: ["organisation"], provider: ["provider"] },
  model: ["provider", "model"],
} as const satisfies Readonly<Record<string, { readonly bucketMs: number } | readonly UsageDimension[]>>;

export async function summarize(
  usage: Store["usage"],
  { filter, grouping, limit }: Asked,
  reach: Reach,
): Promise<Summary> {
  const { from = 0, to = endOfTime } = filter;
  const times = { from: hourOf(from), to: hourOf(to) };
  const all = { filter: { ...filter, ...times }, source: "rollups", bucket: null, dimensions: [], kept: null } as const;
  const by = groupings[grouping];
  if ("bucketMs" in by) {
    const rows = await usage.series({ ...all, bucket: { ms: by.bucketMs, offsetMs: 0 } }, reach);
    const sums = rows.map((row) => ({ ...addSums([row]), group: toTime(row.at) }));
    return { sums, total: addSums(rows), isWhole: true };
  }
  const query: SeriesQuery = { ...all, dimensions: by };
  const { groups } = await usage.rank(query, "cost", limit + 1, reach);
  const kept = groups.slice(0, limit);
  const rows = kept.length === 0 ? [] : await usage.series({ ...query, kept, isRestLeft: true }, reach);
  const sums = addByGroup(rows).map((row) => ({ ...addSums([row]), group: (row.group ?? []).join("/") }));
  const placeOf = new Map(kept.map((group, place) => [group.join("/"), place]));
  const ranked = sums.toSorted((one, other) => (placeOf.get(one.group) ?? 0) - (placeOf.get(other.group) ?? 0));
  const isWhole = groups.length <= limit;
  const total = isWhole ? addSums(rows) : addSums(await usage.series(all, reach));
  return { sums: ranked, total, isWhole };
}
