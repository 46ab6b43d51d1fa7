// A connection to a file of SQLite, in whatever thread this is called.

import SqliteDatabase from "better-sqlite3";
import { isHeld, SqliteFault } from "./sqlite-faults.ts";
import type { SqliteResult, SqliteStatement, SqliteThreadOptions } from "./sqlite-protocol.ts";

const maxPreparedStatements = 200;
/** From one try to the next, of what another process keeps from us while it is opened. */
const pauseMs = 50;

export class SqliteConnection {
  readonly #database: SqliteDatabase.Database;
  /** Prepared statements, least recently used first: preparing one costs more than running it. */
  readonly #statements = new Map<string, SqliteDatabase.Statement>();

  constructor({ file, openingTimeoutMs, busyTimeoutMs, setup }: SqliteThreadOptions) {
    this.#database = new SqliteDatabase(file, { timeout: busyTimeoutMs });
    const until = performance.now() + openingTimeoutMs;
    for (const statement of setup) this.#execPatiently(statement, until);
  }

  /** Nobody can be served before it is open. SQLite itself does not wait where another's lock keeps it from `journal_mode = wal`. */
  #execPatiently(statement: string, until: number): void {
    for (;;) {
      try {
        this.#database.exec(statement);
        return;
      } catch (error) {
        if (!isHeld(faultOf(error)) || performance.now() > until) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      }
    }
  }

  /** Throws SqliteFault. */
  run({ sql, parameters }: SqliteStatement): SqliteResult {
    try {
      return answerOf(this.#prepare(sql), parameters);
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** A statement that whoever asks for it keeps. It throws SqliteFault. */
  prepare(sql: string): (parameters: readonly unknown[]) => SqliteResult {
    const statement = this.#database.prepare(sql);
    return (parameters) => {
      try {
        return answerOf(statement, parameters);
      } catch (error) {
        throw faultOf(error);
      }
    };
  }

  close(): void {
    this.#database.close();
  }

  #prepare(sql: string): SqliteDatabase.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
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

const noRows: readonly unknown[] = [];

function answerOf(statement: SqliteDatabase.Statement, parameters: readonly unknown[]): SqliteResult {
  if (!statement.reader) return { rows: noRows, changes: statement.run(parameters).changes };
  // Integers above 2^53, such as sums of more than 9,007,199 USD, are the nearest number: they are exact where they are stored.
  return { rows: statement.all(parameters), changes: null };
}

function faultOf(error: unknown): SqliteFault {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : "";
  return new SqliteFault(code, error instanceof Error ? error.message : String(error));
}
