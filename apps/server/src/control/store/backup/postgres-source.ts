import { sql, type Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import { isBackedUp, type AppliedMigration, type BackupSource, type TableShape } from "./shapes.ts";

const rowsAtOnce = 500;

/** One transaction that sees what was committed when it began: nobody waits for it. */
export async function readPostgres<Result>(
  { kysely }: Pick<Database, "kysely">,
  run: (source: BackupSource) => Promise<Result>,
): Promise<Result> {
  const reading = kysely.transaction().setIsolationLevel("repeatable read").setAccessMode("read only");
  return reading.execute(async (transaction) => run(await sourceIn(transaction)));
}

/** Within a transaction that is open. */
export async function sourceIn(transaction: Kysely<Tables>): Promise<BackupSource> {
  const tables = await tablesIn(transaction);
  return {
    engine: "postgres",
    migrations: await migrationsIn(transaction, tables),
    tables: tables.filter(({ name }) => isBackedUp(name)),
    lines: (table) => linesIn(transaction, table),
  };
}

/** Without the months of the log of requests, which are parts of one table. */
export async function tablesIn(kysely: Kysely<Tables>): Promise<readonly TableShape[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select relname as table, attname as column
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'p') and not relispartition and relnamespace = current_schema()::regnamespace
    order by relname collate "C", attname collate "C"`.execute(kysely);
  const tables = new Map<string, string[]>();
  for (const { table, column } of rows) tables.set(table, [...(tables.get(table) ?? []), column]);
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

async function migrationsIn(
  kysely: Kysely<Tables>,
  tables: readonly TableShape[],
): Promise<readonly AppliedMigration[]> {
  if (!tables.some(({ name }) => name === "schema_migrations")) return [];
  return kysely.selectFrom("schema_migrations").select(["number", "checksum"]).orderBy("number").execute();
}

/** The database writes the numbers down: a number of JavaScript could not hold all of them. */
async function* linesIn(transaction: Kysely<Tables>, { name, columns }: TableShape): AsyncGenerator<readonly string[]> {
  const cells = columns.map((column) => sql`coalesce(to_json(${sql.ref(column)})::text, 'null')`);
  const line = sql`'[' || ${sql.join(cells, sql` || ',' || `)} || ']'`;
  await sql`declare rows_of_backup no scroll cursor for select ${line} as line from ${sql.table(name)}`.execute(
    transaction,
  );
  const fetch = sql<{ line: string }>`fetch ${sql.lit(rowsAtOnce)} from rows_of_backup`;
  for (;;) {
    const { rows } = await fetch.execute(transaction);
    if (rows.length === 0) break;
    yield rows.map((row) => row.line);
  }
  await sql`close rows_of_backup`.execute(transaction);
}
