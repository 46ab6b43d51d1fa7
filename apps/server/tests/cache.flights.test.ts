// Requests that are the same at the same time: one of them is asked, and the others wait for it.

import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cachedHello as hello, cacheOf, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { chatPath, pause, TestClock, waitFor } from "./support/stage.ts";

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

  it("do not wait for a client that does not read", async () => {
    await stage.close();
    const capacity = { cachedAnswerBytes: 100_000_000, heldBytes: 400_000_000, heldBytesPerKey: 400_000_000 };
    stage = await startCachedStage({ clock, capacity: { ...capacity, heldBytesPerAddress: 400_000_000 } });
    stage.upstream.script([{ kind: "huge", bytes: 40_000_000 }, told("its own", true)]);
    const leaving = new AbortController();
    const first = await stage.ask(chatPath, { ...hello, stream: true }, { signal: leaving.signal });
    const [status, cache, text] = await ask({ stream: true });
    expect([status, cache, text.includes("its own")]).toEqual([200, "miss", true]);
    await first.body?.cancel().catch(() => undefined);
    leaving.abort();
    await waitFor(() => stage.gateway.records.length === 2);
  });

  it("are told when it has come, also where the first client was kept alive meanwhile", async () => {
    await stage.close();
    stage = await startCachedStage({ timeouts: { streamKeepAliveMs: 20 } });
    stage.upstream.script([slow("whole"), told("twice")]);
    const answers = await Promise.all([ask({ stream: true }), ask({ stream: true }), ask()]);
    expect(answers.every(([status, , text]) => status === 200 && text.includes("whole"))).toBe(true);
    expect([stage.asks(), answers.some(([, , text]) => text.includes(": keep-alive"))]).toEqual([1, true]);
  });

  it("leave nothing behind, whoever leaves when", async () => {
    let seed = 20_261_130;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    stage.upstream.script({
      kind: "slow-headers",
      delayMs: 20,
      of: { kind: "chat", text: "one two three", paceMs: 5 },
    });
    const clients = Array.from({ length: 150 }, async (_, at) => {
      const leaving = new AbortController();
      await pause(random() * 200);
      const timer = random() < 0.7 ? setTimeout(() => leaving.abort(), random() * 60) : undefined;
      const body = { ...hello, stream: at % 2 === 0, messages: [{ role: "user", content: `q${at % 3}` }] };
      const init = { signal: leaving.signal, headers: { "x-ghostllm-cache-ttl": "1" } };
      const text = await stage.ask(chatPath, body, init).then(
        (one) => one.text(),
        () => null,
      );
      clearTimeout(timer);
      clock.ms += 100;
      return text;
    });
    const texts = await Promise.all(clients.map((client) => client.catch(() => null)));
    expect(texts.filter((text) => text?.includes("three")).length).toBeGreaterThan(30);
    await waitFor(() => stage.upstream.received.every((one) => one.aborted || one.answered));
    // Who waited for somebody who is gone would wait for ever.
    for (const at of [0, 1, 2]) expect((await ask({ messages: [{ role: "user", content: `q${at}` }] }))[0]).toBe(200);
    const uses = async () => (await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]))[0];
    await vi.waitFor(async () => expect(await uses()).toMatchObject({ running: 0, reservedNanos: 0 }));
  });
});
