// What only several instances over one Redis can show: they count together, lose Redis together, and know the same again.

import { GhostError } from "@ghostllm/contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import type { ThrowAwayRedis } from "../../../tools/redis.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { linkOver } from "./link-support/redis.ts";
import { createFaultyLink, type FaultyLink } from "./store-support/faulty-link.ts";
import { makeScope } from "./support/gateway.ts";
import { pause } from "./support/stage.ts";

const isThere = hasRedis();
const minute = 60_000;
const patience = { timeout: 15_000, interval: 25 };

let redis: ThrowAwayRedis;
/** What the database has as spent. */
let stored: ScopeMap<number>;
let keyPrefix = "";
let serial = 0;
const opened: RedisLink[] = [];
const ways: FaultyLink[] = [];

beforeAll(async () => {
  if (isThere) redis = await startRedis();
});

beforeEach(() => {
  stored = new ScopeMap();
  keyPrefix = `test-${(serial += 1)}`;
});

afterEach(async () => {
  for (const link of opened.splice(0)) await link.close();
  for (const way of ways.splice(0)) await way.close();
});

afterAll(async () => {
  if (isThere) await redis.dispose();
});

type Options = NonNullable<Parameters<typeof linkOver>[1]> & { readonly url?: string };

async function open({ url = redis.url, ...options }: Options = {}, unstored?: ScopeMap<number>): Promise<RedisLink> {
  const readSpent = async (scopes: readonly Scope[]) => scopes.map((scope) => stored.get(scope) ?? 0);
  // Slow is what a machine that is full looks like: for that Redis is not taken for away.
  const link = linkOver(url, { keyPrefix, readSpent, commandTimeoutMs: 2_000, ...options });
  await link.open({ spent: new ScopeMap(), objects: [], ...(unstored && { unstored }) });
  opened.push(link);
  return link;
}

function key(limits: Partial<LimitedScope["limits"]>, budgetNanos: number | null = null): LimitedScope {
  const { limits: none } = makeScope("key", "a");
  return makeScope("key", "a", { limits: { ...none, ...limits }, budgetNanos });
}

async function reserve(link: RedisLink, scope: LimitedScope, costNanos = 0) {
  const id = `request-${(serial += 1)}`;
  const wish = { id, scopes: [scope], tokens: 0, costNanos, lifetimeMs: minute };
  return { id, ...(await link.counters.reserve(wish)) };
}

async function untilAsked(...links: readonly RedisLink[]): Promise<void> {
  for (const link of links) await vi.waitFor(() => expect(link.awayBecause).toBeNull(), patience);
}

async function loseRedis(): Promise<void> {
  await redis.kill();
  await vi.waitFor(() => expect(opened.every(({ awayBecause }) => awayBecause !== null)).toBe(true), patience);
  await redis.start();
}

const reservedBy = async (link: RedisLink): Promise<number | undefined> =>
  (await link.counters.inUse([{ kind: "key", id: "a" }]))[0]?.reservedNanos;

describe.skipIf(!isThere)("instances over one Redis", () => {
  it("count together", async () => {
    const [one, other] = [await open(), await open()];
    const scope = key({ requestsPerMinute: 3, concurrentRequests: 2 });
    expect((await reserve(one, scope)).admitted).toBe(true);
    const second = await reserve(other, scope);
    expect(second.admitted).toBe(true);
    expect(await reserve(one, scope)).toMatchObject({ admitted: false, refusal: { reason: "concurrency" } });
    await other.counters.settle({ id: second.id, tokens: 0, costNanos: 0 });
    await vi.waitFor(async () => expect((await reserve(one, scope)).admitted).toBe(true), patience);
    expect(await reserve(other, scope)).toMatchObject({ admitted: false, refusal: { reason: "requests" } });
  });

  it("know after a loss what was spent, and what each of them holds: once, however many tell it", async () => {
    const [one, other] = [await open(), await open()];
    const scope = key({}, 1_000);
    stored.set(scope, 100);
    const [held, done] = [await reserve(one, scope, 200), await reserve(other, scope, 50)];
    await other.counters.settle({ id: done.id, tokens: 0, costNanos: 50 });
    await loseRedis();
    await untilAsked(one, other);
    for (const link of [one, other]) {
      await vi.waitFor(async () => {
        const refused = await reserve(link, scope, 651);
        expect(refused).toMatchObject({ admitted: false, refusal: { spentNanos: 150, reservedNanos: 200 } });
      }, patience);
    }
    expect(await one.counters.settle({ id: held.id, tokens: 0, costNanos: 120 })).toBe(120);
    await vi.waitFor(async () => expect(await reservedBy(other)).toBe(0), patience);
    expect(await reserve(other, scope, 731)).toMatchObject({ refusal: { spentNanos: 270 } });
    expect((await reserve(other, scope, 730)).admitted).toBe(true);
  });

  it("decide alone while Redis is away, each by its share, and tell it all of that afterwards", async () => {
    const [one, other] = [await open(), await open()];
    await vi.waitFor(() => expect([one.instances, other.instances]).toEqual([2, 2]), patience);
    const scope = key({ requestsPerMinute: 10 }, 1_000);
    expect((await reserve(other, scope, 100)).admitted).toBe(true);
    const before = await reserve(one, scope, 100);
    await redis.kill();
    await vi.waitFor(() => expect(one.awayBecause).not.toBeNull(), patience);
    // Of 800 that are left 400 are its own; and 5 requests a minute, of which one was before.
    expect((await reserve(one, scope, 401)).admitted).toBe(false);
    const alone = await reserve(one, scope, 400);
    expect(alone.admitted).toBe(true);
    expect(await reserve(one, scope, 1)).toMatchObject({ admitted: false, refusal: { reason: "budget" } });
    expect(await one.counters.settle({ id: before.id, tokens: 0, costNanos: 30 })).toBe(30);
    for (let turn = 0; turn < 3; turn += 1) expect((await reserve(one, scope)).admitted).toBe(true);
    expect(await reserve(one, scope)).toMatchObject({ admitted: false, refusal: { reason: "requests", limit: 5 } });
    await redis.start();
    await untilAsked(one, other);
    await vi.waitFor(async () => {
      const refused = await reserve(other, scope, 1_000);
      expect(refused).toMatchObject({ refusal: { spentNanos: 30, reservedNanos: 500 } });
      expect(refused.report.requests?.remaining).toBe(4);
    }, patience);
  });

  it.each([
    ["was only out of reach", (): Promise<void> => Promise.resolve()],
    ["has lost what it knew", () => redis.kill().then(() => redis.start())],
  ])("tell a Redis that %s when what they admitted alone was counted", async (_, happen) => {
    const way = await createFaultyLink(redis.url);
    ways.push(way);
    const [one, other] = [await open({ url: way.url }), await open()];
    await vi.waitFor(() => expect([one.instances, other.instances]).toEqual([2, 2]), patience);
    const scope = key({ requestsPerMinute: 10, tokensPerMinute: 1_000 });
    way.cut();
    await vi.waitFor(() => expect(one.awayBecause).not.toBeNull(), patience);
    const alone = await reserve(one, scope, 0);
    expect(alone.admitted).toBe(true);
    await one.counters.settle({ id: alone.id, tokens: 400, costNanos: 0 });
    await pause(3_000);
    await happen();
    way.mend();
    await untilAsked(one, other);
    const { report } = await reserve(other, scope);
    expect([report.requests?.remaining, report.tokens?.remaining]).toEqual([8, 600]);
    expect(report.tokens?.resetSeconds).toBeLessThanOrEqual(57);
  });

  it("hold what was granted to a running request while Redis was away, when it is back", async () => {
    const way = await createFaultyLink(redis.url);
    ways.push(way);
    const settings = { keyPrefix, commandTimeoutMs: 250, whenAway: { limits: "local", budgets: "allow" } } as const;
    const one = await open({ url: way.url, settings });
    const other = await open();
    const running = await reserve(one, key({}, 1_000), 100);
    expect(running.admitted).toBe(true);
    way.cut();
    await vi.waitFor(() => expect(one.awayBecause).not.toBeNull(), patience);
    expect(await one.counters.extend({ id: running.id, costNanos: 50 })).toBe(50);
    way.mend();
    await untilAsked(one);
    await vi.waitFor(async () => expect(await reservedBy(other)).toBe(150), patience);
    await one.counters.settle({ id: running.id, tokens: 0, costNanos: 120 });
    await vi.waitFor(async () => expect(await reservedBy(other)).toBe(0), patience);
  });

  it("count what one admitted alone among what others admitted meanwhile", async () => {
    const way = await createFaultyLink(redis.url);
    ways.push(way);
    const [one, other] = [await open({ url: way.url }), await open()];
    await vi.waitFor(() => expect([one.instances, other.instances]).toEqual([2, 2]), patience);
    const scope = { ...key({ requestsPerMinute: 1_000 }), windowMs: 6_000 };
    way.cut();
    await vi.waitFor(() => expect(one.awayBecause).not.toBeNull(), patience);
    for (let turn = 0; turn < 100; turn += 1) {
      for (const link of [one, other]) expect((await reserve(link, scope)).admitted).toBe(true);
    }
    await pause(3_000);
    const mendedAt = performance.now();
    way.mend();
    await untilAsked(one, other);
    const used = async () => (await other.counters.inUse([scope]))[0]?.requests;
    const atOnce = await used();
    if (performance.now() < mendedAt + 2_000) expect(atOnce).toBe(200);
    await vi.waitFor(async () => expect(await used()).toBe(0), patience);
    // What is told as of the reunion would stay for a whole window.
    expect(performance.now() - mendedAt).toBeLessThan(6_000 * slowdown());
  });

  it("know of what was admitted while one of them was telling Redis what it knew", async () => {
    const way = await createFaultyLink(redis.url);
    ways.push(way);
    const [one, other] = [await open({ url: way.url }), await open()];
    await vi.waitFor(() => expect([one.instances, other.instances]).toEqual([2, 2]), patience);
    const scope = key({ requestsPerMinute: 2_000 }, 1_000_000);
    expect((await reserve(one, scope, 10)).admitted).toBe(true);
    way.cut();
    await vi.waitFor(() => expect(one.awayBecause).not.toBeNull(), patience);
    // What is told takes its time, and requests come meanwhile.
    way.slow(15);
    way.mend();
    let admitted = 1;
    while (one.awayBecause !== null) {
      if ((await reserve(one, scope, 10)).admitted) admitted += 1;
      await pause(2);
    }
    const refused = await reserve(other, scope, 1_000_000);
    expect(refused).toMatchObject({ admitted: false, refusal: { reservedNanos: admitted * 10 } });
    expect(refused.report.requests?.remaining).toBe(2_000 - admitted);
  });

  it.each(["deny", "allow"] as const)("do as they are told while Redis is away: %s", async (word) => {
    const settings = { keyPrefix, commandTimeoutMs: 250, whenAway: { limits: word, budgets: word } };
    const link = await open({ settings });
    const scope = key({ requestsPerMinute: 1 }, 10);
    expect((await reserve(link, scope, 5)).admitted).toBe(true);
    await redis.kill();
    await vi.waitFor(() => expect(link.awayBecause).not.toBeNull(), patience);
    if (word === "allow") expect((await reserve(link, scope, 500)).admitted).toBe(true);
    else await expect(async () => reserve(link, scope, 5)).rejects.toThrow(GhostError);
    expect((await reserve(link, key({}))).admitted).toBe(true);
    await redis.start();
    await untilAsked(link);
  });

  it("carry out nothing that nobody waits for any more", async () => {
    const link = await open({ commandTimeoutMs: 250 });
    const scope = key({}, 1_000);
    expect((await reserve(link, scope, 10)).admitted).toBe(true);
    redis.signal("SIGSTOP");
    const startedAt = performance.now();
    const late = await Promise.all(Array.from({ length: 5 }, () => reserve(link, scope, 20)));
    expect(performance.now() - startedAt).toBeLessThan(2_000 * slowdown());
    await Promise.all(late.map(async ({ id }) => link.counters.settle({ id, tokens: 0, costNanos: 7 })));
    redis.signal("SIGCONT");
    await untilAsked(link);
    await vi.waitFor(async () => expect(await reservedBy(link)).toBe(10), patience);
    expect(await reserve(link, scope, 1_000)).toMatchObject({ refusal: { spentNanos: 35, reservedNanos: 10 } });
  });

  it("give back what an instance holds that is silent, and charge what it did all the same", async () => {
    const time = Date.now();
    const gone = await open({ serverTime: () => time });
    const scope = key({ concurrentRequests: 1 }, 100);
    const held = await reserve(gone, scope, 60);
    const other = await open({ serverTime: () => time + 14_000 });
    expect((await reserve(other, scope)).admitted).toBe(false);
    const later = await open({ serverTime: () => time + 29_500 });
    await vi.waitFor(async () => expect((await reserve(later, scope, 60)).admitted).toBe(true), patience);
    expect(await gone.counters.settle({ id: held.id, tokens: 0, costNanos: 30 })).toBe(30);
    await vi.waitFor(
      async () => expect(await reserve(later, key({}, 100), 50)).toMatchObject({ refusal: { spentNanos: 30 } }),
      patience,
    );
  });

  it("ask the database again where an instance has been started anew", async () => {
    const scope = key({}, 1_000);
    const other = await open();
    const before = await open({ instance: "restarted" });
    const { id } = await reserve(before, scope, 100);
    const lost = await reserve(before, scope, 300);
    await before.counters.settle({ id, tokens: 0, costNanos: 80 });
    expect(lost.admitted).toBe(true);
    // It was killed: 50 of the 80 had been stored, which nobody was told.
    stored.set(scope, 50);
    const pending = new ScopeMap<number>([[scope, 30]]);
    await open({ instance: "restarted" }, pending);
    await vi.waitFor(async () => {
      const refused = await reserve(other, scope, 1_000);
      expect(refused).toMatchObject({ refusal: { spentNanos: 80, reservedNanos: 0 } });
    }, patience);
  });

  it("charge once what one admits and another settles", async () => {
    const [one, other] = [await open(), await open()];
    const scope = key({ concurrentRequests: 1 }, 100);
    const { id } = await reserve(one, scope, 60);
    const scopes = [{ kind: "key", id: "a" }] as const;
    expect(await other.counters.settle({ id, tokens: 0, costNanos: null, scopes })).toBe(60);
    expect((await reserve(one, scope, 40)).admitted).toBe(true);
    expect(await reserve(one, key({}, 100), 1)).toMatchObject({ refusal: { spentNanos: 60, reservedNanos: 40 } });
  });

  it("hear each other's signals, and look again when they may have missed some", async () => {
    const [one, other] = [await open(), await open()];
    const heard: string[] = [];
    other.signals.listen("right_withdrawn", ({ right }) => void heard.push(right.id));
    let looked = 0;
    other.signals.listen("snapshot_changed", () => void (looked += 1));
    await one.signals.send({ kind: "right_withdrawn", right: { kind: "key", id: "k" } });
    await vi.waitFor(() => expect(heard).toEqual(["k"]), patience);
    expect(looked).toBe(0);
    await loseRedis();
    await vi.waitFor(() => expect(looked).toBe(1), patience);
    await untilAsked(one, other);
    await one.signals.send({ kind: "right_withdrawn", right: { kind: "key", id: "l" } });
    await vi.waitFor(() => expect(heard).toEqual(["k", "l"]), patience);
  });

  it("have what is kept by name together, and again after a loss", async () => {
    const [one, other] = [await open(), await open()];
    const owner = { userId: "ann", providerId: "p", model: "m", requestedModel: "m" };
    await one.owners.keep(["object"], owner);
    expect((await other.owners.find(["object"])).get("object")).toEqual(owner);
    await other.owners.keep(["object"], { ...owner, userId: "bob" });
    expect((await one.owners.find(["object"])).get("object")).toEqual(owner);
    await loseRedis();
    expect((await one.owners.find(["object"])).get("object")).toEqual(owner);
    await untilAsked(one, other);
    await vi.waitFor(async () => expect((await other.owners.find(["object"])).get("object")).toEqual(owner), patience);
  });
});
