// Usage of another gateway, in the sums that reports are made of. What was told of it is kept as it was told, so that only the difference
// is added when it is told again.

import type { Kysely } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { storableText } from "#control/store/columns.ts";
import { change, type Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import { rollupAdderIn } from "#control/store/usage/usage-insert.ts";
import { hourlySums } from "#control/store/usage/usage-row.ts";
import { sumsInOrder, type HourlyGroup } from "#control/store/usage/usage-sums.ts";
import { deed } from "#domain/audit.ts";
import type { CarriedUsage, ImportStore, UsageCarried } from "./import-store.ts";

const keyColumns = ["user_id", "api_key_id", "provider", "model", "requested_model", "status"] as const;
/** PostgreSQL holds at most some 2,700 bytes in one entry of an index. */
const maxKeyLength = 200;
const cost = hourlySums.indexOf("cost");

export function usageCarrierIn(database: Database): ImportStore["carryUsage"] {
  const addToRollups = rollupAdderIn(database.engine);
  const record = recorderIn(database);
  return (source, rows) => {
    const carry = async (transaction: Kysely<Tables>): Promise<UsageCarried> => {
      await database.engine.lockUsage(transaction);
      const groups: HourlyGroup[] = [];
      for (const row of rows) {
        const added = await note(transaction, source, row, database.now());
        if (added.some((sum) => sum !== 0)) groups.push(groupOf(source, row, added));
      }
      await addToRollups(transaction, groups);
      const addedNanos = groups.reduce((sum, { sums }) => sum + (sums[cost] ?? 0), 0);
      const object = { kind: "import", id: null, name: source };
      const details = { rows: groups.length, added_nanos: addedNanos };
      await record(transaction, groups.length === 0 ? [] : [deed("import.usage_carried", object, { details })]);
      return { changed: groups.length, addedNanos };
    };
    return change(database, { object: "usage" }, () => database.kysely.transaction().execute(carry));
  };
}

/** Answers by how much it differs from what was told before. */
async function note(
  transaction: Kysely<Tables>,
  source: string,
  row: CarriedUsage,
  now: number,
): Promise<readonly number[]> {
  const keys = keysOf(row);
  const place = { source, hour: row.hour, ...keys };
  let query = transaction.selectFrom("carried_usage").select("sums").where("source", "=", source);
  query = query.where("hour", "=", row.hour);
  for (const column of keyColumns) query = query.where(column, "=", keys[column]);
  const known = await query.executeTakeFirst();
  const told = sumsInOrder(row.sums);
  const before = known === undefined ? [] : readSums(known.sums);
  const added = told.map((sum, at) => sum - (before[at] ?? 0));
  if (added.every((sum) => sum === 0)) return added;
  const values = { sums: JSON.stringify(told), updated_at: now };
  await transaction
    .insertInto("carried_usage")
    .values({ ...place, ...values })
    .onConflict((conflict) => conflict.columns(["source", "hour", ...keyColumns]).doUpdateSet(values))
    .execute();
  return added;
}

function readSums(text: string): readonly number[] {
  const sums: unknown = JSON.parse(text);
  return Array.isArray(sums) ? sums.map(Number) : [];
}

function keysOf({ userId, apiKeyId, provider, model, requestedModel, status }: CarriedUsage) {
  const text = (given: string): string => storableText(given, maxKeyLength);
  const names = { provider: text(provider), model: text(model), requested_model: text(requestedModel) };
  return { user_id: text(userId), api_key_id: text(apiKeyId), ...names, status };
}

/** At a provider of its own: nobody takes it for what was answered here. */
function groupOf(source: string, row: CarriedUsage, sums: readonly number[]): HourlyGroup {
  const { user_id, api_key_id, provider, model, requested_model, status } = keysOf(row);
  const place = [`imported:${source}`, storableText(`imported: ${source}/${provider}`, maxKeyLength), "", model];
  return {
    hour: row.hour,
    keys: [row.hour, user_id, api_key_id, ...place, requested_model, status],
    facts: [row.teamId, row.organisationId],
    sums: [...sums],
    sketches: [new Map(), new Map()],
  };
}
