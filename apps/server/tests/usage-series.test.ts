// Usage over time and by group, as the dashboard and the page about usage ask for it.

import type { Client } from "@ghostllm/contract/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UsageRecord } from "#domain/usage-record.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { availableEngines } from "./store-support/engines.ts";

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  let bob: Client;
  const noon = Date.parse("2026-03-01T12:00:00Z");
  const usd = 1_000_000_000;
  const owners: Record<string, Pick<UsageRecord, "userId" | "apiKeyId">> = {};

  async function enroll(name: string): Promise<string> {
    const user = await plane.admin.users.create({ body: { email: `${name}@example.com`, username: name } });
    const key = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: `=${name}'s, "key"` } });
    owners[name] = { userId: user.id, apiKeyId: key.id };
    return key.key;
  }

  const record = (owner: string, minutes: number, change: Partial<UsageRecord> = {}): UsageRecord =>
    createRecord({
      ...{ ...owners[owner], createdAt: noon + minutes * 60_000, promptTokens: 100, completionTokens: 10 },
      ...{ costNanos: usd, latencyMs: 1000, ttftMs: 100, model: "gpt-5", requestedModel: "smart", ...change },
    });

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    await enroll("ada");
    bob = plane.as(await enroll("bob"));
    const small = { costNanos: usd / 10, model: "gpt-5-mini" };
    await plane.store.usage.insert([
      record("ada", 1),
      record("ada", 2, { latencyMs: 5000, ttftMs: null, status: "error" }),
      record("ada", 61, small),
      record("bob", 62, { ...small, latencyMs: 3000 }),
      record("bob", 63, { model: "o3", costNanos: null }),
      // The period before.
      record("ada", -100, { costNanos: 5 * usd }),
    ]);
  });
  afterAll(() => plane.close());

  const twoHours = { from: "2026-03-01T12:00:00Z", to: "2026-03-01T14:00:00Z" };

  describe("a series", () => {
    it("has the sum of all, with percentiles, for each bucket and for the whole", async () => {
      const { sum, times, groups, bucket } = await plane.admin.usage.series({ query: { ...twoHours, bucket: "hour" } });
      expect(times).toEqual(["2026-03-01T12:00:00.000Z", "2026-03-01T13:00:00.000Z"]);
      expect(bucket).toBe("hour");
      expect(sum.total).toMatchObject({
        requests: 5,
        errors: 1,
        cost_usd: "2.2",
        unpriced_requests: 1,
        prompt_tokens: 500,
      });
      expect(sum.points).toMatchObject({
        requests: [2, 3],
        errors: [1, 0],
        cost_usd: ["2", "0.2"],
        prompt_tokens: [200, 300],
      });
      expect(sum.total.latency_ms?.p50).toBeCloseTo(1000, -2);
      expect(sum.total.latency_ms?.p99).toBeGreaterThan(4800);
      expect(sum.points?.ttft_p50_ms.map((ms) => Math.round((ms ?? 0) / 10))).toEqual([10, 10]);
      expect(groups).toMatchObject([{ key: [], is_rest: false, total: { requests: 5 } }]);
    });

    it("has gaps where nothing was asked, and knows minutes", async () => {
      const query = { from: "2026-03-01T12:00:00Z", to: "2026-03-01T12:05:00Z" };
      const { sum, bucket } = await plane.admin.usage.series({ query });
      expect(bucket).toBe("minute");
      expect(sum.points?.requests).toEqual([0, 1, 1, 0, 0]);
      expect(sum.points?.latency_p95_ms.map((ms) => ms === null)).toEqual([true, false, false, true, true]);
    });

    it("is divided by model, the costliest first, and what is not told apart is the rest", async () => {
      const query = { ...twoHours, bucket: "hour", group_by: "model", top: 1 } as const;
      const { groups, group_count: count } = await plane.admin.usage.series({ query });
      expect(count).toBe(3);
      expect(groups).toMatchObject([
        { key: ["gpt-5"], is_rest: false, total: { requests: 2, cost_usd: "2" }, points: { requests: [2, 0] } },
        { key: [], is_rest: true, total: { requests: 3, cost_usd: "0.2" }, points: { requests: [0, 3] } },
      ]);
      const byErrors = await plane.admin.usage.series({ query: { ...query, order_by: "requests", top: 3 } });
      expect(new Set(byErrors.groups.map(({ key }) => key[0]))).toEqual(new Set(["gpt-5", "gpt-5-mini", "o3"]));
    });

    it("has a rest where groups may be many, too", async () => {
      const query = { ...twoHours, bucket: "hour", group_by: "key", top: 1 } as const;
      const { groups, group_count: count, sum } = await plane.admin.usage.series({ query });
      expect(count).toBe(2);
      expect(groups).toMatchObject([
        { key: [owners["ada"]?.apiKeyId], total: { requests: 3 }, points: { requests: [2, 1] } },
        { key: [], is_rest: true, total: { requests: 2 }, points: { requests: [0, 2] } },
      ]);
      expect(sum.points?.requests).toEqual([2, 3]);
      expect(sum.points?.latency_p50_ms.every((ms) => ms !== null)).toBe(true);
    });

    it("is divided by two dimensions, with names for ids", async () => {
      const query = { ...twoHours, bucket: "none", group_by: "user,model" } as const;
      const { groups, times } = await plane.admin.usage.series({ query });
      expect(times).toEqual([]);
      expect(groups.map(({ labels, total, points }) => [...labels, total.requests, points])).toEqual([
        ["ada", "gpt-5", 2, null],
        ["ada", "gpt-5-mini", 1, null],
        ["bob", "gpt-5-mini", 1, null],
        ["bob", "o3", 1, null],
      ]);
      expect(groups[0]?.key).toEqual([owners["ada"]?.userId, "gpt-5"]);
    });

    it("is compared with as long a time right before", async () => {
      const query = { ...twoHours, bucket: "none", group_by: "model", compare: "true" } as const;
      const { sum, groups } = await plane.admin.usage.series({ query });
      expect(sum.previous).toMatchObject({ requests: 1, cost_usd: "5" });
      expect(groups.map(({ key, previous }) => [key[0], previous?.requests])).toEqual([
        ["gpt-5", 1],
        ["gpt-5-mini", 0],
        ["o3", 0],
      ]);
    });

    it("begins its days where the reader's do", async () => {
      const query = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", bucket: "day" } as const;
      const tokyo = await plane.admin.usage.series({ query: { ...query, utc_offset_minutes: 540 } });
      expect(tokyo.times).toEqual(["2026-02-28T15:00:00.000Z", "2026-03-01T15:00:00.000Z"]);
      expect(tokyo.sum.points?.requests).toEqual([6, 0]);
      expect((await plane.admin.usage.series({ query })).sum.points?.requests).toEqual([6]);
    });

    it("is narrowed by what it is divided by", async () => {
      const read = async (filter: object) =>
        (await plane.admin.usage.series({ query: { ...twoHours, bucket: "none", ...filter } })).sum.total.requests;
      expect(await read({ model: "gpt-5-mini" })).toBe(2);
      expect(await read({ status: "failed" })).toBe(1);
      expect(await read({ user_id: owners["bob"]?.userId, requested_model: "smart" })).toBe(2);
    });

    it("shows a user his own alone", async () => {
      const { groups } = await bob.usage.series({ query: { ...twoHours, bucket: "none", group_by: "user" } });
      expect(groups.map(({ labels }) => labels)).toEqual([["bob"]]);
    });

    it.each([
      ["more dimensions than two", { group_by: "model,user,key" }],
      ["a dimension twice", { group_by: "model,model" }],
      ["one that there is not", { group_by: "colour" }],
      ["a time that ends before it begins", { from: "2026-03-02", to: "2026-03-01" }],
      ["minutes of a week", { from: "2026-03-01", to: "2026-03-08", bucket: "minute" }],
    ] as const)("refuses %s", async (_name, query) => {
      await expect(plane.admin.usage.series({ query })).rejects.toMatchObject({ status: 400 });
    });
  });

  describe("the export", () => {
    it("has a line for each time and group, and nothing in it is a formula", async () => {
      const csv = await plane.admin.usage.export({ query: { ...twoHours, bucket: "hour", group_by: "key,model" } });
      const lines = csv.split("\r\n");
      expect(lines[0]).toBe(
        "time,key,key_name,model,model_name,requests,errors,failed_attempts,prompt_tokens,completion_tokens,cached_tokens,cache_write_tokens,reasoning_tokens,cost_usd,saved_usd,unpriced_requests,latency_ms_p50,latency_ms_p95,latency_ms_p99,ttft_ms_p50,ttft_ms_p95,ttft_ms_p99",
      );
      expect(lines).toHaveLength(1 + 4 + 1);
      expect(lines[1]).toMatch(
        new RegExp(
          `^2026-03-01T12:00:00.000Z,${owners["ada"]?.apiKeyId},"'=ada's, ""key""",gpt-5,gpt-5,2,1,0,200,20,128,10,16,2,0,`,
        ),
      );
      const response = await plane.request("/admin/usage/export?bucket=none");
      expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    });
  });
});
