// Kysely over the thread's own connection, for what is stored here whole. Loaded by sqlite-worker.ts.

import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Database, Engine } from "#control/store/database.ts";
import { Patience } from "#control/store/patience.ts";
import type { Drained } from "#control/store/drained.ts";
import type { Tables } from "#control/store/tables.ts";
import { drainerIn } from "#control/store/usage/drain-lines.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { explain, isPassing } from "./sqlite-faults.ts";

type Drain = (lines: Buffer<ArrayBuffer>) => Promise<Drained>;

const drainers = new WeakMap<SqliteConnection, Drain>();

export function drainInto(connection: SqliteConnection, lines: Buffer<ArrayBuffer>): Promise<Drained> {
  const drain = drainers.get(connection) ?? drainerOver(connection);
  drainers.set(connection, drain);
  return drain(lines);
}

/** Nobody else works in this thread, so nobody has to have his turn. */
const atOnce = async (): Promise<void> => {};

function drainerOver(connection: SqliteConnection): Drain {
  const dialect = {
    createDriver: () => new InlineDriver(connection),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (kysely: Kysely<unknown>) => new SqliteIntrospector(kysely),
  };
  const engine: Engine = {
    name: "sqlite",
    dialect,
    migrationDialect: null,
    drain: null,
    sizeQuery: null,
    parameter: () => "?",
    lockMigrations: atOnce,
    lockUsage: atOnce,
    explain,
    isUnavailable: isPassing,
    isDown: () => false,
  };
  const kysely = new Kysely<Tables>({ dialect });
  const database: Database = { engine, kysely, patience: new Patience(), now: Date.now };
  return drainerIn(database, atOnce);
}

class InlineDriver implements Driver {
  readonly #connection: InlineConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = new InlineConnection(connection);
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}
  async releaseConnection(): Promise<void> {}

  async acquireConnection(): Promise<InlineConnection> {
    return this.#connection;
  }

  async beginTransaction(connection: InlineConnection): Promise<void> {
    connection.run("begin immediate");
  }

  async commitTransaction(connection: InlineConnection): Promise<void> {
    connection.run("commit");
  }

  async rollbackTransaction(connection: InlineConnection): Promise<void> {
    connection.run("rollback");
  }
}

class InlineConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  run(sql: string): void {
    this.#connection.run({ sql, parameters: [] });
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = this.#connection.run({ sql, parameters });
    const typed: Row[] = [];
    // The types of rows are those of tables.ts, which the migrations make true.
    for (const row of rows) typed.push(row as Row);
    return changes === null ? { rows: typed } : { rows: typed, numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new Error("the store reads whole pages, it does not stream rows");
  }
}
