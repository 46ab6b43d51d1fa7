// Requests that are older than they are kept: found by nobody, then removed, little by little; what was counted of them stays.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetPastPeriods } from "#control/retention/past-periods.ts";
import { keepUsageLog } from "#control/retention/usage-log.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";

const dayMs = 24 * 3_600_000;
const everything = "all" as const;
const held = { signal: new AbortController().signal, holds: () => true };

describe.each(availableEngines())("retention on $name", (engine) => {
  let database: TestDatabase;
  const opened: OpenStore[] = [];

  beforeAll(async () => {
    database = await engine.create();
  });

  afterAll(async () => {
    for (const store of opened) await store.close();
    await database.dispose();
  });

  async function open(usageDays: number | null): Promise<OpenStore> {
    const store = await openMigrated(database, { usageDays });
    opened.push(store);
    return store;
  }

  const deps = (store: OpenStore) => ({ store, now: Date.now, monotonic: () => performance.now(), log: silentLog });

  it("older ones are not found, and then gone; sums and spend stay", async () => {
    const now = Date.now();
    const forever = await open(null);
    const old = Array.from({ length: 700 }, (_, place) =>
      createRecord({ createdAt: now - 100 * dayMs - place * 1_000 }),
    );
    const recent = [1, 29].map((days) => createRecord({ createdAt: now - days * dayMs }));
    expect(await forever.usage.insert([...old, ...recent])).toBe(702);
    const before = await readTotals(forever);
    expect(await forever.usage.count({}, 10_000, everything)).toBe(702);
    expect(await forever.usage.forget(1_000)).toBe(0);

    const store = await open(30);
    const ids = recent.map(({ id }) => id).toSorted();
    const list = async () => (await store.usage.list({}, { limit: 10 }, everything)).map(({ id }) => id).toSorted();
    expect(await list()).toEqual(ids);
    expect(await store.usage.count({}, 10_000, everything)).toBe(2);
    expect(await store.usage.find(old[0]?.id ?? "", everything)).toBeUndefined();
    expect(await store.usage.find(recent[0]?.id ?? "", everything)).toMatchObject({ id: recent[0]?.id });
    const series = {
      filter: { from: now - 365 * dayMs, to: now },
      bucket: null,
      dimensions: [],
      kept: null,
    } as const;
    expect(await store.usage.series({ ...series, source: "log" }, everything)).toMatchObject([{ requests: 2 }]);
    expect(await store.usage.series({ ...series, source: "rollups" }, everything)).toMatchObject([{ requests: 702 }]);

    await keepUsageLog(deps(store), held);
    const after = await readTotals(forever);
    expect(after.ids.toSorted()).toEqual(ids);
    expect(after.requests).toBe(702);
    expect(after.cost.hourly).toBe(before.cost.hourly);
    expect([after.cost.users, after.cost.keys]).toEqual([before.cost.users, before.cost.keys]);
  });

  it("periods of budgets that are long over are forgotten in small steps, and none that any budget still looks at", async () => {
    const own = await engine.create();
    const store = await openMigrated(own);
    const now = Date.UTC(2026, 10, 30, 12);
    const day = (daysAgo: number): string => new Date(now - daysAgo * dayMs).toISOString().slice(0, 10);
    const records = [0, 31, 62, 99, 100, 101, 140, 700].flatMap((daysAgo) =>
      Array.from({ length: daysAgo > 100 ? 150 : 1 }, (_, place) =>
        createRecord({
          ...{ userId: "u", apiKeyId: `key-${place}`, costNanos: 3, createdAt: now - daysAgo * dayMs },
          budgetPeriods: `key:${day(daysAgo)}/b1,key:total/b2`,
          providerCharges: `p=3,p:${day(daysAgo)}/b1=3`,
        }),
      ),
    );
    await store.usage.insert(records);
    const periods = async (id: string, kind: "key" | "provider" = "key") => {
      const listed = await store.spend.list({ limit: 10_000 });
      return listed.flatMap(({ scope }) => (scope.kind === kind && scope.id === id ? [scope.period ?? "life"] : []));
    };
    expect(await periods("key-0")).toHaveLength(10);
    const steps: number[] = [];
    const forget = async (before: string, most: number) => {
      const removed = await store.spend.forget(before, most);
      steps.push(removed);
      return removed;
    };
    const watched = { isUnavailable: store.isUnavailable, spend: { forget } };
    const given = { ...deps(store), store: watched, now: () => now };
    // The log is kept for longer than any budget looks back.
    await forgetPastPeriods({ ...given, usageDays: 365 }, held);
    const kept = [0, 31, 62, 99, 100].map(day);
    expect((await periods("key-0")).toSorted()).toEqual(
      [...kept, day(101), day(140)]
        .map((one) => `${one}/b1`)
        .concat("life", "total/b2")
        .toSorted(),
    );
    await forgetPastPeriods({ ...given, usageDays: null }, held);
    const left = kept
      .map((one) => `${one}/b1`)
      .concat("life", "total/b2")
      .toSorted();
    expect((await periods("key-0")).toSorted()).toEqual(left);
    expect(await periods("key-149")).toEqual(["life", "total/b2"].toSorted());
    expect(await periods("p", "provider")).toEqual(expect.arrayContaining(["life", `${day(99)}/b1`]));
    expect(Math.max(...steps)).toBeLessThanOrEqual(500);
    expect(steps.length).toBeGreaterThan(3);
    await store.close();
    await own.dispose();
  });

  it("one that comes late is counted, and is not found", async () => {
    const store = await open(30);
    const { requests, ids } = await readTotals(store);
    const late = createRecord({ createdAt: Date.now() - 400 * dayMs });
    expect(await store.usage.insert([late])).toBe(1);
    expect((await readTotals(store)).requests).toBe(requests + 1);
    expect(await store.usage.find(late.id, everything)).toBeUndefined();
    await keepUsageLog(deps(store), held);
    expect((await readTotals(store)).ids.toSorted()).toEqual(ids.toSorted());
  });
});

describe("removing", () => {
  const usageDeps = (forget: (most: number) => Promise<number>) => ({
    store: {
      usage: { prepare: async () => {}, forget },
      isUnavailable: (error: unknown) => error instanceof Error && error.message === "away",
    },
    now: Date.now,
    log: silentLog,
  });

  it("goes in steps that suit the database: smaller where they take long, larger where they do not", async () => {
    let clock = 0;
    const steps: number[] = [];
    let msPerRow = 0.4;
    const forget = async (most: number): Promise<number> => {
      steps.push(most);
      clock += most * msPerRow;
      if (steps.length === 5) msPerRow = 0.01;
      return steps.length < 10 ? most : 0;
    };
    await keepUsageLog({ ...usageDeps(forget), monotonic: () => clock }, held);
    expect(steps.slice(0, 5)).toEqual([100, 20, 20, 20, 20]);
    expect(steps.slice(5)).toEqual([20, 25, 31, 39, 49]);
  });

  it("ends with its lease, and leaves a database that is away alone", async () => {
    let steps = 0;
    const one = usageDeps(async (most) => ((steps += 1), most));
    await keepUsageLog({ ...one, monotonic: () => 0 }, { ...held, holds: () => steps < 3 });
    expect(steps).toBe(3);
    const away = usageDeps(() => Promise.reject(new Error("away")));
    await expect(keepUsageLog({ ...away, monotonic: () => 0 }, held)).resolves.toBeUndefined();
    const broken = usageDeps(() => Promise.reject(new Error("a fault of ours")));
    await expect(keepUsageLog({ ...broken, monotonic: () => 0 }, held)).rejects.toThrow("a fault of ours");
  });
});
