// What was written into a journal before its user was erased comes to the database after that: without what tells who he was.

import type { Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

/** Erasures begin under the same lock under which usage is added: what was there before is looked through. */
export async function withoutErased(
  transaction: Kysely<Tables>,
  records: readonly UsageRecord[],
): Promise<readonly UsageRecord[]> {
  const ids = [...new Set(records.map(({ userId }) => userId))];
  const rows = await transaction.selectFrom("erasures").select("user_id").where("user_id", "in", ids).execute();
  if (rows.length === 0) return records;
  const erased = new Set(rows.map(({ user_id: id }) => id));
  return records.map((record) =>
    erased.has(record.userId) ? { ...record, ipAddress: null, userAgent: null } : record,
  );
}
