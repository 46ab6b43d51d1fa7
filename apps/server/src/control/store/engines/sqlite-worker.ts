// The thread that owns the SQLite connection, so that its fsyncs never hold the server's event loop.
// Started by sqlite-thread.ts; it answers statements in the order in which they come.

import { parentPort, workerData } from "node:worker_threads";
import SqliteDatabase from "better-sqlite3";
import type { SqliteAnswer, SqliteMessage, SqliteStatement, SqliteThreadOptions } from "./sqlite-protocol.ts";

const maxPreparedStatements = 200;

function openConnection({ file, busyTimeoutMs, setup }: SqliteThreadOptions): SqliteDatabase.Database {
  const connection = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  for (const statement of setup) connection.exec(statement);
  return connection;
}

/** Prepared statements, least recently used first: preparing one costs more than running it. */
class StatementCache {
  readonly #connection: SqliteDatabase.Database;
  readonly #statements = new Map<string, SqliteDatabase.Statement>();

  constructor(connection: SqliteDatabase.Database) {
    this.#connection = connection;
  }

  prepare(sql: string): SqliteDatabase.Statement {
    const statement = this.#statements.get(sql) ?? this.#connection.prepare(sql);
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > maxPreparedStatements) {
      for (const [oldest] of this.#statements) {
        this.#statements.delete(oldest);
        break;
      }
    }
    return statement;
  }
}

function run(statements: StatementCache, { sql, parameters }: SqliteStatement): SqliteAnswer {
  try {
    const statement = statements.prepare(sql);
    if (!statement.reader) return { rows: [], changes: statement.run(parameters).changes };
    const rows = statement.all(parameters);
    rows.forEach(requireSafeIntegers);
    return { rows, changes: null };
  } catch (error) {
    return { error: describe(error) };
  }
}

/** SQLite counts to 2^63, a number only to 2^53: a wrong sum must not pass for a right one. */
function requireSafeIntegers(row: unknown): void {
  if (typeof row !== "object" || row === null) return;
  for (const [column, value] of Object.entries(row)) {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new RangeError(`${column} holds an integer that is too large to be read exactly`);
    }
  }
}

function describe(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : "";
  return { code, message };
}

const port = parentPort;
if (port === null) throw new Error("sqlite-worker.ts runs as a worker thread only");
// Of sqlite-thread.ts, which is of the same version: what would check it takes longer to load than all else here.
const connection = openConnection(workerData as SqliteThreadOptions);
const statements = new StatementCache(connection);

port.on("message", (message: SqliteMessage) => {
  if (message !== "close") {
    port.postMessage(run(statements, message));
    return;
  }
  connection.close();
  port.postMessage("closed" satisfies SqliteAnswer);
  port.close();
});
