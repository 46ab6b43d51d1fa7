import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { isBackedUp } from "./shapes.ts";
import type { RestoreTarget } from "./shapes.ts";
import { quoted, sourceOf, tablesOf } from "./sqlite-source.ts";
import { cellsOf } from "./table-lines.ts";

export interface SqliteTarget {
  /** Where the database is until it is whole. */
  readonly directory: string;
  takePlace(): Promise<void>;
}

const name = "ghostllm.db";

/** Rejects with a sentence where there is a database. What a restore that was broken off has left is cleared away. */
export async function openSqliteTarget(dataDir: string): Promise<SqliteTarget> {
  const file = join(dataDir, name);
  if (await isThere(file))
    throw new Error(`There is a database already (${file}): a backup is restored into an empty data directory only.`);
  const directory = join(dataDir, "restoring");
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    directory,
    async takePlace() {
      await sync(join(directory, name));
      await rename(join(directory, name), file);
      await sync(dataDir);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function sync(path: string): Promise<void> {
  // Windows has no such thing as waiting for a directory.
  if (process.platform === "win32") return;
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/** In one transaction. Triggers tell of changes, and a restored row is none. */
export async function loadSqlite(directory: string, load: (target: RestoreTarget) => Promise<void>): Promise<void> {
  const database = new SqliteDatabase(join(directory, name), { fileMustExist: true, timeout: 10_000 });
  try {
    for (const pragma of ["synchronous = off", "foreign_keys = off", "cache_size = -65536"]) database.pragma(pragma);
    database.exec("begin immediate");
    const triggers = database.prepare<[], Trigger>("select name, sql from sqlite_schema where type = 'trigger'").all();
    for (const trigger of triggers) database.exec(`drop trigger ${quoted(trigger.name)}`);
    for (const table of tablesOf(database))
      if (isBackedUp(table.name)) database.exec(`delete from ${quoted(table.name)}`);
    await load({ load: loaderOf(database), source: async () => sourceOf(database) });
    for (const { sql } of triggers) database.exec(sql);
    requireWholeReferences(database);
    database.exec("commit");
  } finally {
    database.close();
  }
}

function loaderOf(database: SqliteDatabase.Database): RestoreTarget["load"] {
  const inserts = new Map<string, SqliteDatabase.Statement>();
  return async (table, columns, lines) => {
    const text = `insert into ${quoted(table)} (${columns.map(quoted).join(", ")}) values (${columns.map(() => "?").join(", ")})`;
    const insert = inserts.get(text) ?? database.prepare(text);
    inserts.set(text, insert);
    for (const line of lines) insert.run(cellsOf(line));
    await nextTurn();
  };
}

function requireWholeReferences(database: SqliteDatabase.Database): void {
  const [broken] = database.prepare<[], { table: string }>("pragma foreign_key_check").all();
  if (broken !== undefined) throw new Error(`A row of ${broken.table} refers to one that the backup does not have.`);
}
