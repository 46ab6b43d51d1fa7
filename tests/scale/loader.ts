// Rows into tables, by the quickest way that each engine has. Both leave the tables as the migrations have made them.

import { mkdtempSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { Client } from "pg";

export type Cell = string | number | null;

export interface Loader {
  /** Adds rows. */
  load(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void>;
  run(statement: string): Promise<void>;
  ask<Row>(statement: string): Promise<readonly Row[]>;
  /** What an index costs is paid once, at the end. */
  withoutIndexes(tables: readonly string[], fill: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export function openSqliteLoader(file: string): Loader {
  const database = new SqliteDatabase(file);
  for (const pragma of ["journal_mode = wal", "synchronous = off", "cache_size = -1000000", "temp_store = memory"])
    database.pragma(pragma);
  const ask = <Row>(statement: string): readonly Row[] => database.prepare<[], Row>(statement).all();
  return {
    async load(table, columns, rows) {
      const insert = database.prepare(
        `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
      );
      database.transaction(() => {
        for (const row of rows) insert.run(row);
      })();
    },
    run: async (statement) => void database.exec(statement),
    ask: async <Row>(statement: string) => ask<Row>(statement),
    async withoutIndexes(tables, fill) {
      const names = tables.map((table) => `'${table}'`).join(", ");
      const indexes = ask<{ readonly name: string; readonly sql: string }>(
        `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${names})`,
      );
      for (const { name } of indexes) database.exec(`drop index ${name}`);
      await fill();
      for (const { sql } of indexes) database.exec(sql);
      database.exec("analyze");
      database.pragma("wal_checkpoint(truncate)");
    },
    close: async () => void database.close(),
  };
}

/** Of a server on this machine, which reads the files that are written here. */
export async function openPostgresLoader(url: string): Promise<Loader> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const folder = mkdtempSync(join(tmpdir(), "ghostllm-scale-copy-"));
  chmodSync(folder, 0o755);
  const file = join(folder, "rows");
  const ask = async <Row>(statement: string): Promise<readonly Row[]> => (await client.query(statement)).rows as Row[];
  const run = async (statement: string): Promise<void> => void (await client.query(statement));
  return {
    async load(table, columns, rows) {
      writeFileSync(file, rows.map(lineOf).join(""), { mode: 0o644 });
      await run(`copy ${table} (${columns.join(", ")}) from '${file}'`);
    },
    ...{ run, ask },
    async withoutIndexes(tables, fill) {
      const names = tables.map((table) => `'${table}'`).join(", ");
      const indexes = await ask<{ readonly name: string; readonly text: string }>(
        `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as text from pg_index i
          join pg_class c on c.oid = i.indrelid where c.relname in (${names}) and not i.indisprimary`,
      );
      for (const { name } of indexes) await run(`drop index ${name}`);
      await fill();
      for (const { text } of indexes) await run(text.replace(" ON ONLY ", " ON "));
      await run("vacuum analyze");
    },
    async close() {
      await client.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function lineOf(row: readonly Cell[]): string {
  return `${row.map(textOf).join("\t")}\n`;
}

function textOf(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "number") return String(cell);
  return /[\\\t\n\r]/.test(cell)
    ? cell.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r")
    : cell;
}
