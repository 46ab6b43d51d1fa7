// A small database as LiteLLM has it: its names of tables and columns, in SQLite, where lists are JSON. What LiteLLM's own migrations make
// of PostgreSQL is in litellm.test.ts, beside `npm test`.

import { createHash } from "node:crypto";
import Sqlite from "better-sqlite3";

type Row = Readonly<Record<string, unknown>>;

export const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Columns are those that rows have. */
export function writeTables(file: string, tables: Readonly<Record<string, readonly Row[]>>): void {
  const database = new Sqlite(file);
  for (const [table, rows] of Object.entries(tables)) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    database.exec(`drop table if exists "${table}"`);
    database.exec(`create table "${table}" (${columns.map((column) => `"${column}"`).join(", ")})`);
    const names = columns.map((column) => `"${column}"`).join(", ");
    const insert = database.prepare(`insert into "${table}" (${names}) values (${columns.map(() => "?").join(", ")})`);
    for (const row of rows) insert.run(columns.map((column) => toCell(row[column])));
  }
  database.close();
}

function toCell(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" || typeof value === "string") return value;
  return JSON.stringify(value);
}
