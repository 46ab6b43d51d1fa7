// Tables of another gateway, read and never written: PostgreSQL by its address, SQLite by its file.

import { stat } from "node:fs/promises";
import { CliError, exitCodes } from "#exit-codes.ts";
import type { Fields, SourceDatabase } from "@ghostllm/contract/importing";

const timestampWithoutZone = 1114;

/** Rejects with a CliError where it cannot be reached, without what its address has of secrets. */
export async function openSource(address: string): Promise<SourceDatabase> {
  if (address.startsWith("mysql") || address.includes("@tcp("))
    throw new CliError("no_database", "MySQL is not read: copy its tables to SQLite or PostgreSQL", exitCodes.usage);
  try {
    return /^postgres(ql)?:\/\//.test(address) ? await openPostgres(address) : await openSqlite(address);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const told = error instanceof Error && error.message !== "" ? error.message : String(error);
    const message = `The database ${shown(address)} cannot be read: ${told.replaceAll(address, shown(address))}`;
    throw new CliError("no_database", message, exitCodes.unreachable);
  }
}

function shown(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}

async function openPostgres(address: string): Promise<SourceDatabase> {
  const { Client, types } = await import("pg");
  const url = new URL(address);
  // Of the source's own client, which nobody else knows.
  for (const name of ["schema", "connection_limit", "pool_timeout", "pgbouncer"]) url.searchParams.delete(name);
  const schema = new URL(address).searchParams.get("schema") ?? "public";
  const parserOf: typeof types.getTypeParser = (oid: number, format?: "text" | "binary") =>
    oid === timestampWithoutZone ? toUtc : types.getTypeParser(oid, format);
  const client = new Client({
    connectionString: url.href,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: parserOf },
  });
  await client.connect();
  // One moment's state of all tables, also while their gateway goes on.
  await client.query("begin isolation level repeatable read read only");
  await client.query(`set local search_path to "${schema.replaceAll('"', '""')}"`);
  const has = async (table: string): Promise<boolean> => {
    const found = await client.query("select to_regclass($1) is not null as found", [`"${table}"`]);
    return found.rows[0]?.found === true;
  };
  const query: SourceDatabase["query"] = async (table, text) =>
    (await has(table)) ? (await client.query<Record<string, unknown>>(text)).rows : [];
  return {
    engine: "postgres",
    query,
    rows: (table) => query(table, `select * from "${table}"`),
    async hasColumn(table, column) {
      const text = "select 1 from pg_attribute where attrelid = to_regclass($1) and attname = $2 and attnum > 0";
      return (await client.query(text, [`"${table}"`, column])).rows.length > 0;
    },
    close: () => client.end(),
  };
}

/** As Prisma writes moments: UTC, and nothing says so. */
function toUtc(text: string): string {
  return new Date(`${text.replace(" ", "T")}Z`).toISOString();
}

async function openSqlite(file: string): Promise<SourceDatabase> {
  const path = file.replace(/^sqlite:(\/\/)?/, "");
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw new CliError("no_database", `There is no file ${path}`, exitCodes.usage);
  const { default: Sqlite } = await import("better-sqlite3");
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  const has = (table: string): boolean =>
    database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(table) !== undefined;
  const query: SourceDatabase["query"] = async (table, text) =>
    has(table) ? (database.prepare(text).all() as readonly Fields[]) : [];
  // What is no database says so here.
  has("sqlite_master");
  return {
    engine: "sqlite",
    query,
    rows: (table) => query(table, `select * from "${table}"`),
    async hasColumn(table, column) {
      const columns = database.prepare("select name from pragma_table_info(?)").all(table) as readonly Fields[];
      return columns.some(({ name }) => name === column);
    },
    close: async () => void database.close(),
  };
}
