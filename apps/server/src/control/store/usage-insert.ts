// Adds usage: the log, the rollups and what was spent, in one transaction, and each record only once.

import type { UsageRecord } from "#domain/usage-record.ts";
import { prepareBulk, type BulkStatement, type Value } from "./bulk.ts";
import { change, type Database } from "./database.ts";
import { toValues, usageColumns } from "./usage-columns.ts";
import { hourlySums } from "./usage-row.ts";
import { hourlyKeys, sumByHour, sumSpend } from "./usage-sums.ts";

const insertLogs: BulkStatement = {
  width: usageColumns.length,
  text: (rows) =>
    `insert into usage_logs (${usageColumns.join(", ")}) values ${rows} on conflict (id) do nothing returning id`,
};

const addToHours: BulkStatement = {
  width: hourlyKeys.length + hourlySums.length,
  text: (rows) =>
    `insert into usage_hourly (${[...hourlyKeys, ...hourlySums].join(", ")}) values ${rows} ` +
    `on conflict (${hourlyKeys.join(", ")}) do update set ` +
    hourlySums.map((sum) => `${sum} = usage_hourly.${sum} + excluded.${sum}`).join(", "),
};

const asItIs = (row: readonly Value[]): readonly Value[] => row;

const spendCasts = ["text", "bigint", "bigint"];

const addToUsers: BulkStatement = {
  width: 3,
  casts: spendCasts,
  text: (rows) =>
    `with spent (id, amount, used_at) as (values ${rows}) ` +
    "update users set current_spend = users.current_spend + spent.amount from spent where users.id = spent.id",
};

const addToKeys: BulkStatement = {
  width: 3,
  casts: spendCasts,
  text: (rows) =>
    `with spent (id, amount, used_at) as (values ${rows}) ` +
    "update api_keys set current_spend = api_keys.current_spend + spent.amount, last_used_at = " +
    "case when api_keys.last_used_at > spent.used_at then api_keys.last_used_at else spent.used_at end " +
    "from spent where api_keys.id = spent.id",
};

export function usageInserterIn(database: Database): (records: readonly UsageRecord[]) => Promise<number> {
  const { engine, kysely } = database;
  const logs = prepareBulk<UsageRecord, { readonly id: string }>(engine, insertLogs, toValues);
  const hours = prepareBulk(engine, addToHours, asItIs);
  const users = prepareBulk(engine, addToUsers, asItIs);
  const keys = prepareBulk(engine, addToKeys, asItIs);

  const insert = (records: readonly UsageRecord[]): Promise<number> =>
    kysely.transaction().execute(async (transaction) => {
      await engine.lockUsage(transaction);
      const added = await logs.run(transaction, records);
      const addedIds = new Set(added.map(({ id }) => id));
      const fresh = records.filter(({ id }) => addedIds.has(id));
      await hours.run(transaction, sumByHour(fresh));
      // Users before keys, as when a user is removed with all keys: the other order could deadlock with it.
      await users.run(
        transaction,
        sumSpend(fresh, ({ userId }) => userId),
      );
      await keys.run(
        transaction,
        sumSpend(fresh, ({ apiKeyId }) => apiKeyId),
      );
      return fresh.length;
    });

  return async (records) => {
    const byId = new Map(records.map((record) => [record.id, record]));
    if (byId.size === 0) return 0;
    return change(database, { object: "usage record" }, () => insert([...byId.values()]));
  };
}
