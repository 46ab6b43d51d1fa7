// Lists are read page by page, and kept as a whole.

import type { CallOptions } from "@ghostllm/contract/trusting-client";
import { queryOptions } from "@tanstack/react-query";

interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

export interface WholeList<Item> {
  readonly items: readonly Item[];
  /** False where there are more than are read at once. */
  readonly isWhole: boolean;
}

type ReadPage<Item> = (query: { limit: number; after?: string }, call: CallOptions) => Promise<Page<Item>>;

const mostItems = 10_000;

/** Lists are read whole, as far as that is sensible: they are filtered and sorted where they are shown. */
async function readAll<Item>(read: ReadPage<Item>, signal: AbortSignal): Promise<WholeList<Item>> {
  const items: Item[] = [];
  let after: string | null = null;
  do {
    const page: Page<Item> = await read({ limit: 500, ...(after !== null && { after }) }, { signal });
    items.push(...page.data);
    after = page.next;
  } while (after !== null && items.length < mostItems);
  return { items, isWhole: after === null };
}

export function listOptions<Item>(name: string, read: ReadPage<Item>, part: readonly string[] = ["list"]) {
  return queryOptions({
    queryKey: [name, ...part],
    queryFn: ({ signal }): Promise<WholeList<Item>> => readAll(read, signal),
  });
}
