// Requests as operators look for them: a list with its filters and its count, and one alone with all that is known of it.

import { newId } from "@ghostllm/contract";
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
  let ada: Owner;
  let bobs: Owner;
  let providerId: string;
  const noon = Date.parse("2026-03-01T12:00:00Z");
  const password = "correct horse battery";

  interface Owner {
    readonly userId: string;
    readonly apiKeyId: string;
  }

  /** Of plain text, at the price of gpt-4o in the list: 2.5 and 10 USD per million tokens, 1.25 for cached ones. */
  const plain = {
    ...{ cachedTokens: 400, cacheWriteTokens: 0, cacheWriteHourTokens: 0, audioPromptTokens: 0, cachedAudioTokens: 0 },
    ...{ audioCompletionTokens: 0, imagePromptTokens: 0, imageCompletionTokens: 0, reasoningTokens: 30 },
    ...{ webSearches: 0, fileSearches: 0, serviceClass: null, geography: null },
    ...{ promptTokens: 1001, completionTokens: 101, totalTokens: 1102 },
  };
  const costNanos = 601 * 2500 + 400 * 1250 + 101 * 10_000;

  async function enroll(email: string, name: string): Promise<Owner & { readonly key: string }> {
    const user = await plane.admin.users.create({ body: { email, username: name, password } });
    const key = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: `${name}'s laptop` } });
    return { userId: user.id, apiKeyId: key.id, key: key.key };
  }

  const record = (minutes: number, change: Partial<UsageRecord> = {}): UsageRecord =>
    createRecord({ ...ada, ...plain, costNanos, providerId, createdAt: noon + minutes * 60_000, ...change });

  const left = {
    providerId: "p",
    provider: "openai",
    model: "gpt-4o",
    startedMs: 2,
    ms: 40,
    status: 529,
    restMs: 9000,
  };
  const trail = [
    { ...left, reason: "provider_overloaded" },
    { ...left, provider: "groq", startedMs: 42, ms: 700, status: null, reason: null, restMs: 0 },
  ];

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    ada = await enroll("ada@example.com", "Ada");
    const other = await enroll("bob@example.com", "Bob");
    bob = plane.as(other.key);
    bobs = { userId: other.userId, apiKeyId: other.apiKeyId };
    const settings = { name: "openai", provider_type: "openai", api_key: "sk-something-long" };
    providerId = (await plane.admin.providers.create({ body: settings })).id;
    await plane.store.usage.insert([
      record(0),
      record(1, { status: "error", httpStatus: 502, errorCode: "provider_error", costNanos: 0, streamed: false }),
      record(2, { ...bobs, dialect: "anthropic-messages", requestedModel: "smart", model: "gpt-4.1", latencyMs: 9000 }),
      record(3, { status: "timeout", operation: "embeddings", provider: "groq", providerId: "p2", costNanos: null }),
      record(4, { attempts: 2, trail, provider: "groq", providerId: "p2", chargedNanos: 7, costNanos: 5_000_000_000 }),
    ]);
  });
  afterAll(() => plane.close());

  type Query = NonNullable<NonNullable<Parameters<Client["requests"]["list"]>[0]>["query"]>;

  const minutesOf = async (query: Query, client = plane.admin): Promise<readonly number[]> =>
    (await client.requests.list({ query })).data.map(({ created_at: at }) => (Date.parse(at) - noon) / 60_000);

  describe("the list", () => {
    it("is newest first, page by page, and its first page tells how many there are", async () => {
      const first = await plane.admin.requests.list({ query: { limit: 3 } });
      expect(first.count).toEqual({ value: 5, is_exact: true });
      const second = await plane.admin.requests.list({ query: { limit: 3, after: first.next ?? "" } });
      expect(second).toMatchObject({ count: null, next: null });
      const all = [...first.data, ...second.data].map(({ created_at: at }) => (Date.parse(at) - noon) / 60_000);
      expect(all).toEqual([4, 3, 2, 1, 0]);
    });

    it("shows of each what is asked most, with the names of whom it was for", async () => {
      const { data } = await plane.admin.requests.list({ query: { limit: 3 } });
      expect(data[0]).toMatchObject({
        ...{ user_name: "Ada", key_name: "Ada's laptop", key_public_id: expect.stringMatching(/^gk-/) },
        ...{ provider: "groq", attempts: 2, fell_back: true, cost_usd: "5", dialect: "openai-chat" },
      });
      expect(data[2]).toMatchObject({ user_name: "Bob", requested_model: "smart", fell_back: false });
      expect(data[0]).not.toHaveProperty("ip_address");
    });

    it.each<[string, Query, readonly number[]]>([
      ["time", { from: "2026-03-01T12:01:00Z", to: "2026-03-01T12:03:00Z" }, [2, 1]],
      ["model", { model: "gpt-4.1" }, [2]],
      ["alias", { requested_model: "smart" }, [2]],
      ["provider", { provider_id: "p2" }, [4, 3]],
      ["status", { status: "timeout" }, [3]],
      ["success", { status: "ok" }, [4, 2, 0]],
      ["failure", { status: "failed" }, [3, 1]],
      ["HTTP status", { http_status: 502 }, [1]],
      ["error", { error_code: "provider_error" }, [1]],
      ["dialect", { dialect: "anthropic-messages" }, [2]],
      ["operation", { operation: "embeddings" }, [3]],
      ["streaming", { streamed: "false" }, [1]],
      ["least cost, of which an unknown one has none", { min_cost_usd: "1" }, [4]],
      ["least latency", { min_latency_ms: 9000 }, [2]],
      ["several at once", { status: "ok", provider_id: "p2", streamed: "true" }, [4]],
      ["nothing that there is", { model: "none" }, []],
    ])("is narrowed by %s", async (_name, query, minutes) => {
      expect(await minutesOf(query)).toEqual(minutes);
      expect((await plane.admin.requests.list({ query })).count).toEqual({ value: minutes.length, is_exact: true });
    });

    it("has other orders", async () => {
      expect(await minutesOf({ order_by: "cost", limit: 2 })).toEqual([4, 2]);
      expect(await minutesOf({ order_by: "latency", limit: 1 })).toEqual([2]);
      expect(await minutesOf({ order: "asc" })).toEqual([0, 1, 2, 3, 4]);
      await expect(plane.admin.requests.list({ query: { order_by: "colour" as "cost" } })).rejects.toMatchObject({
        status: 400,
      });
    });

    it("is narrowed by user and key", async () => {
      expect(await minutesOf({ user_id: bobs.userId })).toEqual([2]);
      expect(await minutesOf({ api_key_id: ada.apiKeyId })).toEqual([4, 3, 1, 0]);
    });

    it("finds a request by the beginning of its id, in any case, and by all of it", async () => {
      const { data } = await plane.admin.requests.list({ query: { status: "timeout" } });
      const id = data[0]?.id ?? "";
      for (const part of [id, id.slice(0, 20), id.slice(0, 24), id.toUpperCase()])
        expect((await plane.admin.requests.list({ query: { id: part } })).data.map((row) => row.id)).toContain(id);
      expect((await plane.admin.requests.list({ query: { id } })).data).toHaveLength(1);
      await expect(plane.admin.requests.list({ query: { id: "100%" } })).rejects.toMatchObject({ status: 400 });
    });

    it("shows a user his own alone, and counts no others", async () => {
      const { data, count } = await bob.requests.list();
      expect(data.map(({ user_id: id }) => id)).toEqual([bobs.userId]);
      expect(count).toEqual({ value: 1, is_exact: true });
      expect(await minutesOf({ user_id: ada.userId }, bob)).toEqual([]);
    });
  });

  describe("one request", () => {
    const idAt = async (minutes: number): Promise<string> => {
      const from = new Date(noon + minutes * 60_000).toISOString();
      const to = new Date(noon + minutes * 60_000 + 1).toISOString();
      return (await plane.admin.requests.list({ query: { from, to } })).data[0]?.id ?? "";
    };

    it("has the arithmetic of its cost, which comes to the cost", async () => {
      const { price, charges, record: told } = await plane.admin.requests.get({ params: { id: await idAt(0) } });
      expect(price).toMatchObject({ cost_usd: told.cost_usd, factor: null, note: null, unanswered_usd: "0" });
      expect(price.lines).toEqual([
        { kind: "input", count: 601, per: "million", price_usd: "2.5", amount_usd: "0.0015025" },
        { kind: "cached_input", count: 400, per: "million", price_usd: "1.25", amount_usd: "0.0005" },
        { kind: "output", count: 71, per: "million", price_usd: "10", amount_usd: "0.00071" },
        { kind: "reasoning", count: 30, per: "million", price_usd: "10", amount_usd: "0.0003" },
      ]);
      const sum = (price.lines ?? []).reduce((all, { amount_usd: amount }) => all + Number(amount), 0);
      expect(sum).toBeCloseTo(Number(told.cost_usd), 12);
      expect(charges).toEqual([
        { kind: "key", id: ada.apiKeyId, name: "Ada's laptop", charged_usd: told.cost_usd },
        { kind: "user", id: ada.userId, name: "Ada", charged_usd: told.cost_usd },
      ]);
    });

    it("shows no lines that would not come to the cost, and says why", async () => {
      const { price, charges } = await plane.admin.requests.get({ params: { id: await idAt(4) } });
      expect(price).toMatchObject({ lines: null, cost_usd: "5", note: expect.stringContaining("price of then") });
      expect(charges[0]?.charged_usd).toBe("0.000000007");
      const unknown = await plane.admin.requests.get({ params: { id: await idAt(3) } });
      expect(unknown.price).toMatchObject({ lines: null, cost_usd: null, note: expect.stringContaining("unknown") });
    });

    it("has no lines where nothing was used", async () => {
      const { price } = await plane.admin.requests.get({ params: { id: await idAt(1) } });
      expect(price).toMatchObject({ lines: [], cost_usd: "0", note: null });
    });

    it("has its attempts one by one", async () => {
      const { record: told } = await plane.admin.requests.get({ params: { id: await idAt(4) } });
      expect(told.trail).toMatchObject([
        { provider: "openai", started_ms: 2, ms: 40, status: 529, reason: "provider_overloaded", rest_ms: 9000 },
        { provider: "groq", started_ms: 42, ms: 700, status: null, reason: null },
      ]);
    });

    it("of somebody else is none, and so is one that does not exist", async () => {
      const [own, others] = [await idAt(2), await idAt(0)];
      expect((await bob.requests.get({ params: { id: own } })).row.user_name).toBe("Bob");
      for (const id of [others, newId()])
        await expect(bob.requests.get({ params: { id } })).rejects.toMatchObject({ status: 404, code: "not_found" });
    });
  });
});

describe.each(availableEngines())("requests that are older than they are kept, on $name", (engine) => {
  const dayMs = 24 * 3_600_000;
  let plane: AdminPlane;
  const [old, recent] = [31, 29].map((days) => createRecord({ createdAt: Date.now() - days * dayMs }));
  const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create(), usageDays: 30 });
    if (old === undefined || recent === undefined) throw new Error("there are two");
    await plane.store.usage.insert([old, recent]);
  });
  afterAll(() => plane.close());

  it("are in no list, which tells where it ends", async () => {
    const { data, count, kept_since: since } = await plane.admin.requests.list({});
    expect(data.map(({ id }) => id)).toEqual([recent?.id]);
    expect(count).toEqual({ value: 1, is_exact: true });
    expect(Math.abs(Date.parse(since ?? "") - Date.parse(daysAgo(30)))).toBeLessThan(60_000);
  });

  it("are not found alone, which says why", async () => {
    await expect(plane.admin.requests.get({ params: { id: old?.id ?? "" } })).rejects.toThrow(
      /Requests of before \d{4}-.* are not kept \(retention\.usage_days\)/,
    );
    const unknown = newId();
    await expect(plane.admin.requests.get({ params: { id: unknown } })).rejects.toThrow(unknown);
  });

  it("are still counted by the hour, and no longer by the minute", async () => {
    const span = { from: daysAgo(31.05), to: daysAgo(30.95) };
    const series = await plane.admin.usage.series({ query: span });
    expect([series.bucket, series.sum.total.requests]).toEqual(["hour", 1]);
    const minutes = plane.admin.usage.series({ query: { ...span, bucket: "minute" } });
    await expect(minutes).rejects.toThrow("ask for hours");
  });
});
