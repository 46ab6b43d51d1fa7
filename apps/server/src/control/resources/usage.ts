import { summedUsageFields, usageApiName, usageFields } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UsageFilter, UsageGrouping, UsageSums } from "#control/store/store.ts";
import { toTime } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApi, toApiRecord } from "./usage-record.ts";

type ApiSums = RouteAnswer<AdminRoutes["usage"]["summary"]>["total"];
type FilterQuery = Omit<Parameters<Resource<"usage">["list"]>[0]["query"], "limit" | "after">;

export function createUsageResource({ store }: Pick<ResourceDependencies, "store">): Resource<"usage"> {
  return {
    list: ({ query: { limit, after, ...filter }, reach }) =>
      readPage({ limit, after }, (page) => store.usage.list(toFilter(filter), page, reach), toApiRecord),

    async summary({ query: { group_by: grouping, ...filter }, reach }) {
      const sums = await store.usage.summarize(toFilter(filter), grouping, reach);
      return {
        data: sums.map((sum) => ({ group: toGroup(sum.group, grouping), ...toApiSums(sum) })),
        total: toApiSums(addAll(sums)),
      };
    },
  };
}

function toFilter(query: FilterQuery): UsageFilter {
  return {
    ...(query.user_id !== undefined && { userId: query.user_id }),
    ...(query.api_key_id !== undefined && { apiKeyId: query.api_key_id }),
    ...(query.model_id !== undefined && { modelId: query.model_id }),
    ...(query.provider_id !== undefined && { providerId: query.provider_id }),
    ...(query.from !== undefined && { from: Date.parse(query.from) }),
    ...(query.to !== undefined && { to: Date.parse(query.to) }),
  };
}

function toGroup(group: string, grouping: UsageGrouping): string {
  return grouping === "hour" || grouping === "day" ? toTime(Number(group)) : group;
}

function toApiSums(sums: UsageSums): ApiSums {
  return {
    requests: sums.requests,
    errors: sums.errors,
    unpriced_requests: sums.unpricedRequests,
    ...Object.fromEntries(
      summedUsageFields.map((name) => [usageApiName(name), toApi(usageFields[name].kind, sums[name])]),
    ),
  } as ApiSums;
}

const sumNames = ["requests", "errors", "unpricedRequests", ...summedUsageFields] as const;

function addAll(sums: readonly UsageSums[]): UsageSums {
  const total = (name: keyof UsageSums): number => sums.reduce((sum, one) => sum + one[name], 0);
  return Object.fromEntries(sumNames.map((name) => [name, total(name)])) as Record<keyof UsageSums, number>;
}
