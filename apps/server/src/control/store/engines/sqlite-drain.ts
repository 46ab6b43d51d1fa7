// Kysely over the thread's own connection, for what is stored here whole. Loaded by sqlite-worker.ts.

import type { Driver } from "kysely";
import { Kysely } from "kysely";
import { Authorship } from "#control/store/audit/authorship.ts";
import type { Database, Engine } from "#control/store/database.ts";
import { Patience } from "#control/store/patience.ts";
import type { Drained } from "#control/store/drained.ts";
import type { Tables } from "#control/store/tables.ts";
import { Units } from "#control/store/units/units.ts";
import { drainerIn } from "#control/store/usage/drain-lines.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { isPassing } from "./sqlite-faults.ts";
import { sqliteDialect, SqliteKyselyConnection, sqliteWays } from "./sqlite-kysely.ts";
import type { SqliteResult, SqliteStatement } from "./sqlite-protocol.ts";

type Drain = (lines: Buffer<ArrayBuffer>) => Promise<Drained>;

const drainers = new WeakMap<SqliteConnection, Drain>();

export function drainInto(connection: SqliteConnection, lines: Buffer<ArrayBuffer>): Promise<Drained> {
  const drain = drainers.get(connection) ?? drainerOver(connection);
  drainers.set(connection, drain);
  return drain(lines);
}

/** Nobody else works in this thread, so nobody has to have his turn. */
const atOnce = async (): Promise<void> => {};

/** The connection is another's. */
const nothingOfItsOwn = {
  drain: null,
  sizeQuery: null,
  forgetOverwritten: null,
  refreshCounts: null,
  isUnavailable: isPassing,
};

function drainerOver(connection: SqliteConnection): Drain {
  const dialect = sqliteDialect(new InlineDriver(connection));
  const prepare: Engine["prepare"] = (text) => connection.prepare(text);
  const engine: Engine = { ...sqliteWays, dialect, prepare, ...nothingOfItsOwn };
  const kysely = new Kysely<Tables>({ dialect });
  const [patience, authorship, units] = [new Patience(), new Authorship(), new Units()];
  const read: Database["read"] = (run) => run(kysely);
  const forEver = { usageDays: null, promptDays: 0 };
  const database: Database = { engine, kysely, patience, authorship, units, read, now: Date.now, ...forEver };
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
    await connection.run("begin immediate");
  }

  async commitTransaction(connection: InlineConnection): Promise<void> {
    await connection.run("commit");
  }

  async rollbackTransaction(connection: InlineConnection): Promise<void> {
    await connection.run("rollback");
  }
}

class InlineConnection extends SqliteKyselyConnection {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    super();
    this.#connection = connection;
  }

  protected override send(statement: SqliteStatement): SqliteResult {
    return this.#connection.run(statement);
  }
}
