// Requests that change all they change as one. Called by control/http and by handlers of several changes; what the store does follows
// whoever runs it, so that no function of the store knows of it.

import { AsyncLocalStorage } from "node:async_hooks";
import type { DatabaseConnection, Dialect, Driver, TransactionSettings } from "kysely";
import { CompiledQuery } from "kysely";
import { Unit, UnitConnection, type Expectation } from "./unit.ts";

interface Together {
  /** In which version somebody knows an object that is to be changed: with another one nothing is. */
  readonly expected?: Expectation | null;
  /** Behind all that was done, in the same transaction. */
  readonly atEnd: () => Promise<void>;
}

export class Units {
  readonly #current = new AsyncLocalStorage<Unit>();
  #driver: Driver | null = null;

  /** That within which somebody is being served. */
  get current(): Unit | null {
    const unit = this.#current.getStore();
    return unit?.isOpen === true ? unit : null;
  }

  /** Within another it is a part of that, which can be undone by itself. */
  async together<Result>(work: () => Promise<Result>, { expected = null, atEnd }: Together): Promise<Result> {
    const outer = this.current;
    if (outer !== null) {
      outer.expected = expected;
      return outer.part(work).finally(() => (outer.expected = null));
    }
    if (this.#driver === null) throw new Error("the database is not open yet");
    const unit = new Unit(this.#driver);
    unit.expected = expected;
    return this.#current.run(unit, () => carryOut(unit, work, atEnd));
  }

  /** At once; of what is changed together, when it is committed. */
  async afterwards(work: () => Promise<unknown>): Promise<void> {
    const unit = this.current;
    if (unit === null) await work();
    else unit.afterwards(work);
  }

  /** What is done whatever becomes of the changes. */
  outside(work: () => void): void {
    this.#current.exit(work);
  }

  /** A dialect whose connections are those of whoever is being served. */
  over(dialect: Dialect): Dialect {
    return {
      createDriver: () => {
        const inner = dialect.createDriver();
        this.#driver = inner;
        return new UnitDriver(inner, this);
      },
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createAdapter: () => dialect.createAdapter(),
      createIntrospector: (kysely) => dialect.createIntrospector(kysely),
    };
  }
}

async function carryOut<Result>(unit: Unit, work: () => Promise<Result>, atEnd: () => Promise<void>): Promise<Result> {
  let result: Result;
  try {
    result = await work();
    await atEnd();
  } catch (error) {
    await unit.rollBack().catch(() => undefined);
    throw error;
  }
  await unit.commit();
  return result;
}

/** Passes everything on; within a unit, transactions are parts of its own. */
class UnitDriver implements Driver {
  readonly #inner: Driver;
  readonly #units: Units;
  readonly #savepoints = new WeakMap<UnitConnection, string>();

  constructor(inner: Driver, units: Units) {
    this.#inner = inner;
    this.#units = units;
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return this.#units.current?.acquire() ?? this.#inner.acquireConnection();
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return connection instanceof UnitConnection ? connection.release() : this.#inner.releaseConnection(connection);
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    if (!(connection instanceof UnitConnection)) return this.#inner.beginTransaction(connection, settings);
    const name = this.#units.current?.nextSavepoint() ?? "part";
    this.#savepoints.set(connection, name);
    await connection.executeQuery(CompiledQuery.raw(`savepoint ${name}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof UnitConnection)) return this.#inner.commitTransaction(connection);
    await this.#end(connection, "release savepoint");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof UnitConnection)) return this.#inner.rollbackTransaction(connection);
    await this.#end(connection, "rollback to savepoint");
  }

  async #end(connection: UnitConnection, how: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`${how} ${this.#savepoints.get(connection) ?? "part"}`));
  }
}
