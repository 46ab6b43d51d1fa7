// Answers that are kept in Redis: all instances know them, and while it is away or slow there are none, which no client notices.

import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import type { ThrowAwayRedis } from "../../../tools/redis.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { linkOver } from "./link-support/redis.ts";
import { cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import { chatPath } from "./support/stage.ts";

const patience = { timeout: 30_000, interval: 20 };
const kept = { lifetimeMs: 60_000, alias: "a", key: "k", user: "u" };
const answer = { head: "{}", body: Buffer.from("Hi"), storedAt: 0 };

let redis: ThrowAwayRedis;
const links: RedisLink[] = [];

beforeAll(async () => {
  if (hasRedis()) redis = await startRedis();
});
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});
afterAll(async () => {
  if (hasRedis()) await redis.dispose();
});

async function open(keyPrefix: string, commandTimeoutMs = 2_000): Promise<RedisLink> {
  const link = linkOver(redis.url, { keyPrefix, commandTimeoutMs });
  await link.open({ spent: new ScopeMap(), objects: [] });
  await vi.waitFor(() => expect(link.awayBecause).toBeNull(), patience);
  links.push(link);
  return link;
}

const newPrefix = (): string => `test-${randomBytes(6).toString("hex")}`;

describe.skipIf(!hasRedis())("answers that are kept in Redis", () => {
  it("are known to all instances of an installation, and to no other, and purged for all", async () => {
    const prefix = newPrefix();
    const [one, other, stranger] = [await open(prefix), await open(prefix), await open(newPrefix())];
    await one.cache.keep({ ...kept, name: "n", answer });
    expect(await other.cache.find("n")).toMatchObject({ head: "{}" });
    expect(await stranger.cache.find("n")).toBeNull();
    expect(await stranger.cache.purge({})).toBe(0);
    expect(await other.cache.purge({ user: "u" })).toBe(1);
    expect(await one.cache.find("n")).toBeNull();
  });

  it("are none while it does not answer: requests are asked of their vendor, within the time of one command", async () => {
    const link = await open(newPrefix(), 250);
    const stage = await startCachedStage({ cache: link.cache });
    stage.upstream.script(told("Hi"));
    const ask = async (): Promise<readonly [number, string | null]> => {
      const response = await stage.ask(chatPath, hello);
      await response.text();
      return [response.status, cacheOf(response)];
    };
    expect([await ask(), await ask()]).toEqual([
      [200, "miss"],
      [200, "hit"],
    ]);
    redis.signal("SIGSTOP");
    const startedAt = performance.now();
    for (let time = 0; time < 5; time += 1) expect(await ask()).toEqual([200, "miss"]);
    expect(performance.now() - startedAt).toBeLessThan(2_500 * slowdown());
    await expect(Promise.resolve(link.cache.purge({}))).rejects.toThrow();
    redis.signal("SIGCONT");
    await vi.waitFor(() => expect(link.awayBecause).toBeNull(), patience);
    await vi.waitFor(async () => expect(await ask()).toEqual([200, "hit"]), patience);
    await stage.close();
  });
});
