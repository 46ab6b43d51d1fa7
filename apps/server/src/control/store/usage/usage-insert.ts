// Adds usage: the log, the rollups and what was spent, in one transaction, and each record only once.

import type { UsageRecord } from "#domain/usage-record.ts";
import { prepareBulk, type BulkStatement, type Value } from "#control/store/bulk.ts";
import type { Kysely } from "kysely";
import { change, type Database, type Engine } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import { chargerIn } from "#control/store/spend.ts";
import { recordEventsIn } from "#control/store/events/record-events.ts";
import { withoutErased } from "./erased-users.ts";
import { logAdderIn } from "./log-rows.ts";
import { hoursInDays, onConflict } from "./days.ts";
import { columnsOf, rollups, rowsOf, type Rollup } from "./rollups.ts";
import { longestOfDays, longestOfHours, shortenSketches, type LengthOfSketch } from "./shorten-sketches.ts";
import { latestUses, sumByHour, sumSpend, type HourlyGroup } from "./usage-sums.ts";

function addTo(rollup: Rollup): BulkStatement {
  const columns = columnsOf(rollup);
  return {
    width: columns.length,
    text: (rows) => `insert into ${rollup.table} (${columns.join(", ")}) values ${rows} ${onConflict(rollup)}`,
  };
}

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
  const addToRollups = rollupAdderIn(engine);
  const spend = chargerIn(database);
  const keys = prepareBulk(engine, markKeys, asItIs);
  const tell = recordEventsIn(database);

  const insertOnce = (records: readonly UsageRecord[]): Promise<number> =>
    kysely.transaction().execute(async (transaction) => {
      await engine.lockUsage(transaction);
      const fresh = await addToLog(transaction, await withoutErased(transaction, records));
      await addToRollups(transaction, sumByHour(fresh).groups());
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

export type RollupAdder = (transaction: Kysely<Tables>, hours: readonly HourlyGroup[]) => Promise<void>;

/** Those of hours, and where these are in those of days already, these too. */
export function rollupAdderIn(engine: Engine): RollupAdder {
  const [addToHours, addToDays] = [
    adderOf(engine, rollups.hour, longestOfHours),
    adderOf(engine, rollups.day, longestOfDays),
  ];
  return async (transaction, hours) => {
    await addToHours(transaction, hours);
    const upTo = await hoursInDays(transaction);
    await addToDays(
      transaction,
      hours.filter(({ hour }) => hour < upTo),
    );
  };
}

function adderOf(engine: Engine, own: readonly Rollup[], longestSketch: number): RollupAdder {
  const runners = own.map((rollup) => {
    const { run } = prepareBulk<readonly Value[], LengthOfSketch>(engine, addTo(rollup), asItIs);
    return { rollup, run };
  });
  return async (transaction, hours) => {
    if (hours.length === 0) return;
    for (const { rollup, run } of runners)
      await shortenSketches(transaction, rollup, await run(transaction, rowsOf(rollup, hours)), longestSketch);
  };
}
