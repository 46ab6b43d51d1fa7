// Answers that are kept, over all that a server is made of: with one thread and with two workers, in memory and in Redis.

import { randomBytes } from "node:crypto";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import { cacheOf, told } from "./support/cached-stage.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

const inRedis = async (): Promise<Record<string, string>> => ({
  REDIS_URL: (await startRedis()).url,
  GHOSTLLM_REDIS_KEY_PREFIX: `test-${randomBytes(6).toString("hex")}`,
});
const places: readonly (readonly [string, () => Promise<Record<string, string>>])[] = [
  ["in memory", async () => ({ SERVER_WORKERS: "1" })],
  ["in memory, with two workers", async () => ({ SERVER_WORKERS: "2" })],
  ...(hasRedis()
    ? ([["in Redis, with two workers", async () => ({ SERVER_WORKERS: "2", ...(await inRedis()) })]] as const)
    : []),
];

/** A machine that is full is no fault. */
const patience = { timeout: 20_000, interval: 100 };

describe.each(places)("kept %s", (_, environment) => {
  let vendor: FakeUpstream;
  let server: WholeServer;
  let key: string;
  let keyId: string;
  let aliasId: string;

  beforeAll(async () => {
    vendor = await startFakeUpstream();
    const vendors = { OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${vendor.url}/v1` };
    server = await startWholeServer({ ...vendors, ...(await environment()) });
    const { admin } = server;
    const user = await admin.users.create({ body: { email: "ada@example.com" } });
    ({ key, id: keyId } = await admin.apiKeys.create({ body: { name: "ada's", user_id: user.id } }));
    const targets = [{ provider: "openai", model: "gpt-4o" }];
    ({ id: aliasId } = await admin.aliases.create({ body: { name: "smart", targets, cache: {} } }));
  });
  beforeEach(() => vendor.clear());
  afterAll(async () => {
    await server.close();
    await vendor.close();
  });

  async function ask(content: string, change: object = {}): Promise<readonly [string | null, string]> {
    const body = { model: "smart", messages: [{ role: "user", content }], ...change };
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      // Another connection may lead to another worker.
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify(body),
    });
    return [cacheOf(response), await response.text()];
  }

  it("an answer is told again, whichever worker is asked, and its record says so", async () => {
    vendor.script([told("first"), told("second")]);
    expect((await ask("a"))[0]).toBe("miss");
    for (let time = 0; time < 8; time += 1)
      expect(await ask("a", { stream: time % 2 === 0 })).toEqual(["hit", expect.stringContaining("first")]);
    expect(vendor.received).toHaveLength(1);
    const recorded = async () => {
      const list = await server.admin.requests.list({ query: { api_key_id: keyId } }).catch(() => null);
      return list?.data.length === 9 ? list.data : null;
    };
    const [record] = await vi.waitUntil(recorded, patience);
    const { record: whole } = await server.admin.requests.get({ params: { id: record?.id ?? "" } });
    expect(whole).toMatchObject({ cache: "hit", cost_usd: "0", provider_id: null, total_tokens: 0 });
    expect(Number(whole.saved_usd)).toBeGreaterThan(0);
    const { sum } = await server.admin.usage.series({ query: { api_key_id: keyId } });
    expect(Number(sum.total.saved_usd)).toBeCloseTo(8 * Number(whole.saved_usd), 9);
    expect(sum.points?.saved_usd.at(-1)).toBe(sum.total.saved_usd);
  });

  it("it is forgotten when it is purged", async () => {
    vendor.script([told("first"), told("second"), told("third")]);
    await ask("b");
    expect((await ask("b"))[0]).toBe("hit");
    expect((await server.admin.cache.get({})).entries).toBeGreaterThan(0);
    expect((await server.admin.cache.purge({ query: { alias_id: aliasId } })).removed).toBeGreaterThan(0);
    expect(await ask("b")).toEqual(["miss", expect.stringContaining("second")]);
    expect((await server.admin.cache.purge({ query: { api_key_id: keyId } })).removed).toBe(1);
    expect(await ask("b")).toEqual(["miss", expect.stringContaining("third")]);
  });

  it("it is told by the metrics", async () => {
    await ask("c");
    await ask("c");
    const read = async () => {
      const headers = { authorization: `Bearer ${wholeAdminKey}` };
      const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
      return /ghostllm_cache_requests_total\{outcome="hit"\} [1-9]/.test(text) ? text : null;
    };
    const metrics = await vi.waitUntil(read, patience);
    expect(metrics).toMatch(/ghostllm_cache_entries [1-9]/);
    expect(metrics).toMatch(/ghostllm_cache_bytes [1-9]/);
    expect(metrics).toMatch(/ghostllm_cache_saved_usd_total 0\.0/);
  });

  it("a question of the same meaning is told it, whichever worker is asked, why says so, and it is forgotten with it", async () => {
    const { admin } = server;
    const semantic = { model: "openai/text-embedding-3-small", threshold: 0.5, timeout_ms: 5_000 };
    await admin.aliases.update({ params: { id: aliasId }, body: { cache: { semantic } } });
    vendor.script(({ path }) => (path.endsWith("/embeddings") ? { kind: "default" } : told("Like this.")));
    // Another worker may hear of the change a little later.
    const isMeant = async () =>
      (await ask(`How do I reset my password ${randomBytes(3).toString("hex")}?`)) &&
      (await admin.cache.get({})).vectors >= 2;
    expect(await vi.waitUntil(isMeant, patience)).toBe(true);
    await admin.cache.purge({ query: { alias_id: aliasId } });
    expect((await ask("How do I reset my password?"))[0]).toBe("miss");
    await vi.waitUntil(async () => (await admin.cache.get({})).vectors === 1, patience);
    const alike = [
      "How can I reset my password?",
      "Please tell me how to reset my password",
      "Could you show me how I reset my password?",
    ];
    for (const text of alike) expect(await ask(text)).toEqual(["hit", expect.stringContaining("Like this.")]);
    expect(await ask("How do I not reset my password?")).toEqual(["miss", expect.anything()]);
    expect((await admin.cache.get({})).semantic_hits).toBeGreaterThanOrEqual(3);
    // Until it is stored, the newest hit is one of the same words.
    const explained = async () => {
      const { data } = await admin.requests.list({ query: { api_key_id: keyId } });
      const hit = data.find(({ requested_model: model, cache }) => model === "smart" && cache === "hit");
      if (hit === undefined) return null;
      const { why } = await admin.requests.get({ params: { id: hit.id } });
      return why.semantic === null ? null : why;
    };
    const why = await vi.waitUntil(explained, patience);
    expect(why.semantic).toMatchObject({
      outcome: "told",
      threshold: 0.5,
      request_id: expect.any(String) as string,
      differences: [],
    });
    expect(why.semantic?.similarity).toBeGreaterThan(0.5);
    const embedding = async () =>
      (await admin.requests.list({ query: { api_key_id: keyId } })).data.find(
        (one) => one.requested_model === "semantic-cache:smart",
      ) ?? null;
    const made = await vi.waitUntil(embedding, patience);
    expect((await admin.requests.get({ params: { id: made.id } })).why.embedded_for).toEqual(expect.any(String));
    await admin.cache.purge({ query: { api_key_id: keyId } });
    expect(await admin.cache.get({})).toMatchObject({ vectors: 0, vector_bytes: 0 });
  });

  it("it is kept no more when the alias says so", async () => {
    await ask("d");
    await server.admin.aliases.update({ params: { id: aliasId }, body: { cache: null } });
    expect(await vi.waitUntil(async () => (await ask("d"))[0] === null, patience)).toBe(true);
  });
});
