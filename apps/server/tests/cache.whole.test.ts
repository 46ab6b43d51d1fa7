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

  it("it is kept no more when the alias says so", async () => {
    await ask("d");
    await server.admin.aliases.update({ params: { id: aliasId }, body: { cache: null } });
    expect(await vi.waitUntil(async () => (await ask("d"))[0] === null, patience)).toBe(true);
  });
});
