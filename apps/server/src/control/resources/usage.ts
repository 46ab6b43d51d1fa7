import type { UsageFilter } from "#control/store/usage-store.ts";
import { searchRequests } from "./request-search.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiRecord } from "./usage-record.ts";
import { toApiSums } from "./usage-sums.ts";
import { summarize } from "./usage-summary.ts";
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

    async list({ query: { limit, after, ...filter }, reach }) {
      const page = { limit, ...(after !== undefined && { after }) };
      const search = {
        usage: store.usage,
        filter: toFilter(filter),
        page,
        reach,
        isAscending: false,
        now: clock.now(),
      };
      const { records, next } = await searchRequests(search);
      return { data: records.map(toApiRecord), next };
    },

    async summary({ query: { group_by: grouping, limit, ...filter }, reach }) {
      const { sums, total, isWhole } = await summarize(
        store.usage,
        { filter: toFilter(filter), grouping, limit },
        reach,
      );
      return {
        data: sums.map(({ group, ...sum }) => ({ group, ...toApiSums(sum) })),
        total: toApiSums(total),
        is_whole: isWhole,
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
