// A Kysely driver over the SQLite thread. There is one connection, so whoever holds it, for one statement or
// for a transaction, holds it alone: the others queue.

import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import { SqliteThread } from "./sqlite-thread.ts";
import type { SqliteThreadOptions } from "./sqlite-protocol.ts";

export class SqliteThreadDriver implements Driver {
  readonly #options: SqliteThreadOptions;
  readonly #queue: ((connection: ThreadConnection) => void)[] = [];
  #thread: SqliteThread | null = null;
  #isHeld = false;

  constructor(options: SqliteThreadOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<ThreadConnection> {
    if (this.#isHeld) return new Promise((resolve) => this.#queue.push(resolve));
    this.#isHeld = true;
    return Promise.resolve(new ThreadConnection(this.#liveThread()));
  }

  async releaseConnection(): Promise<void> {
    const next = this.#queue.shift();
    if (next === undefined) this.#isHeld = false;
    else next(new ThreadConnection(this.#liveThread()));
  }

  /** Immediate: a transaction that starts by reading and then writes could not wait for another process's write. */
  async beginTransaction(connection: ThreadConnection): Promise<void> {
    await connection.run("begin immediate");
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.run("commit");
  }

  async rollbackTransaction(connection: ThreadConnection): Promise<void> {
    await connection.run("rollback");
  }

  async destroy(): Promise<void> {
    await this.#thread?.close();
    this.#thread = null;
  }

  /** A thread that died (the disk, memory) is replaced for the next one in the queue. */
  #liveThread(): SqliteThread {
    if (this.#thread === null || !this.#thread.isAlive) this.#thread = new SqliteThread(this.#options);
    return this.#thread;
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  async run(sql: string): Promise<void> {
    await this.#thread.run({ sql, parameters: [] });
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#thread.run({ sql, parameters });
    const typed: Row[] = [];
    // The types of rows are those of tables.ts, which the migrations make true.
    for (const row of rows) typed.push(row as Row);
    return changes === null ? { rows: typed } : { rows: typed, numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new Error("the store reads whole pages, it does not stream rows");
  }
}
