import { setImmediate as nextTurn } from "node:timers/promises";

const atOnce = 1_000;

/** As `map` does, with turns of the event loop between. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  toResult: (item: Item) => Result,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    if (at > 0) await nextTurn();
    for (const item of items.slice(at, at + atOnce)) results.push(toResult(item));
  }
  return results;
}
