// All that is SQLite's own: how the connection is set up and how its errors are read.

import type { Dialect } from "kysely";
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Engine, Fault } from "./database.ts";
import { SqliteThreadDriver } from "./sqlite-driver.ts";
import { SqliteFault } from "./sqlite-thread.ts";

/** FULL: a usage record leaves the journal once its transaction is committed, so a commit must survive a power cut. */
const setup = [
  "pragma journal_mode = wal",
  "pragma synchronous = full",
  "pragma foreign_keys = on",
  // KiB, and pages of 4 KiB: usage goes to the end of many ranges of several indexes, each of them a page that is in use.
  "pragma cache_size = -32768",
  "pragma wal_autocheckpoint = 4000",
];

const busyTimeoutMs = 5_000;

export function openSqlite(file: string): Engine {
  return {
    name: "sqlite",
    dialect: createDialect(file),
    migrationDialect: null,
    parameter: () => "?",
    // Every transaction begins as the only writer, whatever process it is in.
    lockMigrations: async () => {},
    lockUsage: async () => {},
    explain,
  };
}

function createDialect(file: string): Dialect {
  return {
    createDriver: () => new SqliteThreadDriver({ file, busyTimeoutMs, setup }),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
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

/** `UNIQUE constraint failed: models.provider_id, models.name` -> `name` */
function lastColumn(message: string): string {
  return message.slice(message.lastIndexOf(".") + 1);
}
