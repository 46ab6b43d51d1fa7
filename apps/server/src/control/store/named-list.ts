// Lists with names: what finds rows by words, and in which order they come. Each list says which columns are meant. Called by the files
// of this folder.

import { GhostError } from "@ghostllm/contract";
import { sql, type RawBuilder } from "kysely";
import { readCursor } from "./cursors.ts";
import type { NamedPage } from "./page.ts";

interface ListColumns {
  /** What the rows are known by. */
  readonly id: string;
  /** In which words are looked for. */
  readonly searched: readonly string[];
  /** By the name that an order has in the admin API. Texts come in the order of their letters, whether they are capitals or not. */
  readonly orders: Readonly<Record<string, { readonly text: string } | { readonly number: string }>>;
}

interface Narrowing {
  /** What belongs to the page. */
  readonly where: RawBuilder<boolean>;
  readonly order: RawBuilder<unknown>;
}

/** Later than any time: what never comes is the last. */
const never = Number.MAX_SAFE_INTEGER;

export function narrowed({ after, order, words = [] }: NamedPage, columns: ListColumns): Narrowing {
  const { by, isAscending } = order ?? { by: "created_at", isAscending: true };
  const [id, direction] = [sql.ref(columns.id), isAscending ? sql`asc` : sql`desc`];
  const behind = isAscending ? sql`>` : sql`<`;
  const found = words.map((word) => isFound(word, columns));
  const where = (place: RawBuilder<boolean> | null): RawBuilder<boolean> =>
    sql<boolean>`${sql.join([...found, place ?? sql`1 = 1`], sql` and `)}`;
  if (by === "created_at") {
    const place = after === undefined ? null : sql<boolean>`${id} ${behind} ${after}`;
    return { where: where(place), order: sql`${id} ${direction}` };
  }
  const column = columns.orders[by];
  if (column === undefined) throw new Error(`There is no order by ${by}`);
  const value = valueOf(column);
  const place = after === undefined ? null : sql<boolean>`(${value}, ${id}) ${behind} (${placeOf(column, after)})`;
  return { where: where(place), order: sql`${value} ${direction}, ${id} ${direction}` };
}

type OrderColumn = ListColumns["orders"][string];

function valueOf(column: OrderColumn): RawBuilder<unknown> {
  return "text" in column
    ? sql`lower(${sql.ref(column.text)})`
    : sql`coalesce(${sql.ref(column.number)}, ${sql.lit(never)})`;
}

function placeOf(column: OrderColumn, after: string): RawBuilder<unknown> {
  const { value, id } = readCursor(after);
  if ("text" in column) return sql`lower(${String(value)}), ${id}`;
  if (typeof value === "string")
    throw new GhostError("invalid_request_error", "after: It is of another order", { param: "after" });
  return sql`${value ?? never}, ${id}`;
}

function isFound(word: string, { searched }: ListColumns): RawBuilder<boolean> {
  const pattern = `%${word.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
  const conditions = searched.map((column) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`);
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
