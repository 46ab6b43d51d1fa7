// What one request changes, as one: all that the store is asked for meanwhile goes over one connection and one transaction, which begins
// with the first change and is committed when the request is done. Called by units.ts. Invariant: what is not committed is seen by
// nobody else, and what follows a change (`afterwards`) happens behind the commit.

import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from "kysely";
import type { AuditDraft, Author } from "#domain/audit.ts";
import type { EventDraft } from "#domain/event.ts";

/** Who waits for the connection waits for those before him. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to what ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}

/** What the audit log and the outbox are told at the end, as each transaction would have told it last. */
export interface Told {
  readonly author: Author;
  readonly drafts: readonly AuditDraft[];
  readonly events: readonly EventDraft[];
}

/** In which version somebody knows an object that he is about to change. */
export interface Expectation {
  readonly kind: string;
  readonly id: string;
  /** One of these. */
  readonly versions: readonly string[];
}

export class Unit {
  readonly #inner: Driver;
  readonly #turns = new Turns();
  #main: DatabaseConnection | null = null;
  #savepoints = 0;
  readonly #told: Told[] = [];
  readonly #afterwards: (() => Promise<unknown>)[] = [];
  readonly #settled = Promise.withResolvers<void>();
  /** Whatever goes on behind its end goes on by itself. */
  isOpen = true;
  /** Not yet looked at; null where nobody expects anything, or has found it so. */
  expected: Expectation | null = null;

  constructor(inner: Driver) {
    this.#inner = inner;
  }

  /** Resolves when it is committed or rolled back. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Looks once whether what is expected is so: rejects where it is not. */
  async expect(check: (expected: Expectation) => Promise<void>): Promise<void> {
    if (this.expected !== null) await check(this.expected);
    this.expected = null;
  }

  tell(told: Told): void {
    this.#told.push(told);
  }

  takeTold(): readonly Told[] {
    return this.#told.splice(0);
  }

  /** The same work is done once. */
  afterwards(work: () => Promise<unknown>): void {
    if (!this.#afterwards.includes(work)) this.#afterwards.push(work);
  }

  async acquire(): Promise<UnitConnection> {
    const endTurn = await this.#turns.take();
    try {
      const connection = this.#main ?? (await this.#inner.acquireConnection());
      const release = async (): Promise<void> => {
        try {
          if (this.#main !== connection) await this.#inner.releaseConnection(connection);
        } finally {
          endTurn();
        }
      };
      return new UnitConnection(connection, () => this.#begin(connection), release);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  async #begin(connection: DatabaseConnection): Promise<void> {
    if (this.#main !== null) return;
    await this.#inner.beginTransaction(connection, {});
    this.#main = connection;
  }

  /** A part that can be undone by itself. */
  async part<Result>(work: () => Promise<Result>): Promise<Result> {
    const [told, afterwards] = [this.#told.length, this.#afterwards.length];
    const savepoint = this.nextSavepoint();
    await this.#run(`savepoint ${savepoint}`);
    try {
      const result = await work();
      await this.#run(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      await this.#run(`rollback to savepoint ${savepoint}`);
      // Of what is undone nothing is told, and nothing follows.
      this.#told.length = told;
      this.#afterwards.length = afterwards;
      throw error;
    }
  }

  nextSavepoint(): string {
    this.#savepoints += 1;
    return `part_${this.#savepoints}`;
  }

  async #run(text: string): Promise<void> {
    const connection = await this.acquire();
    try {
      await connection.executeQuery(CompiledQuery.raw(text));
    } finally {
      await connection.release();
    }
  }

  async commit(): Promise<void> {
    await this.#end((connection) => this.#inner.commitTransaction(connection));
    const done = await Promise.allSettled(this.#afterwards.map(inOrder()));
    const failed = done.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  rollBack(): Promise<void> {
    return this.#end((connection) => this.#inner.rollbackTransaction(connection));
  }

  async #end(how: (connection: DatabaseConnection) => Promise<void>): Promise<void> {
    const endTurn = await this.#turns.take();
    const main = this.#main;
    this.isOpen = false;
    try {
      if (main !== null) await this.#endOn(main, how);
    } finally {
      this.#main = null;
      this.#settled.resolve();
      endTurn();
    }
  }

  async #endOn(main: DatabaseConnection, how: (connection: DatabaseConnection) => Promise<void>): Promise<void> {
    try {
      await how(main);
    } catch (error) {
      await this.#inner.rollbackTransaction(main).catch(() => undefined);
      throw error;
    } finally {
      await this.#inner.releaseConnection(main);
    }
  }
}

/** One after the other, whether those before have failed or not. */
function inOrder() {
  let last: Promise<unknown> = Promise.resolve();
  return (work: () => Promise<unknown>): Promise<unknown> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}

const reading = /^\s*select\b/i;

/** What Kysely holds for one statement or one transaction within a unit. */
export class UnitConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #begin: () => Promise<void>;
  readonly release: () => Promise<void>;

  constructor(connection: DatabaseConnection, begin: () => Promise<void>, release: () => Promise<void>) {
    this.#connection = connection;
    this.#begin = begin;
    this.release = release;
  }

  /** Whoever only reads before the first change does not keep others from writing. */
  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (!reading.test(query.sql)) await this.#begin();
    return this.#connection.executeQuery<Row>(query);
  }

  streamQuery(): never {
    throw new Error("the store reads whole pages, it does not stream rows");
  }
}
