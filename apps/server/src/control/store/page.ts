import { setImmediate as yieldToEventLoop } from "node:timers/promises";

export interface Order {
  /** As the admin API calls it. */
  readonly by: string;
  readonly isAscending: boolean;
}

/** Where it is left out it is by id, which is by time of creation. `after` says where the page before has ended (cursors.ts). */
export interface Page {
  readonly limit: number;
  readonly after?: string;
  readonly order?: Order;
}

/** A list with names. */
export interface NamedPage extends Page {
  /** Words of which each is somewhere in them. */
  readonly words?: readonly string[];
}

const pageSize = 500;

/** All pages of a list. The event loop gets a turn between them, since large stores have many. */
export async function readAll<Row extends { readonly id: string }>(
  list: (page: Page) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const after = rows.at(-1)?.id;
    const page = await list({ limit: pageSize, ...(after !== undefined && { after }) });
    rows.push(...page);
    if (page.length < pageSize) return rows;
    await yieldToEventLoop();
  }
}
