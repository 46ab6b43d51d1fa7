// A Kysely driver over the SQLite thread. There is one connection, so whoever holds it, for one statement or
// for a transaction, holds it alone: the others queue.

import type { Driver } from "kysely";
import type { Drained } from "#control/store/drained.ts";
import type { Patience } from "#control/store/patience.ts";
import { SqliteKyselyConnection } from "./sqlite-kysely.ts";
import type { SqliteResult, SqliteStatement, SqliteThreadOptions } from "./sqlite-protocol.ts";
import { SqliteThread } from "./sqlite-thread.ts";

export class SqliteThreadDriver implements Driver {
  readonly #options: SqliteThreadOptions;
  readonly #patience: Patience;
  readonly #queue: ((connection: ThreadConnection) => void)[] = [];
  #thread: SqliteThread | null = null;
  #isHeld = false;

  constructor(options: SqliteThreadOptions, patience: Patience) {
    this.#options = options;
    this.#patience = patience;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<ThreadConnection> {
    if (this.#isHeld) return this.#waitForTurn();
    this.#isHeld = true;
    return Promise.resolve(this.#connect());
  }

  #waitForTurn(): Promise<ThreadConnection> {
    const { promise, resolve } = Promise.withResolvers<ThreadConnection>();
    this.#queue.push(resolve);
    return this.#patience.wait(promise, () => {
      const place = this.#queue.indexOf(resolve);
      if (place >= 0) this.#queue.splice(place, 1);
      // Its turn came in the same moment.
      else void promise.then((connection) => this.releaseConnection(connection));
    });
  }

  async releaseConnection(connection: ThreadConnection): Promise<void> {
    if (connection.isGivenUp) void connection.end().finally(() => this.#callNext());
    else this.#callNext();
  }

  #callNext(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#isHeld = false;
    else next(this.#connect());
  }

  /** Alone with the connection, as a transaction is. */
  async drain(lines: Buffer<ArrayBuffer>): Promise<Drained> {
    const connection = await this.acquireConnection();
    try {
      return await connection.drain(lines);
    } finally {
      await this.releaseConnection(connection);
    }
  }

  #connect(): ThreadConnection {
    return new ThreadConnection(this.#liveThread(), this.#patience);
  }

  /** Immediate: a transaction that starts by reading and then writes could not wait for another process's write. */
  async beginTransaction(connection: ThreadConnection): Promise<void> {
    await connection.run("begin immediate");
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.run("commit");
  }

  async rollbackTransaction(connection: ThreadConnection): Promise<void> {
    // What was given up is rolled back when the thread comes to it.
    if (!connection.isGivenUp) await connection.run("rollback");
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

class ThreadConnection extends SqliteKyselyConnection {
  readonly #thread: SqliteThread;
  readonly #patience: Patience;
  /** Nobody waits any more for what the thread does. */
  isGivenUp = false;

  constructor(thread: SqliteThread, patience: Patience) {
    super();
    this.#thread = thread;
    this.#patience = patience;
  }

  protected override send(statement: SqliteStatement): Promise<SqliteResult> {
    return this.#patience.wait(this.#thread.run(statement), () => {
      this.isGivenUp = true;
    });
  }

  drain(lines: Buffer<ArrayBuffer>): Promise<Drained> {
    return this.#thread.drain(lines);
  }

  /** The thread takes statements in order, so this resolves when it is done with those before, too. */
  async end(): Promise<void> {
    // Where no transaction is open, this fails and changes nothing.
    await this.#thread.run({ sql: "rollback", parameters: [] }).catch(() => undefined);
  }
}
