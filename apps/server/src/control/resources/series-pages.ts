// All rows of a series, in the order of time, of which no more than some thousands are in memory. Each question is about a window of
// some buckets, which is longer where little happened; a window that has more rows is read in parts.

import type { Store } from "#control/store/store.ts";
import type { SeriesRow } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { timesOf, type SeriesPlan } from "./series-plan.ts";
import { pageMs } from "./streamed.ts";

const mostRows = 1_000;
/** Of the very first part, for which somebody waits. */
const firstRows = 250;
const mostBuckets = 1_024;

export async function* seriesPages(
  store: Pick<Store, "usage" | "within">,
  plan: SeriesPlan,
  reach: Reach,
): AsyncGenerator<readonly SeriesRow[]> {
  const read = (query: SeriesPlan) => store.within(pageMs, () => store.usage.series(query, reach));
  if (plan.bucket === null) return yield* partsOf(read, plan, true);
  const times = timesOf(plan);
  for (let [first, length] = [0, 1]; first < times.length;) {
    const window = windowOf(plan, times, first, length);
    let rows = 0;
    // Minutes are of the log, where a bucket has no more groups than it has requests.
    for await (const part of plan.source === "log" ? [await read(window)] : partsOf(read, window, first === 0)) {
      rows += part.length;
      if (part.length > 0) yield part;
    }
    first += length;
    length =
      rows > mostRows ? Math.max(1, length >> 1) : Math.min(mostBuckets, rows * 4 < mostRows ? length * 2 : length);
  }
}

type Read = (query: SeriesPlan) => Promise<readonly SeriesRow[]>;

async function* partsOf(read: Read, plan: SeriesPlan, isFirst: boolean): AsyncGenerator<readonly SeriesRow[]> {
  let limit = isFirst ? firstRows : mostRows;
  for (let after: SeriesRow | null = null; ;) {
    const rows: readonly SeriesRow[] = await read({ ...plan, part: { limit, after } });
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    after = rows.at(-1) ?? null;
    limit = mostRows;
  }
}

function windowOf(plan: SeriesPlan, times: readonly number[], first: number, length: number): SeriesPlan {
  const { from, to } = plan.filter;
  const begin = Math.max(from, times[first] ?? from);
  return { ...plan, filter: { ...plan.filter, from: begin, to: Math.min(to, times[first + length] ?? to) } };
}
