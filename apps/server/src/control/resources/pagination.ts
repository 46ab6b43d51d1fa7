import { readCursor, writeCursor } from "#control/store/cursors.ts";
import type { NamedPage, Page } from "#control/store/page.ts";

interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Of a list with names. */
interface NamedQuery extends PageQuery {
  readonly q?: string | undefined;
  readonly order_by?: string | undefined;
  readonly order?: "asc" | "desc" | undefined;
}

interface ApiPage<Item> {
  readonly data: Item[];
  readonly next: string | null;
}

type Value = string | number | null;
/** What a row has in the orders of its list; by time of creation it is its id. */
type Orders<Row> = Readonly<Record<string, (row: Row) => Value>>;

/** The orders of most lists. */
export const byName = { name: ({ name }: { readonly name: string }) => name };

/** Reads one row more than asked for, which tells whether there is a next page. */
export async function readPage<Row extends { readonly id: string }, Item>(
  { limit, after }: PageQuery,
  list: (page: Page) => Promise<readonly Row[]>,
  toItem: (row: Row) => Item | Promise<Item>,
  cursorOf = ({ id }: Row): string => id,
): Promise<ApiPage<Item>> {
  const rows = await list({ limit: limit + 1, ...(after !== undefined && { after }) });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: await Promise.all(shown.map(toItem)),
    next: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** The same of a list with names, in the order that is asked for. */
export function readNamed<Row extends { readonly id: string }, Item>(
  query: NamedQuery,
  orders: Orders<Row>,
  list: (page: NamedPage) => Promise<readonly Row[]>,
  toItem: (row: Row) => Item | Promise<Item>,
): Promise<ApiPage<Item>> {
  const { q = "", order_by: by = "created_at", order = "asc" } = query;
  const words = q.split(/\s+/).filter((word) => word !== "");
  const named = (page: Page): Promise<readonly Row[]> =>
    list({ ...page, words, order: { by, isAscending: order === "asc" } });
  const value = orders[by];
  return readPage(query, named, toItem, (row) =>
    value === undefined ? row.id : writeCursor({ value: value(row), id: row.id }),
  );
}

/** The same over rows that the store answers all at once. `searched`: in which texts of a row words are looked for. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  orders: Orders<Row>,
  searched: (row: Row) => readonly string[],
) {
  return async ({ limit, after, order, words = [] }: NamedPage): Promise<readonly Row[]> => {
    const { by, isAscending } = order ?? { by: "created_at", isAscending: true };
    const value = orders[by];
    const placeOf = (row: Row): Place => [value === undefined ? "" : folded(value(row)), row.id];
    const place = after === undefined ? null : placeBehind(after, value !== undefined);
    const sign = isAscending ? 1 : -1;
    const found = rows.filter((row) => words.every((word) => has(searched(row), word)));
    const sorted = found.toSorted((left, right) => sign * compare(placeOf(left), placeOf(right)));
    return sorted.filter((row) => place === null || sign * compare(placeOf(row), place) > 0).slice(0, limit);
  };
}

type Place = readonly [Value, string];

function placeBehind(after: string, isSorted: boolean): Place {
  if (!isSorted) return ["", after];
  const { value, id } = readCursor(after);
  return [folded(value), id];
}

function folded(value: Value): Value {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function compare([left, leftId]: Place, [right, rightId]: Place): number {
  if (left === right) return leftId < rightId ? -1 : leftId > rightId ? 1 : 0;
  return String(left) < String(right) ? -1 : 1;
}

function has(texts: readonly string[], word: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
}
