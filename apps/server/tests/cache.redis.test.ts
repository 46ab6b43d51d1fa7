// Answers that are kept in Redis: all instances know them, and while it is away or slow there are none, which no client notices.

import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MeaningsOfAll } from "#compose/meanings-of-all.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { systemClock } from "#domain/clock.ts";
import { MemoryMeanings } from "#link/memory/meanings.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import type { ThrowAwayRedis } from "../../../tools/redis.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { linkOver } from "./link-support/redis.ts";
import { cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import { alike, asked, chat as semanticChat, startSemanticStage, unlike } from "./support/semantic-stage.ts";
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

  it("are found by their meaning at an instance that has asked no vendor, and forgotten at all", async () => {
    const prefix = newPrefix();
    const two = await Promise.all([open(prefix), open(prefix)]);
    const stages = await Promise.all(
      two.map(async (link) => {
        const meanings = new MeaningsOfAll(new MemoryMeanings(systemClock), true);
        const leave = meanings.join(link.signals);
        return { meanings, leave, stage: await startSemanticStage({ cache: link.cache, meanings }) };
      }),
    );
    const [one, other] = stages;
    if (one === undefined || other === undefined) throw new Error("there are two");
    // Of one installation: what is configured is the same.
    other.stage.gateway.swap(one.stage.gateway.deps.snapshots.current());
    one.stage.upstream.script([told("Hi"), told("Otherwise")]);
    const first = await one.stage.ask(chatPath, semanticChat(asked));
    expect([await first.text(), cacheOf(first)]).toEqual([expect.stringContaining("Hi"), "miss"]);
    await vi.waitFor(async () => expect((await other.meanings.use()).vectors).toBe(1), patience);
    const found = await other.stage.ask(chatPath, semanticChat(alike));
    expect(other.stage.last()?.why?.semantic).toEqual(["told", expect.any(Number), 0.5, expect.any(String)]);
    expect([await found.text(), cacheOf(found)]).toEqual([expect.stringContaining("Hi"), "hit"]);
    expect(one.stage.upstream.received).toHaveLength(1);
    const notAlike = await other.stage.ask(chatPath, semanticChat(unlike));
    expect([await notAlike.text(), cacheOf(notAlike)]).toEqual([expect.stringContaining("Otherwise"), "miss"]);
    await other.meanings.purge({});
    await vi.waitFor(async () => expect((await one.meanings.use()).vectors).toBe(0), patience);
    for (const { leave, stage } of stages) {
      leave();
      await stage.close();
    }
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
