// All that is SQLite's own: how the connection is set up and where it is.

import { sql, type Kysely } from "kysely";
import type { Engine } from "#control/store/database.ts";
import type { Patience } from "#control/store/patience.ts";
import type { Tables } from "#control/store/tables.ts";
import { SqliteThreadDriver } from "./sqlite-driver.ts";
import { isPassing } from "./sqlite-faults.ts";
import { sqliteDialect, sqliteWays } from "./sqlite-kysely.ts";
import { SqliteThreadEnded } from "./sqlite-thread.ts";

/** FULL: a usage record leaves the journal once its transaction is committed, so a commit must survive a power cut. */
const setup = [
  "pragma journal_mode = wal",
  "pragma synchronous = full",
  "pragma foreign_keys = on",
  // KiB, and pages of 4 KiB: usage goes to the end of many ranges of several indexes, each of them a page that is in use.
  "pragma cache_size = -32768",
  "pragma wal_autocheckpoint = 4000",
  // Who was erased shall not stand in what is left of pages.
  "pragma secure_delete = on",
];

/** Of tables that have grown tenfold since, by samples: some seconds where they are of 10 GB, and nothing at all otherwise. */
async function refreshCounts(kysely: Kysely<Tables>): Promise<void> {
  await sql`pragma analysis_limit = 400`.execute(kysely);
  await sql`pragma optimize = 0x10002`.execute(kysely);
}

/** The thread waits as long for another process that writes, and meanwhile nobody can read: whoever can wait tries again. */
const busyTimeoutMs = 1_000;
/** Until it is open there is nobody whom the thread keeps from reading. */
const openingTimeoutMs = 10_000;

export function openSqlite(file: string, patience: Patience): Engine {
  const driver = new SqliteThreadDriver({ file, openingTimeoutMs, busyTimeoutMs, setup }, patience);
  return {
    ...sqliteWays,
    dialect: sqliteDialect(driver),
    prepare: null,
    drain: (lines) => driver.drain(lines),
    sizeQuery: "select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()",
    forgetOverwritten: async (kysely) => void (await sql`pragma wal_checkpoint(truncate)`.execute(kysely)),
    refreshCounts,
    isUnavailable: (error) => error instanceof SqliteThreadEnded || isPassing(error),
  };
}
