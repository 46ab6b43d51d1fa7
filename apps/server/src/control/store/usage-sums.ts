// What a batch of new usage records adds to the rollups, to keys and to users. Pure.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import { chargeOf, type UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "./bulk.ts";
import { storableText } from "./columns.ts";
import type { UsageSums } from "./store.ts";
import { hourlySums, type HourlySums } from "./usage-row.ts";

/** PostgreSQL holds at most some 2,700 bytes in one entry of an index. */
const maxKeyLength = 200;

const keyText = (text: string): string => storableText(text, maxKeyLength);

export const hourMs = 3_600_000;

export function hourOf(timeMs: number): number {
  return timeMs - (timeMs % hourMs);
}

export const hourlyKeys = ["hour", "user_id", "api_key_id", "provider_id", "provider", "model_id", "model"] as const;

/** As the store's users know them. */
export function toSums(row: HourlySums): UsageSums {
  const sums = { requests: row.requests, errors: row.errors, unpricedRequests: row.unpriced_requests };
  return summedUsageFields.reduce((all, name) => ({ ...all, [name]: row[usageColumn(name)] }), sums as UsageSums);
}

/** Rows of usage_hourly, keys before sums, one for each key. */
export function sumByHour(records: readonly UsageRecord[]): readonly (readonly Value[])[] {
  const groups = new Map<string, { keys: readonly Value[]; sums: number[] }>();
  for (const record of records) {
    const keys = keysOf(record);
    // Storable text has no NUL in it.
    const name = keys.join("\0");
    const group = groups.get(name) ?? { keys, sums: hourlySums.map(() => 0) };
    groups.set(name, group);
    addendsOf(record).forEach((addend, index) => {
      group.sums[index] = (group.sums[index] ?? 0) + addend;
    });
  }
  return [...groups.values()].map(({ keys, sums }) => [...keys, ...sums]);
}

function keysOf(record: UsageRecord): readonly Value[] {
  const { userId, apiKeyId, providerId, provider, modelId, model } = record;
  const texts = [userId, apiKeyId, providerId ?? "", provider, modelId ?? "", model];
  return [hourOf(record.createdAt), ...texts.map(keyText)];
}

/** In the order of `hourlySums`. A client that left is not an error of the service. */
function addendsOf(record: UsageRecord): readonly number[] {
  const isError = ["error", "timeout", "shutdown"].includes(record.status);
  return [1, isError ? 1 : 0, record.costNanos === null ? 1 : 0, ...summedUsageFields.map((name) => record[name] ?? 0)];
}

/** Rows of (id, nano-USD spent, epoch ms of the latest use) for the holders that `idOf` names. */
export function sumSpend(
  records: readonly UsageRecord[],
  idOf: (record: UsageRecord) => string,
): readonly (readonly Value[])[] {
  const holders = new Map<string, { spent: number; usedAt: number }>();
  for (const record of records) {
    const holder = holders.get(idOf(record)) ?? { spent: 0, usedAt: 0 };
    holders.set(idOf(record), {
      spent: holder.spent + chargeOf(record),
      usedAt: Math.max(holder.usedAt, record.createdAt),
    });
  }
  return [...holders].map(([id, { spent, usedAt }]) => [keyText(id), spent, usedAt]);
}
