// All that is PostgreSQL's own: the pool, its types, its locks and how its errors are read.

import { Socket } from "node:net";
import { PostgresDialect, sql, type Dialect, type RawBuilder } from "kysely";
import { DatabaseError, Pool, types, type PoolConfig } from "pg";
import type { ControlLog } from "#control/control-log.ts";
import type { Engine, Fault } from "#control/store/database.ts";
import type { Patience } from "#control/store/patience.ts";
import { partitions } from "./partitions.ts";
import { postgresNews } from "./postgres-news.ts";
import { PatientPool } from "./postgres-pool.ts";

export interface PostgresOptions {
  readonly url: string;
  /** Of a copy for reports and lists; null: there is none. */
  readonly replicaUrl: string | null;
  readonly log: Pick<ControlLog, "warn">;
  readonly statementTimeoutMs: number;
  readonly patience: Patience;
}

const connectTimeoutMs = 2_000;
const migrationTimeoutMs = 600_000;
const watchTimeoutMs = 1_000;
/** How much longer than the server's own limit we wait for its answer: silence after that means a dead peer. */
const silenceMarginMs = 3_000;

/** Any numbers of our own; they only have to differ from each other, and from that of `partitions.ts`. */
const migrationLock = 7_461_001;
const usageLock = 7_461_002;
const governingLock = 7_461_006;
const aliasNamesLock = 7_461_005;

export function openPostgres(options: PostgresOptions): Engine {
  const { replicaUrl, statementTimeoutMs } = options;
  const replica = replicaUrl === null ? null : { ...options, url: replicaUrl };
  return {
    name: "postgres",
    drain: null,
    prepare: null,
    forgetOverwritten: null,
    refreshCounts: null,
    dialect: createDialect(options, statementTimeoutMs, 10),
    migrationDialect: createDialect(options, migrationTimeoutMs, 1),
    replica: replica && {
      dialect: createDialect(replica, statementTimeoutMs, 5),
      watchDialect: createDialect(replica, watchTimeoutMs, 1),
    },
    sizeQuery: "select pg_database_size(current_database()) as bytes",
    news: postgresNews(options.url),
    partitions,
    time: "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)",
    marks: {
      position: "pg_current_snapshot()::text",
      settled: "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
      isNew,
    },
    parameter: (position) => `$${position}`,
    lockMigrations: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
    },
    // The planner locks rows in whatever order it likes: two writers of usage at once would deadlock.
    lockUsage: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${usageLock})`.execute(transaction);
    },
    lockGoverning: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${governingLock})`.execute(transaction);
    },
    lockAliasNames: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${aliasNamesLock})`.execute(transaction);
    },
    explain,
    isUnavailable,
    // Who migrates there is waited for by the database itself.
    isHeld: () => false,
    isDown,
  };
}

/** By an index, and then exactly. What was copied from another PostgreSQL may have marks that are yet to come here. */
function isNew(position: string): RawBuilder<unknown> {
  const seen = sql`cast(${position} as pg_snapshot)`;
  return sql`mark >= pg_snapshot_xmin(${seen})::text::bigint
    and mark < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    and not pg_visible_in_snapshot(mark::text::xid8, ${seen})`;
}

function createDialect({ url, log, patience }: PostgresOptions, timeoutMs: number, connections: number): Dialect {
  return new PostgresDialect({
    pool: async () => {
      const sockets = new Set<Socket>();
      const pool = new Pool(poolConfig(url, timeoutMs, connections, sockets));
      return new PatientPool({ pool, sockets, patience, log });
    },
  });
}

function poolConfig(url: string, timeoutMs: number, connections: number, sockets: Set<Socket>): PoolConfig {
  return {
    connectionString: url,
    application_name: "ghostllm",
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + silenceMarginMs,
    // A transaction whose client has vanished must not keep its locks.
    idle_in_transaction_session_timeout: timeoutMs,
    // Statements of reports take longer to be compiled than to be carried out: a second and a half, where the rest took one.
    options: "-c jit=off",
    types: { getTypeParser: parserOf },
    stream: () => trackedSocket(sockets),
  };
}

function trackedSocket(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  return socket;
}

const parserOf: typeof types.getTypeParser = (oid: number, format?: "text" | "binary") => {
  // Money is exact up to 9,007,199 USD; larger sums are told to within a few nano-USD, and stay exact where they are stored.
  if (oid === types.builtins.INT8 || oid === types.builtins.NUMERIC) return Number;
  return format === "binary" ? types.getTypeParser(oid, "binary") : types.getTypeParser(oid, "text");
};

/** Classes 22 (data exception) and 23 (integrity), and 54000 (too large), are the value's fault. */
const valueFault = /^(22|23)|^54000$/;

function explain(error: unknown): Fault | null {
  if (error instanceof RangeError) return { kind: "value", reason: error.message };
  if (!(error instanceof DatabaseError) || error.code === undefined) return null;
  if (error.code === "23505") return { kind: "unique", column: constrainedColumn(error) };
  if (error.code === "23503") return { kind: "reference" };
  return valueFault.test(error.code) ? { kind: "value", reason: error.message } : null;
}

/** Connections (08), room (53), an object that is in use (55), an operator or a timeout (57), its disk (58), deadlocks (40). */
const passingFault = /^(08|40|53|55|57|58)/;
/** What pg says of its connections and its pool, without a code. */
const brokenConnection = /timeout|terminated|not queryable|Connection|ended/i;

function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (error instanceof DatabaseError) return passingFault.test(error.code ?? "");
  if (!(error instanceof Error)) return false;
  return "syscall" in error || brokenConnection.test(error.message);
}

/** Nobody listens at its address, or it says itself that it has crashed, is going down, or is starting. */
function isDown(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isDown);
  if (error instanceof DatabaseError) return /^57P0[23]$/.test(error.code ?? "");
  return error instanceof Error && "code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOENT");
}

/** `api_keys_key_hash_unique` of `api_keys` -> `key_hash`: PostgreSQL's message is in the server's language. */
function constrainedColumn({ table = "", constraint = "" }: DatabaseError): string {
  return constraint.slice(table.length + 1).replace(/_unique$/, "");
}
