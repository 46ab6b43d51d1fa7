// All that is SQLite's own: how the connection is set up and how its errors are read.

import type { Dialect } from "kysely";
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Engine, Fault } from "#control/store/database.ts";
import type { Patience } from "#control/store/patience.ts";
import { SqliteThreadDriver } from "./sqlite-driver.ts";
import { SqliteFault, SqliteThreadEnded } from "./sqlite-thread.ts";

/** FULL: a usage record leaves the journal once its transaction is committed, so a commit must survive a power cut. */
const setup = [
  "pragma journal_mode = wal",
  "pragma synchronous = full",
  "pragma foreign_keys = on",
  // KiB, and pages of 4 KiB: usage goes to the end of many ranges of several indexes, each of them a page that is in use.
  "pragma cache_size = -32768",
  "pragma wal_autocheckpoint = 4000",
];

/** The thread waits as long for another process that writes, and meanwhile nobody can read: whoever can wait tries again. */
const busyTimeoutMs = 1_000;

export function openSqlite(file: string, patience: Patience): Engine {
  return {
    name: "sqlite",
    dialect: createDialect(file, patience),
    migrationDialect: null,
    parameter: () => "?",
    // Every transaction begins as the only writer, whatever process it is in.
    lockMigrations: async () => {},
    lockUsage: async () => {},
    explain,
    isUnavailable,
    // It is a file, which others can always open.
    isDown: () => false,
  };
}

/** Our driver lets those that wait give up; in Kysely's own queue for single connections they could not. */
class QueueingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function createDialect(file: string, patience: Patience): Dialect {
  return {
    createDriver: () => new SqliteThreadDriver({ file, busyTimeoutMs, setup }, patience),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new QueueingAdapter(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

const valueFaults = ["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"];

function explain(error: unknown): Fault | null {
  if (error instanceof RangeError) return { kind: "value", reason: error.message };
  if (!(error instanceof SqliteFault)) return null;
  const { code, message } = error;
  if (code === "SQLITE_CONSTRAINT_UNIQUE") return { kind: "unique", column: lastColumn(message) };
  if (code === "SQLITE_CONSTRAINT_FOREIGNKEY") return { kind: "reference" };
  return valueFaults.some((fault) => code.startsWith(fault)) ? { kind: "value", reason: message } : null;
}

const passingFaults = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)/;

function isUnavailable(error: unknown): boolean {
  return error instanceof SqliteThreadEnded || (error instanceof SqliteFault && passingFaults.test(error.code));
}

/** `UNIQUE constraint failed: models.provider_id, models.name` -> `name` */
function lastColumn(message: string): string {
  return message.slice(message.lastIndexOf(".") + 1);
}
