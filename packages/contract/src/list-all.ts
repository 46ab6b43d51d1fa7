interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly after?: string;
}

const pageSize = 500;

/** Every item of a list, through all of its pages. */
export async function listAll<Item>(list: (query: PageQuery) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | null = null;
  do {
    const page: Page<Item> = await list({ limit: pageSize, ...(after !== null && { after }) });
    items.push(...page.data);
    after = page.next;
  } while (after !== null);
  return items;
}
