import type { UsageFilter, UsageGrouping } from "#control/store/usage-store.ts";
import { toTime } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiRecord } from "./usage-record.ts";
import { addSums, toApiSums } from "./usage-sums.ts";
import { ndjsonOf } from "./export-lines.ts";
import { planSeries, type ExportQuery } from "./series-plan.ts";
import { streamed } from "./streamed.ts";
import { usageCsv, usageLines } from "./usage-export.ts";
import { readSeries } from "./usage-series.ts";

type FilterQuery = Omit<Parameters<Resource<"usage">["list"]>[0]["query"], "limit" | "after">;

export function createUsageResource(deps: Pick<ResourceDependencies, "store" | "clock" | "log">): Resource<"usage"> {
  const { store, clock } = deps;
  const planOf = (query: ExportQuery) => planSeries(query, clock.now(), store.usage.keptSince());
  return {
    series: ({ query, reach }) => readSeries(deps, query, reach),
    export: async ({ query, reach }) => streamed(deps, "usage", usageCsv(store, planOf(query), reach)),
    exportNdjson: async ({ query, reach }) =>
      streamed(deps, "usage", ndjsonOf(usageLines(store, planOf(query), reach))),

    list: ({ query: { limit, after, ...filter }, reach }) =>
      readPage({ limit, after }, (page) => store.usage.list(toFilter(filter), page, reach), toApiRecord),

    async summary({ query: { group_by: grouping, ...filter }, reach }) {
      const sums = await store.usage.summarize(toFilter(filter), grouping, reach);
      return {
        data: sums.map((sum) => ({ group: toGroup(sum.group, grouping), ...toApiSums(sum) })),
        total: toApiSums(addSums(sums)),
      };
    },
  };
}

function toFilter(query: FilterQuery): UsageFilter {
  return {
    ...(query.user_id !== undefined && { userId: query.user_id }),
    ...(query.api_key_id !== undefined && { apiKeyId: query.api_key_id }),
    ...(query.team_id !== undefined && { teamId: query.team_id }),
    ...(query.organisation_id !== undefined && { organisationId: query.organisation_id }),
    ...(query.model_id !== undefined && { modelId: query.model_id }),
    ...(query.provider_id !== undefined && { providerId: query.provider_id }),
    ...(query.from !== undefined && { from: Date.parse(query.from) }),
    ...(query.to !== undefined && { to: Date.parse(query.to) }),
  };
}

function toGroup(group: string, grouping: UsageGrouping): string {
  return grouping === "hour" || grouping === "day" ? toTime(Number(group)) : group;
}
