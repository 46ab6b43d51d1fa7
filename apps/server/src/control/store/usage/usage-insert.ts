// Adds usage: the log, the rollups and what was spent, in one transaction, and each record only once.

import type { UsageRecord } from "#domain/usage-record.ts";
import { prepareBulk, type BulkStatement, type Value } from "#control/store/bulk.ts";
import { change, type Database } from "#control/store/database.ts";
import { chargerIn } from "#control/store/spend.ts";
import { recordEventsIn } from "#control/store/events/record-events.ts";
import { withoutErased } from "./erased-users.ts";
import { logAdderIn } from "./log-rows.ts";
import { shortenSketches, type LengthOfSketch } from "./shorten-sketches.ts";
import { hourlySums } from "./usage-row.ts";
import { hourlyFacts, hourlyKeys, hourlySketches, latestUses, sumByHour, sumSpend } from "./usage-sums.ts";

/** Sketches are added up by joining them. */
const addToHours: BulkStatement = {
  width: hourlyKeys.length + hourlyFacts.length + hourlySums.length + hourlySketches.length,
  text: (rows) =>
    `insert into usage_hourly (${[...hourlyKeys, ...hourlyFacts, ...hourlySums, ...hourlySketches].join(", ")}) values ${rows} ` +
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
  const addToLog = logAdderIn(database);
  const hours = prepareBulk<readonly Value[], LengthOfSketch>(engine, addToHours, asItIs);
  const spend = chargerIn(database);
  const keys = prepareBulk(engine, markKeys, asItIs);
  const tell = recordEventsIn(database);

  const insertOnce = (records: readonly UsageRecord[]): Promise<number> =>
    kysely.transaction().execute(async (transaction) => {
      await engine.lockUsage(transaction);
      const fresh = await addToLog(transaction, await withoutErased(transaction, records));
      await shortenSketches(transaction, await hours.run(transaction, sumByHour(fresh)));
      const charges = sumSpend(fresh);
      await spend.run(transaction, charges);
      await keys.run(transaction, latestUses(fresh));
      await tell(transaction, fresh, charges);
      return fresh.length;
    });

  const insert = async (records: readonly UsageRecord[]): Promise<number> => {
    try {
      return await insertOnce(records);
    } catch (error) {
      const { partitions } = engine;
      if (partitions === null || !partitions.isMissing(error)) throw error;
      const times = records.map(({ createdAt }) => createdAt);
      await partitions.make(kysely, times);
      return insertOnce(records);
    }
  };

  return async (records) => {
    if (records.length === 0) return 0;
    return change(database, { object: "usage record" }, () => insert(records));
  };
}
