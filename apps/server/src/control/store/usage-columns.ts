// A usage record as a row of usage_logs, and back.

import type { Selectable } from "kysely";
import type { UnansweredAttempts, UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "./bulk.ts";
import { parseUsageStatus, toBit, storableText } from "./columns.ts";
import type { UsageLogsTable } from "./tables.ts";

const maxTextLength = 1_000;

type UsageRow = Selectable<UsageLogsTable>;

function toRow(record: UsageRecord): UsageRow {
  return {
    id: record.id,
    created_at: record.createdAt,
    user_id: record.userId,
    api_key_id: record.apiKeyId,
    model_id: record.modelId,
    provider_id: record.providerId ?? "",
    provider: record.provider,
    model: record.model,
    requested_model: record.requestedModel,
    operation: record.operation,
    streamed: toBit(record.streamed),
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
    estimated: toBit(record.estimated),
    usage_bounded: toBit(record.usageBounded ?? false),
    unanswered_attempts: record.unanswered?.attempts ?? 0,
    unanswered_tokens: record.unanswered?.tokens ?? 0,
    unanswered_cost: record.unanswered === undefined ? 0 : record.unanswered.costNanos,
    cost: record.costNanos,
    price_version: record.priceVersion,
    latency_ms: Math.round(record.latencyMs),
    ttft_ms: record.ttftMs === null ? null : Math.round(record.ttftMs),
    attempts: record.attempts,
    request_id: record.id,
    ip_address: record.ipAddress,
    user_agent: record.userAgent,
  };
}

export function fromRow(row: UsageRow): UsageRecord {
  return {
    id: row.id,
    createdAt: row.created_at,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    modelId: row.model_id,
    providerId: row.provider_id || null,
    provider: row.provider,
    model: row.model,
    requestedModel: row.requested_model,
    operation: row.operation,
    streamed: row.streamed === 1,
    status: parseUsageStatus(row.status),
    httpStatus: row.http_status,
    errorCode: row.error_code,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    totalTokens: row.total_tokens,
    cachedTokens: row.cached_tokens,
    reasoningTokens: row.reasoning_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWriteHourTokens: row.cache_write_hour_tokens,
    audioPromptTokens: row.audio_prompt_tokens,
    audioCompletionTokens: row.audio_completion_tokens,
    imagePromptTokens: row.image_prompt_tokens,
    imageCompletionTokens: row.image_completion_tokens,
    cachedAudioTokens: row.cached_audio_tokens,
    serviceClass: row.service_class,
    geography: row.geography,
    webSearches: row.web_searches,
    fileSearches: row.file_searches,
    estimated: row.estimated === 1,
    ...(row.usage_bounded === 1 && { usageBounded: true }),
    ...(row.unanswered_attempts > 0 && { unanswered: unansweredOf(row) }),
    costNanos: row.cost,
    priceVersion: row.price_version,
    latencyMs: row.latency_ms,
    ttftMs: row.ttft_ms,
    attempts: row.attempts,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
  };
}

function unansweredOf(row: UsageRow): UnansweredAttempts {
  return { attempts: row.unanswered_attempts, tokens: row.unanswered_tokens, costNanos: row.unanswered_cost };
}

export const usageColumns: readonly (keyof UsageRow)[] = [
  "id",
  "created_at",
  "user_id",
  "api_key_id",
  "model_id",
  "provider_id",
  "provider",
  "model",
  "requested_model",
  "operation",
  "streamed",
  "status",
  "http_status",
  "error_code",
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "cached_tokens",
  "reasoning_tokens",
  "cache_write_tokens",
  "cache_write_hour_tokens",
  "audio_prompt_tokens",
  "audio_completion_tokens",
  "image_prompt_tokens",
  "image_completion_tokens",
  "cached_audio_tokens",
  "service_class",
  "geography",
  "web_searches",
  "file_searches",
  "estimated",
  "usage_bounded",
  "unanswered_attempts",
  "unanswered_tokens",
  "unanswered_cost",
  "cost",
  "price_version",
  "latency_ms",
  "ttft_ms",
  "attempts",
  "request_id",
  "ip_address",
  "user_agent",
];

/** The row's values in the order of `usageColumns`. Throws a RangeError at a number that no engine may store. */
export function toValues(record: UsageRecord): readonly Value[] {
  const row = toRow(record);
  return usageColumns.map((column) => storable(column, row[column]));
}

function storable(column: string, value: Value): Value {
  if (typeof value === "string") return storableText(value, maxTextLength);
  // SQLite would take a fraction without a word, PostgreSQL would refuse it.
  if (value !== null && !Number.isSafeInteger(value)) throw new RangeError(`${column} is ${value}, not an integer`);
  return value;
}
