// What Kysely needs to know of SQLite, on both sides of its thread.

import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from "kysely";
import { sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Engine } from "#control/store/database.ts";
import type { Awaitable } from "#domain/clock.ts";
import { explain, isHeld } from "./sqlite-faults.ts";
import type { SqliteResult, SqliteStatement } from "./sqlite-protocol.ts";

const nextMark = "(select coalesce(max(mark), 0) + 1 from snapshot_changes)";

/** The same of every engine of SQLite, wherever its connection is. */
export const sqliteWays = {
  name: "sqlite",
  migrationDialect: null,
  news: null,
  replica: null,
  partitions: null,
  time: "cast(unixepoch('subsec') * 1000 as integer)",
  marks: {
    position: `cast(${nextMark} as text)`,
    settled: nextMark,
    isNew: (position: string) => sql`mark >= ${Number(position)}`,
  },
  parameter: () => "?",
  // Every transaction begins as the only writer, whatever process it is in.
  lockMigrations: async () => {},
  lockUsage: async () => {},
  lockGoverning: async () => {},
  lockAliasNames: async () => {},
  explain,
  isHeld,
  // It is a file, which others can always open.
  isDown: () => false,
} as const satisfies Partial<Engine>;

/** Our drivers let those that wait give up, or have nobody wait; in Kysely's own queue for single connections they could not. */
class QueueingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

export function sqliteDialect(driver: Driver): Dialect {
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new QueueingAdapter(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

export abstract class SqliteKyselyConnection implements DatabaseConnection {
  protected abstract send(statement: SqliteStatement): Awaitable<SqliteResult>;

  async run(text: string): Promise<void> {
    await this.send({ sql: text, parameters: [] });
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.send({ sql: text, parameters });
    const typed: Row[] = [];
    // The types of rows are those of tables.ts, which the migrations make true.
    for (const row of rows) typed.push(row as Row);
    return changes === null ? { rows: typed } : { rows: typed, numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new Error("the store reads whole pages, it does not stream rows");
  }
}
