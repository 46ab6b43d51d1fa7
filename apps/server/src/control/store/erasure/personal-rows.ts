// All that is stored about somebody, one table after the other, a page at a time.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { ErasureStore, PersonalRow } from "./erasure-store.ts";
import { personalTables, type PersonalTable } from "./personal-tables.ts";

type Row = Readonly<Record<string, unknown>>;

/** Its rows are of different types, and read by the names of columns. */
interface AnyTable extends Omit<PersonalTable<Row>, "order" | "secret"> {
  readonly name: string;
  readonly order: readonly string[];
  readonly secret?: readonly string[];
}

export const tables: readonly AnyTable[] = Object.entries<AnyPersonalTable | null>(personalTables).flatMap(
  ([name, table]) => (table === null ? [] : [{ name, ...table }]),
);

type AnyPersonalTable = Omit<AnyTable, "name">;

/** The account comes first, books and logs last. */
const inOrderOfReading = tables.toSorted((one, other) => rankOf(one) - rankOf(other));

function rankOf({ kind, erasure }: AnyTable): number {
  if (kind === "account") return 0;
  return erasure === "removed" ? 1 : 2;
}

/** Where a page ends: a table by its place, and the last row that was read of it. */
type Place = readonly [table: number, after: readonly (string | number)[] | null];

export function personalRowsIn({ read }: Database): ErasureStore["personal"] {
  return async (userId, after, most) => {
    const [at, behind] = after === null ? ([0, null] as const) : (JSON.parse(after) as Place);
    const table = inOrderOfReading[at];
    if (table === undefined) return { rows: [], next: null };
    const limit = Math.min(most, table.rowsAtOnce ?? most);
    const rows = await read((kysely) => pageOf(kysely, table, { userId, behind, limit }));
    return { rows: rows.map((row) => toTold(table, row, userId)), next: nextOf({ table, at, rows, limit }) };
  };
}

interface Asked {
  readonly userId: string;
  readonly behind: readonly (string | number)[] | null;
  readonly limit: number;
}

async function pageOf(
  kysely: Kysely<Tables>,
  { name, isOf, order }: AnyTable,
  { userId, behind, limit }: Asked,
): Promise<readonly Row[]> {
  const columns = sql.join(order.map((column) => sql.ref(column)));
  const isBehind: RawBuilder<unknown> = behind === null ? sql`1 = 1` : sql`(${columns}) > (${sql.join(behind)})`;
  const query = sql<Row>`
    select * from ${sql.table(name)} where ${isOf(userId)} and ${isBehind} order by ${columns} limit ${limit}`;
  return (await query.execute(kysely)).rows;
}

function nextOf({ table, at, rows, limit }: { table: AnyTable; at: number; rows: readonly Row[]; limit: number }) {
  const last = rows.at(-1);
  const place: Place =
    rows.length < limit || last === undefined
      ? [at + 1, null]
      : [at, table.order.map((column) => cellOf(last, column))];
  return place[0] >= inOrderOfReading.length ? null : JSON.stringify(place);
}

function cellOf(row: Row, column: string): string | number {
  const value = row[column];
  if (typeof value === "string" || typeof value === "number") return value;
  throw new Error(`${column} is no column to order rows by`);
}

function toTold({ kind, secret = [] }: AnyTable, row: Row, userId: string): PersonalRow {
  const told = Object.entries(row).filter(([column]) => !secret.includes(column));
  const data = Object.fromEntries(told.map(([column, value]) => [column, toValue(column, value)]));
  return { kind, data: kind === "audit_entry" ? withoutOthers(data, userId) : data };
}

const moment = /_at$|_until$|^hour$/;

function toValue(column: string, value: unknown): unknown {
  if (typeof value === "number" && moment.test(column)) return new Date(value).toISOString();
  // What is stored as JSON.
  if (typeof value === "string" && /^[[{]/.test(value)) return parsed(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Who else has done something with somebody is no data of his. */
function withoutOthers(data: Row, userId: string): Row {
  const isHis = data["actor_user_id"] === userId || data["actor_id"] === userId;
  return isHis ? data : { ...data, actor_name: "", actor_id: null, actor_user_id: null, address: "", user_agent: "" };
}
