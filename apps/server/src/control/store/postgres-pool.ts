// pg's pool, made to survive a server that stops, restarts or falls silent. Called by postgres.ts.

import type { Socket } from "node:net";
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import type { Pool, PoolClient, QueryResultRow } from "pg";
import type { ControlLog } from "#control/control-log.ts";

export interface PatientPoolOptions {
  readonly pool: Pool;
  /** The sockets under the pool's connections. */
  readonly sockets: ReadonlySet<Socket>;
  readonly log: Pick<ControlLog, "warn">;
}

const closeTimeoutMs = 2_000;

export class PatientPool implements PostgresPool {
  readonly options: object;
  readonly #pool: Pool;
  readonly #sockets: ReadonlySet<Socket>;

  constructor({ pool, sockets, log }: PatientPoolOptions) {
    this.#pool = pool;
    this.#sockets = sockets;
    this.options = pool.options;
    const report = (error: Error): void => log.warn({ error: error.message }, "a PostgreSQL connection broke");
    pool.on("error", report);
    // pg-pool listens only while a connection is idle: one that breaks between the statements of a transaction
    // would end the process.
    pool.on("connect", (client) => client.on("error", report));
  }

  async connect(): Promise<PostgresPoolClient> {
    return new PatientClient(await this.#pool.connect());
  }

  /** The farewell to a dead peer is never answered, so it is not waited for for ever. */
  async end(): Promise<void> {
    const destroyAll = (): void => this.#sockets.forEach((socket) => socket.destroy());
    const timer = setTimeout(destroyAll, closeTimeoutMs);
    await this.#pool.end();
    clearTimeout(timer);
  }
}

/** pg gives up waiting for a silent server but keeps the connection, on which nothing would ever be answered again. */
class PatientClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #silence: Error | null = null;

  constructor(client: PoolClient) {
    this.#client = client;
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
      const { command, rowCount, rows } = await this.#client.query<Row & QueryResultRow>(text, [...parameters]);
      return { command: command as PostgresQueryResult<Row>["command"], rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (error instanceof Error && error.message === "Query read timeout") this.#silence = error;
      throw error;
    }
  }
}
