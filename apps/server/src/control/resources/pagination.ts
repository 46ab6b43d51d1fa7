import type { Page } from "#control/store/page.ts";

interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

interface ApiPage<Item> {
  readonly data: Item[];
  readonly next: string | null;
}

/** Reads one row more than asked for, which tells whether there is a next page. */
export async function readPage<Row extends { readonly id: string }, Item>(
  { limit, after }: PageQuery,
  list: (page: Page) => Promise<readonly Row[]>,
  toItem: (row: Row) => Item | Promise<Item>,
): Promise<ApiPage<Item>> {
  const rows = await list({ limit: limit + 1, ...(after !== undefined && { after }) });
  const shown = rows.slice(0, limit);
  return {
    data: await Promise.all(shown.map(toItem)),
    next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** The same over rows that the store answers all at once. */
export function pageOf<Row extends { readonly id: string }>(rows: readonly Row[]) {
  const sorted = rows.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return async ({ limit, after }: Page): Promise<readonly Row[]> =>
    sorted.filter(({ id }) => after === undefined || id > after).slice(0, limit);
}
