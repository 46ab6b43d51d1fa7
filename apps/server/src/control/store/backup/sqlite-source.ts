import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { isBackedUp, type AppliedMigration, type BackupSource, type TableShape } from "./shapes.ts";
import { lineOf, type Cell } from "./table-lines.ts";

const rowsAtOnce = 500;

/** A connection of its own that only reads: in WAL mode it keeps nobody from writing, and nobody's writing is seen. */
export async function readSqlite<Result>(
  dataDir: string,
  run: (source: BackupSource) => Promise<Result>,
): Promise<Result> {
  const file = join(dataDir, "ghostllm.db");
  const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    database.exec("begin");
    // The moment is that of the first look.
    return await run(sourceOf(database));
  } finally {
    database.close();
  }
}

/** Within a transaction that is open. */
export function sourceOf(database: SqliteDatabase.Database): BackupSource {
  const tables = tablesOf(database);
  return {
    engine: "sqlite",
    migrations: migrationsOf(database, tables),
    tables: tables.filter(({ name }) => isBackedUp(name)),
    lines: (table) => linesOf(database, table),
  };
}

export function tablesOf(database: SqliteDatabase.Database): readonly TableShape[] {
  const names = database.prepare<[], { name: string }>(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
  );
  const columns = database.prepare<[string], { name: string }>("select name from pragma_table_info(?) order by name");
  return names.all().map(({ name }) => ({ name, columns: columns.all(name).map((column) => column.name) }));
}

function migrationsOf(database: SqliteDatabase.Database, tables: readonly TableShape[]): readonly AppliedMigration[] {
  if (!tables.some(({ name }) => name === "schema_migrations")) return [];
  const query = "select number, checksum from schema_migrations order by number";
  return database.prepare<[], AppliedMigration>(query).all();
}

async function* linesOf(
  database: SqliteDatabase.Database,
  { name, columns }: TableShape,
): AsyncGenerator<readonly string[]> {
  const text = `select ${columns.map(quoted).join(", ")} from ${quoted(name)}`;
  const rows = database.prepare(text).raw(true).safeIntegers(true).iterate();
  let lines: string[] = [];
  for (const row of rows) {
    // Of tables whose columns are texts and whole numbers.
    lines.push(lineOf(row as readonly Cell[]));
    if (lines.length < rowsAtOnce) continue;
    yield lines;
    lines = [];
    await nextTurn();
  }
  if (lines.length > 0) yield lines;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
