import { setImmediate as yieldToEventLoop } from "node:timers/promises";

/** Page by id, which is by time of creation. `after` is the last id of the page before. */
export interface Page {
  readonly limit: number;
  readonly after?: string;
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
