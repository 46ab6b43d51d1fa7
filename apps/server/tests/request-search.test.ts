// What few requests have and no index knows is looked for in one part of the time after the other: no answer takes long, and whoever goes on
// finds all there is, each once and in its order.

import { newId, timeOfId } from "@ghostllm/contract";
import { expect, it } from "vitest";
import { searchRequests } from "#control/resources/request-search.ts";
import type { UsageStore } from "#control/store/usage-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

const dayMs = 24 * 3_600_000;
const now = Date.parse("2026-06-01T12:00:00Z");
const records = [0.1, 0.2, 3, 3, 40, 41, 200, 390, 390.5].map((days) => {
  const createdAt = Math.round(now - days * dayMs);
  return { id: newId(createdAt - 90_000), createdAt } as UsageRecord;
});

/** A log that takes its time for every day that it looks through. */
function slowLog(msPerDay: number): Pick<UsageStore, "list"> {
  return {
    list: async (
      { from = 0, to = now },
      { limit, after },
      _reach,
      { isAscending } = { by: "time", isAscending: false },
    ) => {
      const until = performance.now() + Math.min(60, ((to - from) / dayMs) * msPerDay);
      while (performance.now() < until);
      const sign = isAscending ? 1 : -1;
      const compare = (one: Place, other: Place): number =>
        sign * (one.createdAt - other.createdAt || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
      const last = records.find(({ id }) => id === after) ?? (after === undefined ? undefined : cursorOf(after));
      const found = records.filter(({ createdAt }) => createdAt >= from && createdAt < to).toSorted(compare);
      return found.filter((record) => last === undefined || compare(record, last) > 0).slice(0, limit);
    },
  };
}

type Place = Pick<UsageRecord, "id" | "createdAt">;

function cursorOf(id: string): Place {
  return { id, createdAt: timeOfId(id) ?? 0 };
}

async function readAll(msPerDay: number, isAscending: boolean, filter: object) {
  const [ids, times]: [string[], number[]] = [[], []];
  for (let after: string | undefined; ;) {
    const startedAt = performance.now();
    const page = { limit: 2, ...(after !== undefined && { after }) };
    const found = await searchRequests({ usage: slowLog(msPerDay), filter, page, reach: "all", isAscending, now });
    times.push(performance.now() - startedAt);
    ids.push(...found.records.map(({ id }) => id));
    if (found.next === null) return { ids, times };
    after = found.next;
  }
}

const newestFirst = records.toSorted((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1));

it.each([
  { what: "quick", msPerDay: 0 },
  { what: "slow", msPerDay: 15 },
])("finds all, however $what the log is, in both directions", async ({ msPerDay }) => {
  const from = now - 400 * dayMs;
  const falling = await readAll(msPerDay, false, { dialect: "gemini", from });
  expect(falling.ids).toEqual(newestFirst.map(({ id }) => id));
  const rising = await readAll(msPerDay, true, { model: "rare", from });
  expect(rising.ids).toEqual(newestFirst.map(({ id }) => id).toReversed());
  if (msPerDay > 0) expect(falling.times.length, "it went on in several answers").toBeGreaterThan(8);
});

it("looks at all of the time at once where there is an index", async () => {
  let calls = 0;
  const usage: Pick<UsageStore, "list"> = { list: async () => ((calls += 1), records.slice(0, 2)) };
  const search = { usage, page: { limit: 5 }, reach: "all", isAscending: false, now } as const;
  expect(await searchRequests({ ...search, filter: { apiKeyId: "one" } })).toMatchObject({ next: null, isWhole: true });
  expect(calls).toBe(1);
});
