import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UsageFilter, UsageGrouping, UsageSum } from "#control/store/store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toTime, toUsdOrNull } from "./fields.ts";
import { readPage } from "./pages.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiUsageRecord = RouteAnswer<AdminRoutes["usage"]["list"]>["data"][number];
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
        total: toApiSums(sums.reduce(addSums, nothing)),
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

function toApiRecord(record: UsageRecord): ApiUsageRecord {
  return {
    id: record.id,
    created_at: toTime(record.createdAt),
    user_id: record.userId,
    api_key_id: record.apiKeyId,
    model_id: record.modelId,
    provider_id: record.providerId,
    provider: record.provider,
    model: record.model,
    requested_model: record.requestedModel,
    operation: record.operation,
    streamed: record.streamed,
    status: record.status,
    http_status: record.httpStatus,
    error_code: record.errorCode,
    prompt_tokens: record.promptTokens,
    completion_tokens: record.completionTokens,
    total_tokens: record.totalTokens,
    cached_tokens: record.cachedTokens,
    reasoning_tokens: record.reasoningTokens,
    cache_write_tokens: record.cacheWriteTokens,
    cache_write_hour_tokens: record.cacheWriteHourTokens,
    audio_prompt_tokens: record.audioPromptTokens,
    audio_completion_tokens: record.audioCompletionTokens,
    image_prompt_tokens: record.imagePromptTokens,
    image_completion_tokens: record.imageCompletionTokens,
    cached_audio_tokens: record.cachedAudioTokens,
    service_class: record.serviceClass,
    geography: record.geography,
    web_searches: record.webSearches,
    file_searches: record.fileSearches,
    estimated: record.estimated,
    usage_bounded: record.usageBounded ?? false,
    unanswered_attempts: record.unanswered?.attempts ?? 0,
    unanswered_tokens: record.unanswered?.tokens ?? 0,
    unanswered_cost_usd: toUsdOrNull(record.unanswered === undefined ? 0 : record.unanswered.costNanos),
    cost_usd: toUsdOrNull(record.costNanos),
    price_version: record.priceVersion,
    latency_ms: record.latencyMs,
    ttft_ms: record.ttftMs,
    attempts: record.attempts,
    ip_address: record.ipAddress,
    user_agent: record.userAgent,
  };
}

function toGroup(group: string, grouping: UsageGrouping): string {
  return grouping === "hour" || grouping === "day" ? toTime(Number(group)) : group;
}

function toApiSums(sum: Omit<UsageSum, "group">): ApiSums {
  return {
    requests: sum.requests,
    errors: sum.errors,
    prompt_tokens: sum.promptTokens,
    completion_tokens: sum.completionTokens,
    cached_tokens: sum.cachedTokens,
    reasoning_tokens: sum.reasoningTokens,
    cost_usd: formatUsd(sum.costNanos),
    unpriced_requests: sum.unpricedRequests,
  };
}

type Sums = Omit<UsageSum, "group">;

const nothing: Sums = {
  requests: 0,
  errors: 0,
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  costNanos: 0,
  unpricedRequests: 0,
};

function addSums(left: Sums, right: Sums): Sums {
  return {
    requests: left.requests + right.requests,
    errors: left.errors + right.errors,
    promptTokens: left.promptTokens + right.promptTokens,
    completionTokens: left.completionTokens + right.completionTokens,
    cachedTokens: left.cachedTokens + right.cachedTokens,
    reasoningTokens: left.reasoningTokens + right.reasoningTokens,
    costNanos: left.costNanos + right.costNanos,
    unpricedRequests: left.unpricedRequests + right.unpricedRequests,
  };
}
