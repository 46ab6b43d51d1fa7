// Answers for requests that come again, as every engine of link has to keep them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AnswerToKeep, Cache } from "#link/cache.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const minute = 60_000;
const invalidUtf8 = Buffer.from([0x00, 0xff, 0xfe, 0x0a, 0x80]);

function answerOf(name: string, change: Partial<AnswerToKeep> & { readonly body?: Buffer } = {}): AnswerToKeep {
  const { body = Buffer.from("{}"), ...rest } = change;
  const answer = { head: '{"v":1}', body, storedAt: 1_700_000_000_000 };
  return { name, answer, lifetimeMs: 60 * minute, alias: "a", key: "k", user: "u", ...rest };
}

describe.each(linkEngines)("the cache ($name)", ({ start }) => {
  let started: StartedLink;
  let cache: Cache;

  const isThere = async (name: string): Promise<boolean> => (await cache.find(name)) !== null;
  const entries = async (): Promise<number> => (await cache.use()).entries;

  beforeEach(async () => {
    started = await start();
    ({ cache } = started.link);
  });

  afterEach(() => started.close());

  it.each([
    ["text", Buffer.from('data: {"text":"Grüße\\n"}\n\n\n')],
    ["bytes that are no text", invalidUtf8],
    ["nothing", Buffer.alloc(0)],
  ])("answers %s as it was kept, with what it takes to read it", async (_, body) => {
    await cache.keep(answerOf("one", { body }));
    const found = await cache.find("one");
    expect(Buffer.from(found?.body ?? [])).toEqual(body);
    expect(found).toMatchObject({ head: '{"v":1}', storedAt: 1_700_000_000_000 });
    expect(await isThere("two")).toBe(false);
  });

  it("knows what was kept last, where a name comes again, and counts it once", async () => {
    await cache.keep(answerOf("one", { body: Buffer.from("first"), lifetimeMs: minute }));
    const before = await cache.use();
    await cache.keep(answerOf("one", { body: Buffer.from("other") }));
    expect(await cache.use()).toEqual(before);
    await started.advance(2 * minute);
    expect(Buffer.from((await cache.find("one"))?.body ?? []).toString()).toBe("other");
  });

  it("forgets each when its time is over", async () => {
    await cache.keep(answerOf("short", { lifetimeMs: minute }));
    await cache.keep(answerOf("long"));
    await started.advance(minute - 1);
    expect(await isThere("short")).toBe(true);
    await started.advance(1);
    expect([await isThere("short"), await isThere("long")]).toEqual([false, true]);
  });

  it("makes room by bytes, and takes nothing that has none", async () => {
    const small = await start({ cacheBytes: 10_000 });
    for (let number = 0; number < 50; number += 1)
      await small.link.cache.keep(
        answerOf(`n${number}`, { body: Buffer.alloc(1_000, "x"), lifetimeMs: minute + number }),
      );
    const use = await small.link.cache.use();
    expect(use.bytes).toBeLessThanOrEqual(10_000);
    expect(use.entries).toBeGreaterThan(3);
    expect(await small.link.cache.find("n49")).not.toBeNull();
    expect(await small.link.cache.find("n0")).toBeNull();
    await small.link.cache.keep(answerOf("large", { body: Buffer.alloc(20_000, "x") }));
    expect(await small.link.cache.find("large")).toBeNull();
    expect(await small.link.cache.find("n49")).not.toBeNull();
    await small.close();
  });

  it("forgets what an alias, a key or a user asked for, or all of it", async () => {
    const keepAll = async (): Promise<void> => {
      await cache.keep(answerOf("1", { alias: "a", key: "k", user: "u" }));
      await cache.keep(answerOf("2", { alias: "b", key: "k", user: "u" }));
      await cache.keep(answerOf("3", { alias: "a", key: "l", user: "u" }));
      await cache.keep(answerOf("4", { alias: "b", key: "m", user: "v" }));
    };
    await keepAll();
    expect([await cache.purge({ alias: "a" }), await isThere("1"), await isThere("2")]).toEqual([2, false, true]);
    await keepAll();
    expect([await cache.purge({ key: "k" }), await isThere("2"), await isThere("3")]).toEqual([2, false, true]);
    await keepAll();
    expect([await cache.purge({ user: "u" }), await isThere("3"), await isThere("4")]).toEqual([3, false, true]);
    await keepAll();
    expect([await cache.purge({ user: "u", alias: "a" }), await isThere("2")]).toEqual([2, true]);
    expect([await cache.purge({ user: "nobody" }), await entries()]).toEqual([0, 2]);
    expect([await cache.purge({}), await entries(), (await cache.use()).bytes]).toEqual([2, 0, 0]);
  });

  it("forgets many", async () => {
    await Promise.all(Array.from({ length: 1_500 }, async (_, number) => cache.keep(answerOf(`n${number}`))));
    expect([await cache.purge({ alias: "a" }), await entries()]).toEqual([1_500, 0]);
  });
});
