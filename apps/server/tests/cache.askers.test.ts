// Requests that are the same at the same time in several processes: one of them is asked, and the others wait for it.

import { randomBytes } from "node:crypto";
import type { Script } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import { MemoryAskers } from "#link/memory/askers.ts";
import { MemoryCache } from "#link/memory/cache.ts";
import type { Link } from "#link/link.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import type { ThrowAwayRedis } from "../../../tools/redis.ts";
import { linkOver } from "./link-support/redis.ts";
import { cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, pause, postJson, TestClock, waitFor } from "./support/stage.ts";

type Shared = Pick<Link, "cache" | "askers">;
type Told = readonly [status: number, cache: string | null, text: string];

const real = { now: () => Date.now(), monotonic: () => performance.now() };
const slow = (text: string): Script => ({ kind: "slow-headers", delayMs: 200, of: told(text) });
let stage: CachedStage;
let other: TestGateway;
let redis: ThrowAwayRedis;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  if (hasRedis()) redis = await startRedis();
});
afterEach(async () => {
  await other.close();
  await stage.close();
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  if (hasRedis()) await redis.dispose();
});

/** Two gateways, which know of each other what these tell. */
async function begin(one: Shared, another: Shared = one): Promise<void> {
  stage = await startCachedStage({ cache: one.cache, askers: one.askers });
  other = await startGateway(stage.gateway.deps.snapshots.current(), { cache: another.cache, askers: another.askers });
}

async function ask(gateway: TestGateway, change: object = {}, init: RequestInit = {}): Promise<Told> {
  const response = await postJson(gateway.url + chatPath, { ...hello, ...change }, init);
  return [response.status, cacheOf(response), await response.text()];
}

const inMemory = (): Shared => ({ cache: new MemoryCache(real), askers: new MemoryAskers(real) });

async function overRedis(keyPrefix: string): Promise<Shared> {
  const link = linkOver(redis.url, { keyPrefix, commandTimeoutMs: 2_000 });
  await link.open({ spent: new ScopeMap(), objects: [] });
  await vi.waitFor(() => expect(link.awayBecause).toBeNull(), { timeout: 30_000, interval: 20 });
  closing.push(() => link.close());
  return link;
}

const engines = [
  { name: "one memory", start: async () => begin(inMemory()), isThere: true },
  {
    name: "one Redis",
    start: async () => {
      const prefix = `test-${randomBytes(6).toString("hex")}`;
      await begin(await overRedis(prefix), await overRedis(prefix));
    },
    isThere: hasRedis(),
  },
].filter(({ isThere }) => isThere);

describe.each(engines)("requests that are the same in two processes with $name", ({ start }) => {
  it("are one to the vendor: a hundred, whole and streamed", async () => {
    await start();
    stage.upstream.script([slow("once"), told("twice")]);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => ask(at % 2 === 0 ? stage.gateway : other, { stream: at % 4 > 1 })),
    );
    expect(stage.asks()).toBe(1);
    expect(answers.every(([status, , text]) => status === 200 && text.includes("once"))).toBe(true);
    expect(answers.filter(([, cache]) => cache === "miss")).toHaveLength(1);
    const records = [...stage.gateway.records, ...other.records];
    expect(records.filter(({ cache }) => cache === "hit")).toHaveLength(99);
  });

  it("are asked by each himself where the first one fails", async () => {
    await start();
    stage.upstream.script([{ kind: "slow-headers", delayMs: 200, of: { kind: "error", status: 400 } }, slow("well")]);
    const first = ask(stage.gateway);
    await stage.upstream.waitForRequest(1);
    const startedAt = performance.now();
    const others = await Promise.all([ask(other, { user: "a" }), ask(other, { user: "b" })]);
    expect((await first)[0]).toBe(400);
    expect(others.map(([status]) => status)).toEqual([200, 200]);
    expect(stage.asks()).toBeLessThanOrEqual(3);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it("are asked by another process where the first client leaves", async () => {
    await start();
    stage.upstream.script([{ kind: "slow-headers", delayMs: 20_000 }, slow("taken over")]);
    const leaving = new AbortController();
    const first = ask(stage.gateway, {}, { signal: leaving.signal }).catch(() => null);
    await stage.upstream.waitForRequest(1);
    const second = ask(other);
    await pause(100);
    expect(stage.asks()).toBe(1);
    leaving.abort();
    await first;
    expect((await second)[2]).toContain("taken over");
    expect(stage.asks()).toBe(2);
  });

  it("end when their own client leaves", async () => {
    await start();
    stage.upstream.script([{ kind: "slow-headers", delayMs: 600, of: told("late") }]);
    const first = ask(stage.gateway);
    await stage.upstream.waitForRequest(1);
    const leaving = new AbortController();
    const second = ask(other, {}, { signal: leaving.signal }).catch(() => null);
    await pause(100);
    leaving.abort();
    await second;
    expect((await first)[2]).toContain("late");
    await waitFor(() => stage.gateway.records.length === 1);
    const [use] = await other.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect([other.records.length, use?.reservedNanos]).toEqual([0, 0]);
  });
});

it("a process that is dead holds nobody up for longer than its lease", async () => {
  const clock = new TestClock();
  const askers = new MemoryAskers(clock);
  let taken = "";
  // Whoever asks for anything finds that somebody has it who will never say so again.
  const haunted: Link["askers"] = {
    take(name, asker, leaseMs) {
      if (taken === "") askers.take(name, "dead", leaseMs);
      taken = name;
      return askers.take(name, asker, leaseMs);
    },
    release: (name, asker, hasFailed) => askers.release(name, asker, hasFailed),
  };
  await begin({ cache: new MemoryCache(real), askers: haunted });
  stage.upstream.script(told("at last"));
  const asking = ask(stage.gateway);
  await waitFor(() => taken !== "");
  await pause(100);
  expect(stage.asks()).toBe(0);
  clock.ms += 5_000;
  expect((await asking)[2]).toContain("at last");
});
