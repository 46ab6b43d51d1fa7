// All rows of a database as they were at one moment, to be backed up or compared. Called by control/backup. Invariant: nobody who works
// with the database waits for whoever reads here.

import { openStore, type StoreOptions } from "#control/store/open-store.ts";
import type { BackupSource } from "./shapes.ts";
import { readPostgres } from "./postgres-source.ts";
import { readSqlite } from "./sqlite-source.ts";

export type SourceOptions = Pick<StoreOptions, "databaseUrl" | "dataDir" | "log">;

/** A part of the database is silent while it is sent elsewhere: longer than that it is never. */
export const longestStatementMs = 60 * 60 * 1_000;

/** `run` sees one state of the database, however long it takes. */
export async function readDatabase<Result>(
  options: SourceOptions,
  run: (source: BackupSource) => Promise<Result>,
): Promise<Result> {
  if (options.databaseUrl === null) return readSqlite(options.dataDir, run);
  const store = await openStore({ ...options, statementTimeoutMs: longestStatementMs });
  try {
    return await readPostgres(store.database, run);
  } finally {
    await store.close();
  }
}
