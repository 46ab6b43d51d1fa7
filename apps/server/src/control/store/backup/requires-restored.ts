import { sql } from "kysely";
import type { Database } from "#control/store/database.ts";

/** A table that is there while a restore goes on: what it was broken off in is no database that a server may use. */
export const restoreMark = "ghostllm_restoring";

/** Rejects with a sentence where a restore into this database is not over. */
export async function requireRestored({ engine, kysely }: Pick<Database, "engine" | "kysely">): Promise<void> {
  if (engine.name !== "postgres") return;
  const { rows } = await sql<{ found: string | null }>`select to_regclass(${restoreMark})::text as found`.execute(
    kysely,
  );
  if (rows[0]?.found === null) return;
  throw brokenOff();
}

export function brokenOff(): Error {
  return new Error(
    "A restore into this database goes on, or was broken off. Where it was broken off, drop the database, create it anew and restore again.",
  );
}
