// Requests that are the same at the same time: one of them is asked, and the others wait for it.

import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { chatPath, pause, TestClock } from "./support/stage.ts";

let stage: CachedStage;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  stage = await startCachedStage({ clock });
});
afterEach(() => stage.close());

describe("requests that are the same at the same time", () => {
  const slow = (text: string, stream = false): Script => ({
    kind: "slow-headers",
    delayMs: 150,
    of: told(text, stream),
  });
  const ask = async (change: object = {}): Promise<readonly [number, string | null, string]> => {
    const response = await stage.ask(chatPath, { ...hello, ...change });
    return [response.status, cacheOf(response), await response.text()];
  };

  it("are one to the vendor: a hundred, whole and streamed", async () => {
    stage.upstream.script([slow("once"), told("twice")]);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => ask({ stream: at % 2 === 1 })));
    expect(stage.asks()).toBe(1);
    expect(answers.every(([status, , text]) => status === 200 && text.includes("once"))).toBe(true);
    expect(answers.filter(([, cache]) => cache === "miss")).toHaveLength(1);
    expect(stage.gateway.records.filter(({ cache }) => cache === "hit")).toHaveLength(99);
    expect(stage.gateway.records.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)).toBe(23_000);
  });

  it("are asked by each himself where the first one fails", async () => {
    stage.upstream.script([{ kind: "slow-headers", delayMs: 150, of: { kind: "error", status: 400 } }, told("well")]);
    const first = ask();
    await stage.upstream.waitForRequest(1);
    const others = await Promise.all([ask(), ask(), ask()]);
    expect((await first)[0]).toBe(400);
    expect(others.map(([status, cache]) => [status, cache])).toEqual([1, 2, 3].map(() => [200, "miss"]));
    expect(stage.asks()).toBe(4);
  });

  it("are asked by one of the others where the first client leaves", async () => {
    stage.upstream.script([{ kind: "slow-headers", delayMs: 5_000 }, slow("taken over"), told("too often")]);
    const leaving = new AbortController();
    const { signal } = leaving;
    const first = stage.ask(chatPath, hello, { signal }).catch(() => null);
    await stage.upstream.waitForRequest(1);
    const others = [ask(), ask({ stream: true }), ask()];
    await pause(50);
    leaving.abort();
    await first;
    const answers = await Promise.all(others);
    expect(answers.every(([status, , text]) => status === 200 && text.includes("taken over"))).toBe(true);
    expect(answers.filter(([, cache]) => cache === "hit")).toHaveLength(2);
    expect(stage.asks()).toBe(2);
  });

  it("end by themselves where their client does not wait", async () => {
    stage.upstream.script([{ kind: "slow-headers", delayMs: 400, of: told("late") }]);
    const first = ask();
    await stage.upstream.waitForRequest(1);
    const leaving = new AbortController();
    const { signal } = leaving;
    const second = stage.ask(chatPath, hello, { signal }).catch(() => null);
    await pause(50);
    leaving.abort();
    await second;
    expect((await first)[2]).toContain("late");
    await pause(20);
    expect(stage.gateway.records).toHaveLength(1);
    const uses = await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect(uses[0]).toMatchObject({ reservedNanos: 0 });
  });

  it("are not waited for by who asks for nothing that is kept", async () => {
    stage.upstream.script([slow("first"), told("second")]);
    const first = ask();
    await stage.upstream.waitForRequest(1);
    const response = await stage.ask(chatPath, hello, { headers: { "cache-control": "no-cache" } });
    expect(await response.text()).toContain("second");
    expect((await first)[2]).toContain("first");
  });
});
