// What a batch of new usage records adds to the rollups, to what scopes have spent, and to keys. Pure.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import { ScopeMap } from "#domain/access/scope.ts";
import { chargedScopes, chargeOf, type UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "#control/store/bulk.ts";
import { storableText } from "#control/store/columns.ts";
import type { ScopeSpend } from "#control/store/store.ts";
import type { UsageSums } from "#control/store/usage-store.ts";
import { addTo, bucketOf, writeSketch, type Sketch } from "./sketch.ts";
import { hourlySums, type HourlySums } from "./usage-row.ts";

/** PostgreSQL holds at most some 2,700 bytes in one entry of an index. */
const maxKeyLength = 200;

const keyText = (text: string): string => storableText(text, maxKeyLength);

export const hourMs = 3_600_000;

export function hourOf(timeMs: number): number {
  return timeMs - (timeMs % hourMs);
}

export const hourlyKeys = [
  ...(["hour", "user_id", "api_key_id", "provider_id", "provider", "model_id", "model"] as const),
  ...(["requested_model", "status"] as const),
] as const;

export const hourlySketches = ["latency_sketch", "ttft_sketch"] as const;

/** As the store's users know them. */
export function toSums(row: HourlySums): UsageSums {
  const { requests, errors, unpriced_requests: unpricedRequests, failed_attempts: failedAttempts } = row;
  const sums = { requests, errors, unpricedRequests, failedAttempts };
  return summedUsageFields.reduce((all, name) => ({ ...all, [name]: row[usageColumn(name)] }), sums as UsageSums);
}

interface HourlyGroup {
  readonly keys: readonly Value[];
  readonly sums: number[];
  /** In the order of `hourlySketches`. */
  readonly sketches: readonly [Sketch, Sketch];
}

/** Rows of usage_hourly, one for each key: the keys, the sums, the sketches. */
export function sumByHour(records: readonly UsageRecord[]): readonly (readonly Value[])[] {
  const groups = new Map<string, HourlyGroup>();
  const groupOf = (keys: readonly Value[]): HourlyGroup => {
    // Storable text has no NUL in it.
    const name = keys.join("\0");
    const group = groups.get(name) ?? { keys, sums: hourlySums.map(() => 0), sketches: [new Map(), new Map()] };
    groups.set(name, group);
    return group;
  };
  for (const record of records) {
    const { sums, sketches } = groupOf(keysOf(record));
    addendsOf(record).forEach((addend, index) => (sums[index] = (sums[index] ?? 0) + addend));
    addTimes(sketches, record);
    for (const place of failedPlaces(record)) {
      const failed = groupOf(keysOf({ ...record, ...place })).sums;
      failed[failedAttempts] = (failed[failedAttempts] ?? 0) + 1;
    }
  }
  return [...groups.values()].map(({ keys, sums, sketches }) => [...keys, ...sums, ...sketches.map(writeSketch)]);
}

const failedAttempts = hourlySums.indexOf("failed_attempts");

/** Where attempts failed, as places of records. */
export function failedPlaces({ trail }: Pick<UsageRecord, "trail">) {
  const failed = (trail ?? []).filter(({ reason }) => reason !== null);
  return failed.map(({ providerId, provider, model }) => ({ providerId, provider, modelId: null, model }));
}

function addTimes(
  [latencies, firstTokens]: HourlyGroup["sketches"],
  { latencyMs, ttftMs, streamed }: UsageRecord,
): void {
  addTo(latencies, bucketOf(latencyMs));
  // What is not streamed comes with its first byte whole.
  if (streamed && ttftMs !== null) addTo(firstTokens, bucketOf(ttftMs));
}

function keysOf(record: UsageRecord): readonly Value[] {
  const { userId, apiKeyId, providerId, provider, modelId, model, requestedModel, status } = record;
  const texts = [userId, apiKeyId, providerId ?? "", provider, modelId ?? "", model, requestedModel, status];
  return [hourOf(record.createdAt), ...texts.map(keyText)];
}

/** In the order of `hourlySums`. A client that left is not an error of the service. */
function addendsOf(record: UsageRecord): readonly number[] {
  const isError = ["error", "timeout", "shutdown"].includes(record.status);
  const counts = [1, isError ? 1 : 0, record.costNanos === null ? 1 : 0, 0];
  return [...counts, ...summedUsageFields.map((name) => record[name] ?? 0)];
}

/** What each scope has spent, but for those that spent nothing. */
export function sumSpend(records: readonly UsageRecord[]): readonly ScopeSpend[] {
  const sums = new ScopeMap<number>();
  for (const record of records) {
    const nanos = chargeOf(record);
    if (nanos === 0) continue;
    for (const { kind, id } of chargedScopes(record)) {
      const scope = { kind, id: keyText(id) };
      sums.set(scope, (sums.get(scope) ?? 0) + nanos);
    }
  }
  return [...sums].map(([scope, nanos]) => ({ scope, nanos }));
}

/** Rows of (id of a key, epoch ms of its latest use). */
export function latestUses(records: readonly UsageRecord[]): readonly (readonly Value[])[] {
  const uses = new Map<string, number>();
  for (const { apiKeyId, createdAt } of records) uses.set(apiKeyId, Math.max(uses.get(apiKeyId) ?? 0, createdAt));
  return [...uses].map(([id, usedAt]) => [keyText(id), usedAt]);
}
