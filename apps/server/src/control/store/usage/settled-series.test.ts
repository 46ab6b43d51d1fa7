import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SeriesQuery, SeriesRow } from "#control/store/usage-store.ts";
import { addSums } from "#control/resources/usage-sums.ts";
import { SettledSeries } from "./settled-series.ts";
import { SketchSum } from "./sketch-sum.ts";

const hourMs = 3_600_000;
const noon = Date.parse("2026-03-01T12:00:00Z");
const now = noon + 20 * 60_000;

const ofDay: SeriesQuery = {
  filter: { from: noon - 23 * hourMs, to: noon + hourMs },
  source: "rollups",
  bucket: { ms: hourMs, offsetMs: 0 },
  dimensions: ["model"],
  kept: null,
};

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => void vi.useRealTimers());

function row(at: number): SeriesRow {
  return {
    ...{ ...addSums([]), at, group: ["gpt-5"] },
    ...{ latencies: SketchSum.nothing, firstTokens: SketchSum.nothing },
  };
}

/** A store with a row for each hour, that notes which time it was asked for, in hours from noon. */
function start(rowsOfHour = 1) {
  const asked: (readonly [number, number])[] = [];
  const settled = new SettledSeries(
    async ({ filter: { from, to } }) => {
      asked.push([(from - noon) / hourMs, (to - noon) / hourMs]);
      const hours = Array.from({ length: (to - from) / hourMs }, (_, index) => from + index * hourMs);
      return hours.flatMap((at) => Array.from({ length: rowsOfHour }, () => row(at)));
    },
    () => Date.now(),
  );
  const read = async (change: Partial<SeriesQuery> = {}, reach: "all" | [] = "all"): Promise<readonly number[]> =>
    (await settled.series({ ...ofDay, ...change }, reach)).map(({ at }) => (at - noon) / hourMs);
  return { asked, settled, read };
}

const hours = Array.from({ length: 24 }, (_, index) => index - 23);

it("reads the hours that are over once for all who ask, and those that still grow for each", async () => {
  const { asked, read } = start();
  expect(await read()).toEqual(hours);
  expect(await read()).toEqual(hours);
  expect(asked.toSorted(([one], [other]) => one - other)).toEqual([
    [-23, -1],
    [-1, 1],
    [-1, 1],
  ]);
});

it("reads them again after half a minute, and when an hour more is over", async () => {
  const { asked, read } = start();
  await read();
  await vi.advanceTimersByTimeAsync(29_000);
  await read();
  expect(asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(2_000);
  await read();
  expect(asked.slice(3)).toContainEqual([-23, -1]);
  vi.setSystemTime(noon + 61 * 60_000);
  await read();
  expect(asked.slice(5)).toContainEqual([-23, 0]);
});

it("reads them at once when something is stored of them, and not for what is stored of this hour", async () => {
  const { asked, settled, read } = start();
  await read();
  settled.noteStored(noon + 60_000);
  settled.noteStored(noon - 60_000);
  settled.noteStored(null);
  await read();
  expect(asked).toHaveLength(3);
  settled.noteStored(noon - 90 * 60_000);
  await read();
  expect(asked.slice(3)).toContainEqual([-23, -1]);
});

it.each([
  ["of one user", { filter: { ...ofDay.filter, userId: "ada" } }],
  ["of one key", { filter: { ...ofDay.filter, apiKeyId: "one" } }],
  ["by users", { dimensions: ["user"] }],
  ["of the log", { source: "log" }],
  ["in parts", { part: { limit: 10, after: null } }],
] satisfies readonly (readonly [string, Partial<SeriesQuery>])[])(
  "reads all anew of what hardly anybody else asks: %s",
  async (_, change) => {
    const { asked, read } = start();
    await read(change);
    await read(change);
    expect(asked).toEqual([
      [-23, 1],
      [-23, 1],
    ]);
  },
);

it("reads all anew of who may not see everything", async () => {
  const { asked, read } = start();
  await read();
  await read({}, []);
  expect(asked.at(-1)).toEqual([-23, 1]);
});

it("keeps no failure, and only so many rows", async () => {
  let isAway = true;
  let count = 0;
  const settled = new SettledSeries(async () => {
    count += 1;
    if (isAway) throw new Error("away");
    return Array.from({ length: 15_000 }, () => row(0));
  }, Date.now);
  const past = (from: number): SeriesQuery => ({ ...ofDay, filter: { from: noon - from * hourMs, to: noon - hourMs } });
  await expect(settled.series(past(2), "all")).rejects.toThrow("away");
  isAway = false;
  await settled.series(past(2), "all");
  await settled.series(past(2), "all");
  expect(count).toBe(2);
  await settled.series(past(3), "all");
  await settled.series(past(3), "all");
  expect(count).toBe(3);
  await settled.series(past(2), "all");
  expect(count).toBe(4);
});
