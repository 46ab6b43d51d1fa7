// The pages of a list as they were read, and what is put before them: all pure.
// Invariant: a row is in it once, and what follows the last one is read by its id.

import type { InfiniteData } from "@tanstack/react-query";
import type { RequestPage, RequestRow } from "#api/queries.ts";

export type RequestPages = InfiniteData<RequestPage>;

/** So many stay while new ones come; what is older is read again when somebody scrolls there. */
const mostKept = 500;

export function rowsOf(pages: RequestPages): readonly RequestRow[] {
  return pages.pages.flatMap(({ data }) => data);
}

/** Newest first. */
export function withNewest(pages: RequestPages, told: readonly RequestRow[]): RequestPages {
  const rows = rowsOf(pages);
  const last = rows.at(-1);
  const isEnd = pages.pages.at(-1)?.next === null;
  const known = new Set(rows.map(({ id }) => id));
  // What took so long that it belongs further down is read with what is there.
  const fresh = told.filter((row) => !known.has(row.id) && (isEnd || last === undefined || newerFirst(row, last) < 0));
  if (fresh.length === 0) return pages;
  const all = [...fresh, ...rows].toSorted(newerFirst);
  const data = all.slice(0, mostKept);
  const hasMore = !isEnd || all.length > data.length;
  const next = hasMore ? (data.at(-1)?.id ?? null) : null;
  const [first] = pages.pages;
  const page = { data, next, count: countOf(pages, fresh.length), kept_since: first?.kept_since ?? null };
  return { pages: [page], pageParams: [undefined] };
}

function countOf({ pages }: RequestPages, more: number): RequestPage["count"] {
  const count = pages[0]?.count ?? null;
  return count === null || !count.is_exact ? count : { ...count, value: count.value + more };
}

/** By when they arrived: those that took long are told after others that came later. */
function newerFirst(a: RequestRow, b: RequestRow): number {
  return compare(b.created_at, a.created_at) || compare(b.id, a.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
