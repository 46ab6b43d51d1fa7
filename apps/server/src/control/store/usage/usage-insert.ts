// Adds usage: the log, the rollups and what was spent, in one transaction, and each record only once.

import type { UsageRecord } from "#domain/usage-record.ts";
import { prepareBulk, type BulkStatement, type Value } from "#control/store/bulk.ts";
import { change, type Database } from "#control/store/database.ts";
import { chargerIn } from "#control/store/spend.ts";
import { toValues, usageColumns } from "./usage-columns.ts";
import { shortenSketches, type LengthOfSketch } from "./shorten-sketches.ts";
import { hourlySums } from "./usage-row.ts";
import { hourlyKeys, hourlySketches, latestUses, sumByHour, sumSpend } from "./usage-sums.ts";

const insertLogs: BulkStatement = {
  width: usageColumns.length,
  text: (rows) =>
    `insert into usage_logs (${usageColumns.join(", ")}) values ${rows} on conflict (id) do nothing returning id`,
};

/** Sketches are added up by joining them. */
const addToHours: BulkStatement = {
  width: hourlyKeys.length + hourlySums.length + hourlySketches.length,
  text: (rows) =>
    `insert into usage_hourly (${[...hourlyKeys, ...hourlySums, ...hourlySketches].join(", ")}) values ${rows} ` +
    `on conflict (${hourlyKeys.join(", ")}) do update set ` +
    [
      ...hourlySums.map((sum) => `${sum} = usage_hourly.${sum} + excluded.${sum}`),
      ...hourlySketches.map((sketch) => `${sketch} = usage_hourly.${sketch} || excluded.${sketch}`),
    ].join(", ") +
    ` returning ${hourlyKeys.join(", ")}, length(latency_sketch) as sketch_length`,
};

const asItIs = (row: readonly Value[]): readonly Value[] => row;

const markKeys: BulkStatement = {
  width: 2,
  casts: ["text", "bigint"],
  text: (rows) =>
    `with used (id, used_at) as (values ${rows}) update api_keys set last_used_at = ` +
    "case when api_keys.last_used_at > used.used_at then api_keys.last_used_at else used.used_at end " +
    "from used where api_keys.id = used.id",
};

export function usageInserterIn(database: Database): (records: readonly UsageRecord[]) => Promise<number> {
  const { engine, kysely } = database;
  const logs = prepareBulk<UsageRecord, { readonly id: string }>(engine, insertLogs, toValues);
  const hours = prepareBulk<readonly Value[], LengthOfSketch>(engine, addToHours, asItIs);
  const spend = chargerIn(database);
  const keys = prepareBulk(engine, markKeys, asItIs);

  const insert = (records: readonly UsageRecord[]): Promise<number> =>
    kysely.transaction().execute(async (transaction) => {
      await engine.lockUsage(transaction);
      const added = await logs.run(transaction, records);
      const addedIds = new Set(added.map(({ id }) => id));
      const fresh = records.filter(({ id }) => addedIds.has(id));
      await shortenSketches(transaction, await hours.run(transaction, sumByHour(fresh)));
      await spend.run(transaction, sumSpend(fresh));
      await keys.run(transaction, latestUses(fresh));
      return fresh.length;
    });

  return async (records) => {
    const byId = new Map(records.map((record) => [record.id, record]));
    if (byId.size === 0) return 0;
    return change(database, { object: "usage record" }, () => insert([...byId.values()]));
  };
}
