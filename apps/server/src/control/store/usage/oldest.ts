import type { UsageRecord } from "#domain/usage-record.ts";

/** When the first of them began, in epoch ms; null of none. */
export function oldestOf(records: readonly UsageRecord[]): number | null {
  return records.reduce<number | null>(
    (oldest, { createdAt }) => (oldest === null || createdAt < oldest ? createdAt : oldest),
    null,
  );
}
