import { sql, type Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import { makeMonths } from "#control/store/engines/partitions.ts";
import type { Tables } from "#control/store/tables.ts";
import { isBackedUp } from "./shapes.ts";
import { brokenOff, restoreMark as mark } from "./requires-restored.ts";
import { sourceIn, tablesIn } from "./postgres-source.ts";
import type { RestoreTarget } from "./shapes.ts";

async function requireEmpty(kysely: Kysely<Tables>): Promise<void> {
  const names = (await tablesIn(kysely)).map(({ name }) => name);
  if (names.length === 0) return;
  if (names.includes(mark)) throw brokenOff();
  throw new Error(
    `There are tables in the database already (${names.slice(0, 3).join(", ")}, ...): a backup is restored into an empty database only.`,
  );
}

/** Rejects with a sentence where something is there already. */
export async function beginRestore({ kysely }: Pick<Database, "kysely">): Promise<void> {
  await requireEmpty(kysely);
  await sql`create table ${sql.table(mark)} (since timestamptz not null default now())`.execute(kysely);
}

export async function endRestore({ kysely }: Pick<Database, "kysely">): Promise<void> {
  await sql`drop table ${sql.table(mark)}`.execute(kysely);
}

/** In one transaction. Triggers tell of changes, and a restored row is none. */
export async function loadPostgres(
  { kysely }: Pick<Database, "kysely">,
  load: (target: RestoreTarget) => Promise<void>,
): Promise<void> {
  await kysely.transaction().execute(async (transaction) => {
    const tables = (await tablesIn(transaction)).filter(({ name }) => isBackedUp(name));
    const references = await referencesIn(transaction);
    for (const { table, name } of references) await dropReference(transaction, table, name);
    for (const { name } of tables) {
      await sql`alter table ${sql.table(name)} disable trigger user`.execute(transaction);
      await sql`truncate ${sql.table(name)}`.execute(transaction);
    }
    await load({ load: loaderIn(transaction), source: () => sourceIn(transaction) });
    for (const { table, name, definition } of references) await addReference(transaction, { table, name, definition });
    for (const { name } of tables) await sql`alter table ${sql.table(name)} enable trigger user`.execute(transaction);
  });
}

interface Reference {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Rows come in the order of their tables' names; what they refer to is looked at when all are there. */
async function referencesIn(transaction: Kysely<Tables>): Promise<readonly Reference[]> {
  const { rows } = await sql<Reference>`
    select relname as table, conname as name, pg_get_constraintdef(pg_constraint.oid) as definition
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where contype = 'f' and conparentid = 0 and relnamespace = current_schema()::regnamespace`.execute(transaction);
  return rows;
}

async function dropReference(transaction: Kysely<Tables>, table: string, name: string): Promise<void> {
  await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(transaction);
}

async function addReference(transaction: Kysely<Tables>, { table, name, definition }: Reference): Promise<void> {
  await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(
    transaction,
  );
}

/** The lines go as they are: PostgreSQL reads numbers of any length out of them. */
function loaderIn(transaction: Kysely<Tables>): RestoreTarget["load"] {
  const types = new Map<string, ReadonlyMap<string, string>>();
  const months = new Set<string>();
  return async (table, columns, lines) => {
    const known = types.get(table) ?? (await typesOf(transaction, table));
    types.set(table, known);
    const rows = `[${lines.join(",")}]`;
    if (table === "usage_logs") await makePlaces(transaction, rows, { place: columns.indexOf("created_at"), months });
    const cells = columns.map((column, place) => {
      const type = known.get(column);
      if (type === undefined) throw new Error(`The table ${table} has no column ${column}.`);
      return sql`(line ->> ${sql.lit(place)})::${sql.raw(type)}`;
    });
    const names = sql.join(columns.map((column) => sql.ref(column)));
    await sql`insert into ${sql.table(table)} (${names})
      select ${sql.join(cells)} from json_array_elements(${rows}::json) as line`.execute(transaction);
  };
}

async function typesOf(transaction: Kysely<Tables>, table: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(transaction);
  return new Map(rows.map(({ name, type }) => [name, type]));
}

interface MonthsMade {
  /** Of `created_at` in a line. */
  readonly place: number;
  readonly months: Set<string>;
}

async function makePlaces(transaction: Kysely<Tables>, lines: string, { place, months }: MonthsMade): Promise<void> {
  const { rows } = await sql<{ month: string; time: number }>`
    select to_char(to_timestamp(time / 1000.0) at time zone 'UTC', 'YYYY-MM') as month, min(time) as time
    from (select (line ->> ${sql.lit(place)})::bigint as time from json_array_elements(${lines}::json) as line) as times
    group by 1`.execute(transaction);
  const missing = rows.filter(({ month }) => !months.has(month));
  if (missing.length === 0) return;
  await makeMonths(
    transaction,
    missing.map(({ time }) => time),
  );
  for (const { month } of missing) months.add(month);
}
