// Hours that are over hardly change any more, and are most of what every open dashboard asks for, every few seconds and all alike: they
// are read once in a while for all of them, and only the latest hours for each. What this store is given of hours that are over is seen at
// once; what other instances are given, after `keptMs`.

import { hasFewGroups, type SeriesQuery, type SeriesRow, type UsageStore } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";

type ReadSeries = UsageStore["series"];

interface Kept {
  readonly rows: Promise<readonly SeriesRow[]>;
  size: number;
}

const hourMs = 3_600_000;
/** A request is of the hour in which it began: the hour before this one still grows. */
const growingMs = hourMs;
const keptMs = 30_000;
/** Of all that are kept together: some 10 MB. */
const mostRows = 20_000;

export class SettledSeries {
  readonly #read: ReadSeries;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(read: ReadSeries, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  readonly series: ReadSeries = async (query, reach) => {
    const { from, to } = query.filter;
    const settledTo = Math.min(to, this.#settledTo());
    if (from >= settledTo || !isOfMany(query, reach)) return this.#read(query, reach);
    const settled = this.#keep({ ...query, filter: { ...query.filter, to: settledTo } });
    if (settledTo === to) return settled;
    const growing = this.#read({ ...query, filter: { ...query.filter, from: settledTo } }, reach);
    return (await Promise.all([settled, growing])).flat();
  };

  /** `oldest`: of what was stored, in epoch ms. */
  noteStored(oldest: number | null): void {
    if (oldest !== null && oldest < this.#settledTo()) this.#kept.clear();
  }

  #settledTo(): number {
    return Math.floor((this.#now() - growingMs) / hourMs) * hourMs;
  }

  #keep(query: SeriesQuery): Promise<readonly SeriesRow[]> {
    const name = JSON.stringify(query);
    const known = this.#kept.get(name);
    if (known !== undefined) return known.rows;
    const kept: Kept = { rows: this.#read(query, "all"), size: 0 };
    this.#kept.set(name, kept);
    const forget = (): void => {
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
    };
    kept.rows.then(({ length }) => {
      kept.size = length;
      this.#makeRoom();
      setTimeout(forget, keptMs).unref();
    }, forget);
    return kept.rows;
  }

  #makeRoom(): void {
    let rows = 0;
    for (const { size } of this.#kept.values()) rows += size;
    for (const [name, { size }] of this.#kept) {
      if (rows <= mostRows) return;
      this.#kept.delete(name);
      rows -= size;
    }
  }
}

/** What somebody asks of one user or key hardly anybody else asks. */
function isOfMany(query: SeriesQuery, reach: Reach): boolean {
  const { source, filter, kept, part } = query;
  const isOfOne = filter.userId !== undefined || filter.apiKeyId !== undefined;
  const isWhole = source === "rollups" && kept === null && part === undefined;
  return reach === "all" && isWhole && !isOfOne && hasFewGroups(query);
}
