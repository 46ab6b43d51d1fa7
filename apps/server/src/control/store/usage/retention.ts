// How long single requests are kept. Sums by the hour and what was spent stay for ever.
// Invariant: what is older is found by nobody, also while it is not removed yet.

import { sql, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { UsageStore } from "#control/store/usage-store.ts";

const dayMs = 24 * 3_600_000;

/** Epoch ms; null: all are kept. */
export function keptSince({ usageDays, now }: Pick<Database, "usageDays" | "now">): number | null {
  return usageDays === null ? null : now() - usageDays * dayMs;
}

/** In a statement about usage_logs. */
export function isKept(database: Database): RawBuilder<boolean> {
  const since = keptSince(database);
  return since === null ? sql<boolean>`1 = 1` : sql<boolean>`created_at >= ${since}`;
}

export function retentionIn(database: Database): Pick<UsageStore, "keptSince" | "prepare" | "forget"> {
  const { engine, kysely } = database;
  return {
    keptSince: () => keptSince(database),
    prepare: async (times) => engine.partitions?.make(kysely, times),
    async forget(most) {
      const before = keptSince(database);
      if (before === null) return 0;
      await engine.partitions?.dropBefore(kysely, before);
      const table = engine.partitions === null ? "usage_logs" : await engine.partitions.undivided(kysely);
      return table === null ? 0 : removeOldest(database, { table, before, most });
    },
  };
}

interface Removal {
  readonly table: string;
  readonly before: number;
  readonly most: number;
}

async function removeOldest({ kysely }: Database, { table, before, most }: Removal): Promise<number> {
  const oldest = sql`select id from ${sql.table(table)} where created_at < ${before} order by created_at limit ${most}`;
  const removed = await sql`delete from ${sql.table(table)} where id in (${oldest})`.execute(kysely);
  return Number(removed.numAffectedRows ?? 0);
}
