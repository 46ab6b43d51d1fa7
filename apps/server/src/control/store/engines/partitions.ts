// The months of usage_logs on PostgreSQL, each a partition. Called by usage/. Invariant: only a month that is wholly past goes as a
// whole, and readers are never kept waiting for long: a lock that cannot be had soon is tried for again later.

import { sql, type Kysely } from "kysely";
import { DatabaseError } from "pg";
import type { Tables } from "#control/store/tables.ts";

export interface Partitions {
  /** Sees to it that there is a place for records of these times, in epoch ms. */
  make(kysely: Kysely<Tables>, times: readonly number[]): Promise<void>;
  /** Drops the months that were over by then. Answers how many. */
  dropBefore(kysely: Kysely<Tables>, before: number): Promise<number>;
  /** Is it the error of a record that has no place? */
  isMissing(error: unknown): boolean;
  /** Of the time before there were months, which does not go as a whole. Null where there is none. */
  undivided(kysely: Kysely<Tables>): Promise<string | null>;
}

interface Partition {
  readonly name: string;
  /** Epoch ms; the first one begins with time. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Two servers may make the same one at once. Any number of our own. */
const partitionLock = 7_461_003;
const longestWait = "2s";

export const partitions: Partitions = {
  make: (kysely, times) => kysely.transaction().execute((transaction) => makeMonths(transaction, times)),

  dropBefore: (kysely, before) =>
    kysely.transaction().execute(async (transaction) => {
      await lock(transaction);
      const past = (await list(transaction)).filter(({ to }) => to <= before);
      for (const { name } of past) await sql`drop table ${sql.table(name)}`.execute(transaction);
      return past.length;
    }),

  // check_violation without a constraint: no partition takes the row.
  isMissing: (error) => error instanceof DatabaseError && error.code === "23514" && error.constraint === undefined,

  undivided: async (kysely) => (await list(kysely)).find(({ from }) => from === -Infinity)?.name ?? null,
};

/** Within a transaction that is open. */
export async function makeMonths(transaction: Kysely<Tables>, times: readonly number[]): Promise<void> {
  await lock(transaction);
  const existing = await list(transaction);
  for (const month of monthsOf(times)) {
    const isThere = existing.some(({ from, to }) => from <= month.from && month.to <= to);
    if (!isThere) await attach(transaction, month);
  }
}

async function lock(transaction: Kysely<Tables>): Promise<void> {
  await sql`select set_config('lock_timeout', ${longestWait}, true)`.execute(transaction);
  await sql`select pg_advisory_xact_lock(${partitionLock})`.execute(transaction);
}

async function list(kysely: Kysely<Tables>): Promise<readonly Partition[]> {
  const query = sql<{ name: string; bounds: string }>`
    select relname as name, pg_get_expr(relpartbound, pg_class.oid) as bounds
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = to_regclass('usage_logs')`;
  return (await query.execute(kysely)).rows.map(({ name, bounds }) => ({ name, ...readBounds(bounds) }));
}

/** `FOR VALUES FROM (MINVALUE) TO ('1735689600000')` */
function readBounds(text: string): Pick<Partition, "from" | "to"> {
  const [from, to] = [...text.matchAll(/\('?(MINVALUE|-?\d+)'?\)/g)].map(([, bound]) => bound);
  if (from === undefined || to === undefined) throw new Error(`a partition of usage_logs has strange bounds: ${text}`);
  return { from: from === "MINVALUE" ? -Infinity : Number(from), to: Number(to) };
}

/** Made beside the table and then added to it: readers and writers go on meanwhile. */
async function attach(transaction: Kysely<Tables>, { name, from, to }: Partition): Promise<void> {
  const table = sql.table(name);
  const like = sql`like usage_logs including defaults including constraints including indexes`;
  await sql`create table ${table} (${like})`.execute(transaction);
  const bounds = sql`from (${sql.lit(from)}) to (${sql.lit(to)})`;
  await sql`alter table usage_logs attach partition ${table} for values ${bounds}`.execute(transaction);
}

function monthsOf(times: readonly number[]): readonly Partition[] {
  const months = new Map(times.map((time) => monthOf(time)).map((month) => [month.name, month]));
  return [...months.values()];
}

function monthOf(time: number): Partition {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (Number.isNaN(year) || year < 1970) throw new RangeError(`created_at is ${time}, which is no time of a request`);
  const name = `usage_logs_${year}_${String(month + 1).padStart(2, "0")}`;
  return { name, from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}
