// What another gateway has told of spending and usage: only what differs is added, whoever tells it again.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CarriedUsage } from "#control/store/imports/import-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { openMigrated } from "./store-support/open.ts";

const hour = Date.UTC(2026, 10, 3);

function usageOf(given: Partial<CarriedUsage> = {}): CarriedUsage {
  return {
    ...{ hour, userId: "u", apiKeyId: "k", teamId: "t", organisationId: "o" },
    ...{ provider: "openai", model: "gpt-4o", requestedModel: "smart", status: "ok" },
    sums: { requests: 7, promptTokens: 100, completionTokens: 20, cachedTokens: 5, costNanos: 1_234_567_891 },
    ...given,
  };
}

describe.each(availableEngines())("imports, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;

  beforeEach(async () => {
    database = await engine.create();
    store = await openMigrated(database);
  });

  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const key = { kind: "key", id: "k" } as const;
  const month = { ...key, period: "2026-11-01/b1" };

  it("charge what was spent, then what differs from it", async () => {
    const carry = (whole: number, inMonth: number) =>
      store.imports.carrySpend("other", [
        { scope: key, name: "ci", nanos: whole },
        { scope: month, name: "ci", nanos: inMonth },
      ]);
    expect((await carry(5_000, 3_000)).map(({ nanos }) => nanos)).toEqual([5_000, 3_000]);
    expect((await carry(5_000, 3_000)).map(({ nanos }) => nanos)).toEqual([0, 0]);
    expect((await carry(5_500, 2_000)).map(({ nanos }) => nanos)).toEqual([500, 0]);
    expect(await store.spend.of([key, month])).toEqual([5_500, 3_000]);
    const told = await store.audit.list({ limit: 10 }, {});
    expect(told.map(({ action }) => action)).toEqual(Array.from({ length: 3 }, () => "key.spend_carried"));
  });

  it("keep what several sources have told apart", async () => {
    await store.imports.carrySpend("one", [{ scope: key, name: "ci", nanos: 10 }]);
    await store.imports.carrySpend("other", [{ scope: key, name: "ci", nanos: 5 }]);
    await store.imports.carrySpend("one", [{ scope: key, name: "ci", nanos: 11 }]);
    expect(await store.spend.of([key])).toEqual([16]);
  });

  const read = (from: number, to: number) =>
    store.usage.series(
      { filter: { from, to }, source: "rollups", bucket: null, dimensions: ["provider", "team"], kept: null },
      "all",
    );

  it("add usage to the sums of reports once, in rows of hours and of days that are made of them already", async () => {
    expect(await store.imports.carryUsage("other", [usageOf()])).toEqual({ changed: 1, addedNanos: 1_234_567_891 });
    expect(await store.imports.carryUsage("other", [usageOf()])).toEqual({ changed: 0, addedNanos: 0 });
    while (await store.usage.addHourToDays());
    const more = usageOf({ sums: { ...usageOf().sums, requests: 9, costNanos: 1_234_567_890 } });
    expect(await store.imports.carryUsage("other", [more])).toEqual({ changed: 1, addedNanos: -1 });
    const dayMs = 24 * 3_600_000;
    const sums = { requests: 9, promptTokens: 100, cachedTokens: 5, costNanos: 1_234_567_890 };
    for (const to of [hour + 3_600_000, hour + dayMs])
      expect(await read(hour, to)).toMatchObject([{ group: ["imported: other/openai", "t"], ...sums }]);
  });
});
