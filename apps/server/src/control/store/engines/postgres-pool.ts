// pg's pool, made to survive a server that stops, restarts or falls silent. Called by postgres.ts.

import type { Socket } from "node:net";
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import type { Pool, PoolClient, QueryResultRow } from "pg";
import type { ControlLog } from "#control/control-log.ts";
import { isTooSlow, type Patience } from "#control/store/patience.ts";

export interface PatientPoolOptions {
  readonly pool: Pool;
  /** The sockets under the pool's connections. */
  readonly sockets: ReadonlySet<Socket>;
  readonly patience: Patience;
  readonly log: Pick<ControlLog, "warn">;
}

const closeTimeoutMs = 2_000;

export class PatientPool implements PostgresPool {
  readonly options: object;
  readonly #pool: Pool;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #patience: Patience;

  constructor({ pool, sockets, patience, log }: PatientPoolOptions) {
    this.#pool = pool;
    this.#patience = patience;
    this.#sockets = sockets;
    this.options = pool.options;
    const report = (error: Error): void => log.warn({ error: error.message }, "a PostgreSQL connection broke");
    pool.on("error", report);
    // pg-pool listens only while a connection is idle: one that breaks between the statements of a transaction
    // would end the process.
    pool.on("connect", (client) => {
      client.on("error", report);
      // Reports sum many rows: to compile that takes longer than to do it, and the sums of all keys have room in memory.
      client.query("set jit = off; set work_mem = '16MB'").catch(report);
    });
  }

  async connect(): Promise<PostgresPoolClient> {
    const connecting = this.#pool.connect();
    const client = await this.#patience.wait(connecting, () => {
      connecting.then((late) => late.release()).catch(() => undefined);
    });
    return new PatientClient(client, this.#patience);
  }

  /** The farewell to a dead peer is never answered, so it is not waited for for ever. */
  async end(): Promise<void> {
    const destroyAll = (): void => this.#sockets.forEach((socket) => socket.destroy());
    const timer = setTimeout(destroyAll, closeTimeoutMs);
    await this.#pool.end();
    clearTimeout(timer);
  }
}

/**
 * pg gives up waiting for a silent server but keeps the connection, on which nothing would ever be answered again. Here it is
 * closed, and its server rolls back what was not committed.
 */
class PatientClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #patience: Patience;
  #silence: Error | null = null;

  constructor(client: PoolClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    text: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof text !== "string") throw new Error("the store reads whole pages, it does not stream rows");
    return this.#run<Row>(text, parameters);
  }

  release(): void {
    this.#client.release(this.#silence !== null);
  }

  async #run<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (this.#silence !== null) throw this.#silence;
    try {
      const asking = this.#client.query<Row & QueryResultRow>(text, [...parameters]);
      const { command, rowCount, rows } = await this.#patience.wait(asking);
      return { command: command as PostgresQueryResult<Row>["command"], rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (isTooSlow(error)) this.#silence = error;
      if (error instanceof Error && error.message === "Query read timeout") this.#silence = error;
      throw error;
    }
  }
}
