// Lines of the journal are stored by ways of their own, where the database works in a thread: what becomes of them must be what
// becomes of the same records one by one.

import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { newId } from "@ghostllm/contract";
import type { OpenStore } from "#control/store/open-store.ts";
import { SketchSum } from "#control/store/usage/sketch-sum.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { encodeRecord } from "#link/journal/record-line.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated } from "./store-support/open.ts";
import { createRandom, createRecord } from "./store-support/records.ts";
import { summarizeUsage } from "./support/usage-summary.ts";

const hour = 1_764_000_000_000 - (1_764_000_000_000 % 3_600_000);
const names = ["gpt-4o", "", "a\0b", "a", "b\0c", "half \ud800", "x".repeat(300), `${"x".repeat(300)}y`, "grün 👻"];

function randomRecords(seed: number, owners: readonly Pick<UsageRecord, "userId" | "apiKeyId">[]) {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  };
  const maybe = <Item>(item: Item): Item | null => (random() < 0.5 ? item : null);
  const left = { providerId: "i", provider: "p", startedMs: 0, ms: 5, status: 529, restMs: 1 };
  return Array.from({ length: 150 }, () => {
    const createdAt = hour + below(3 * 3_600_000);
    return createRecord({
      ...{ ...pick(owners), createdAt, id: newId(createdAt), modelId: maybe("m"), providerId: maybe(pick(names)) },
      ...{ provider: pick(names), model: pick(names), requestedModel: pick(names), dialect: maybe("gemini") },
      ...{ streamed: random() < 0.5, status: pick(["ok", "error", "client_abort"] as const), errorCode: maybe("e") },
      ...{ promptTokens: below(3), cachedTokens: below(2), costNanos: maybe(below(2) * 9_007_199_254), webSearches: 0 },
      ...{ unansweredCostNanos: maybe(below(2)), chargedNanos: maybe(below(5)), serviceClass: maybe("flex") },
      ...{ latencyMs: random() * 5_000, ttftMs: maybe(random() * 300), overheadUs: maybe(below(9)), attempts: 2 },
      ...{ trail: maybe([{ ...left, model: pick(names), reason: maybe("x") }]), userAgent: maybe(pick(names)) },
      ...{ estimated: random() < 0.5, usageBounded: random() < 0.5, geography: null, priceVersion: maybe("p") },
    });
  });
}

interface Stored {
  readonly latency_sketch: string;
  readonly ttft_sketch: string;
}

/** All that usage changes. Sketches say the same in whatever order they were joined. */
async function readAll({ database: { kysely } }: OpenStore) {
  const rows = async (text: string) => (await sql.raw<Record<string, unknown>>(text).execute(kysely)).rows;
  const hours = await kysely.selectFrom("usage_hourly").selectAll().execute();
  const told = ({ latency_sketch: latencies, ttft_sketch: firstTokens, ...row }: Stored) =>
    JSON.stringify({
      ...row,
      latencies: new SketchSum([latencies]).percentiles(),
      ttft: new SketchSum([firstTokens]).percentiles(),
    });
  return {
    logs: await rows("select * from usage_logs order by id"),
    hours: hours.map(told).toSorted(),
    spend: await rows("select * from spend order by scope_kind, scope_id, period"),
    keys: await rows("select name, last_used_at from api_keys order by name"),
  };
}

describe.each(availableEngines())("lines of the journal on $name", (engine) => {
  const opened: { readonly database: TestDatabase; readonly store: OpenStore }[] = [];

  async function start() {
    const database = await engine.create();
    const store = await openMigrated(database);
    opened.push({ database, store });
    return store;
  }

  afterEach(async () => {
    for (const { database, store } of opened.splice(0)) {
      await store.close();
      await database.dispose();
    }
  });

  it("are stored as their records are", { timeout: 60_000 }, async () => {
    const [byLines, byRecords] = [await start(), await start()];
    const user = await byLines.users.create(newUser("ada@example.com"));
    const keys = [await byLines.apiKeys.create(newKey(user, "one")), await byLines.apiKeys.create(newKey(user, "two"))];
    for (const table of ["users", "api_keys"] as const)
      for (const row of await byLines.database.kysely.selectFrom(table).selectAll().execute())
        await byRecords.database.kysely.insertInto(table).values(row).execute();
    const owners = [...keys.map(({ id }) => ({ userId: user.id, apiKeyId: id })), { userId: "gone", apiKeyId: "gone" }];
    for (const seed of [1, 2, 3]) {
      const records = randomRecords(seed, owners);
      const again = records.slice(0, 40);
      const lines = Buffer.from([...records, ...again].map(encodeRecord).join(""));
      expect(await byLines.usage.drain(lines)).toEqual({
        ...{ stored: 190, added: 150, refused: [] },
        oldest: Math.min(...records.map(({ createdAt }) => createdAt)),
      });
      expect(await byLines.usage.drain(Buffer.from(again.map(encodeRecord).join("")))).toMatchObject({ added: 0 });
      for (let at = 0; at < records.length; at += 7) await byRecords.usage.insert(records.slice(at, at + 7));
    }
    const stored = await readAll(byLines);
    expect(stored.logs).toHaveLength(450);
    expect(stored).toEqual(await readAll(byRecords));
  });

  it("that the database refuses stand aside, and nothing of them is counted", async () => {
    const store = await start();
    const good = Array.from({ length: 60 }, (_, index) => createRecord({ createdAt: hour + index, costNanos: 7 }));
    // The journal's border takes any finite number, and no column does.
    const bad = createRecord({ createdAt: hour, latencyMs: 1e300, costNanos: 7 });
    const lines =
      [...good.slice(0, 30), bad].map(encodeRecord).join("") + "torn\n" + good.slice(30).map(encodeRecord).join("");
    const { stored, added, refused } = await store.usage.drain(Buffer.from(lines));
    expect({ stored, added }).toEqual({ stored: 60, added: 60 });
    expect(refused.map(({ id }) => id)).toEqual(["unknown", bad.id]);
    expect((await summarizeUsage(store, "user"))[0]?.costNanos).toBe(60 * 7);
  });
});
