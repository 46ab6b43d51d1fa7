// What usage records tell the outside. Their ids follow from the record: whoever is told something twice sees that it is the same.

import { createHash } from "node:crypto";
import { formatUsd } from "@ghostllm/contract";
import type { EventName } from "@ghostllm/contract/events";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import { chargeOf, type UsageRecord } from "#domain/usage-record.ts";

export function requestEventsOf(
  records: readonly UsageRecord[],
  wanted: ReadonlySet<EventName>,
): readonly EventDraft[] {
  return records.flatMap((record) => [
    ...(wanted.has("request.end") ? [requestEnd(record)] : []),
    ...(wanted.has("usage.tracked") ? [usageTracked(record)] : []),
  ]);
}

/** A UUIDv7 of the record's time. */
export function idOfRecord(recordId: string, name: EventName): string {
  const hash = createHash("sha256").update(`${recordId} ${name}`).digest("hex");
  const variant = (8 + (parseInt(hash[3] ?? "0", 16) & 3)).toString(16);
  return `${recordId.slice(0, 13)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}

function circumstancesOf(record: UsageRecord, name: EventName) {
  return {
    id: idOfRecord(record.id, name),
    happenedAt: Math.round(record.createdAt + record.latencyMs),
    userId: record.userId,
  };
}

function factsOf({ id, userId, apiKeyId, provider, model, requestedModel }: UsageRecord) {
  const request = { request_id: id, user_id: userId, key_id: apiKeyId };
  return { ...request, provider, model, requested_model: requestedModel.slice(0, longestName).toWellFormed() };
}

/** A client makes it up. */
const longestName = 200;

function requestEnd(record: UsageRecord): EventDraft {
  return draftEvent("request.end", circumstancesOf(record, "request.end"), {
    ...factsOf(record),
    ...{ provider_id: record.providerId, dialect: record.dialect ?? "", operation: record.operation },
    ...{ streamed: record.streamed, status: record.status, http_status: record.httpStatus },
    ...{ error_code: record.errorCode, latency_ms: record.latencyMs, ttft_ms: record.ttftMs },
    attempts: record.attempts,
  });
}

function usageTracked(record: UsageRecord): EventDraft {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens, costNanos, estimated } = record;
  return draftEvent("usage.tracked", circumstancesOf(record, "usage.tracked"), {
    ...factsOf(record),
    ...{ prompt_tokens: promptTokens, completion_tokens: completionTokens },
    ...{ cached_tokens: cachedTokens, reasoning_tokens: reasoningTokens },
    cost_usd: costNanos === null ? null : formatUsd(costNanos),
    charged_usd: formatUsd(chargeOf(record)),
    estimated,
  });
}
