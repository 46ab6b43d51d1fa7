// Rollups of days, made of those of hours. Invariant: of the hours before `up_to` they have everything, also what is added to these hours
// later; of all others nothing.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { UsageStore } from "#control/store/usage-store.ts";
import { columnsOf, dayMs, finest, hourlySketches, rollups, type Rollup } from "./rollups.ts";
import { longestOfDays, shortenSketches, type LengthOfSketch } from "./shorten-sketches.ts";
import { hourlySums } from "./usage-row.ts";
import { hourMs } from "./usage-sums.ts";

/** An hour is over for most of what is recorded of it: what comes later is added to both. */
const graceMs = 5 * 60_000;

/** The first hour that is not in them. */
export async function hoursInDays(kysely: Kysely<Tables>): Promise<number> {
  return (await kysely.selectFrom("usage_days_progress").select("up_to").executeTakeFirstOrThrow()).up_to;
}

export function daysIn({ kysely, engine, now }: Database): Pick<UsageStore, "addHourToDays"> {
  return {
    async addHourToDays() {
      const hour = await addNextHour();
      if (hour !== null && hour % dayMs === 0) await engine.refreshCounts?.(kysely);
      return hour !== null;
    },
  };

  function addNextHour(): Promise<number | null> {
    return kysely.transaction().execute(async (transaction) => {
      await engine.lockUsage(transaction);
      const hour = await nextHour(transaction);
      if (hour === null || hour + hourMs + graceMs > now()) return null;
      for (const rollup of rollups.day)
        await shortenSketches(transaction, rollup, await addHour(transaction, rollup, hour), longestOfDays);
      await transaction
        .updateTable("usage_days_progress")
        .set("up_to", hour + hourMs)
        .execute();
      return hour;
    });
  }
}

/** The next one in which anything happened. */
async function nextHour(transaction: Kysely<Tables>): Promise<number | null> {
  const upTo = await hoursInDays(transaction);
  const hours = transaction.selectFrom("usage_hourly").select(({ fn }) => fn.min("hour").as("hour"));
  return (await hours.where("hour", ">=", upTo).executeTakeFirstOrThrow()).hour;
}

async function addHour(transaction: Kysely<Tables>, rollup: Rollup, hour: number): Promise<readonly LengthOfSketch[]> {
  const [from, columns] = [sql.table(finest.table), sql.join(columnsOf(rollup).map((column) => sql.ref(column)))];
  const day = hour - (hour % dayMs);
  const keys = rollup.keys.map((column) => text(sql.ref(column)));
  const told = [
    sql`cast(${day} as bigint)`,
    ...keys,
    ...rollup.facts.map((column) => text(sql`min(${sql.ref(column)})`)),
    ...hourlySums.map((column) => sql`sum(${sql.ref(column)})`),
    ...hourlySketches.map((column) => text(sql`string_agg(${sql.ref(column)}, '')`)),
  ];
  const query = sql<LengthOfSketch>`insert into ${sql.table(rollup.table)} (${columns})
    select ${sql.join(told)} from ${from} where hour = ${hour} group by ${sql.join(keys)} ${sql.raw(onConflict(rollup))}`;
  return (await query.execute(transaction)).rows;
}

function text(value: RawBuilder<unknown>): RawBuilder<string> {
  return sql`coalesce(${value}, '')`;
}

/** What is added to rows that are there. Sketches are added up by joining them. */
export function onConflict({ table, time, keys }: Rollup): string {
  const rowKey = [time, ...keys].join(", ");
  const added = [
    ...hourlySums.map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`),
    ...hourlySketches.map((sketch) => `${sketch} = ${table}.${sketch} || excluded.${sketch}`),
  ];
  return `on conflict (${rowKey}) do update set ${added.join(", ")} returning ${rowKey}, length(latency_sketch) as sketch_length`;
}
