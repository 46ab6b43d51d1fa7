// Somebody else who keeps a database locked: a backup, a migration by hand, a forgotten session.

import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { Client } from "pg";
import type { TestDatabase } from "./engines.ts";

interface DatabaseLock {
  release(): Promise<void>;
}

/** SQLite's only place for a writer, or all of PostgreSQL's tables for whoever reads or writes. */
export function lockDatabase({ databaseUrl, dataDir }: TestDatabase): Promise<DatabaseLock> {
  return databaseUrl === null ? lockSqlite(join(dataDir, "ghostllm.db")) : lockTables(databaseUrl);
}

async function lockSqlite(file: string): Promise<DatabaseLock> {
  const database = new SqliteDatabase(file);
  database.exec("begin immediate");
  return { release: async () => void database.close() };
}

async function lockTables(connectionString: string): Promise<DatabaseLock> {
  const client = new Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin");
  await client.query(
    "lock table users, api_keys, providers, models, aliases, usage_logs, usage_hourly, spend, sessions",
  );
  return { release: () => client.end() };
}
