// Budgets are hard: what a request may cost at most is reserved before a vendor is asked, and settled afterwards.

import { afterEach, describe, expect, it } from "vitest";
import type { PriceSchedule } from "@ghostllm/llm";
import { freePrices } from "#domain/prices.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, testKey } from "./support/gateway.ts";
import { chatPath, hello, helloStream, pause, readError, startStage, TestClock, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

/** A thousandth of a USD for each output token, nothing for input: sums that can be done in the head. */
const prices: PriceSchedule = [{ price: { input: { base: 0 }, output: { base: 1_000_000_000_000 }, version: "t" } }];
const tokenNanos = 1_000_000;

const usageOf = (completionTokens: number) => ({
  kind: "chat" as const,
  usage: { prompt_tokens: 1, completion_tokens: completionTokens, total_tokens: 1 + completionTokens },
});

const asking = (tokens: number) => ({ ...hello, max_tokens: tokens });

let stage: Stage;
afterEach(() => stage.close());

interface Budgets {
  readonly key?: number | null;
  readonly user?: number | null;
}

/** Budgets in tokens. */
async function start({ key = null, user = null }: Budgets, settings: StageSettings = {}): Promise<void> {
  const nanos = (tokens: number | null): number | null => (tokens === null ? null : tokens * tokenNanos);
  const scopes = [
    makeScope("key", "key-1", { budgetNanos: nanos(key) }),
    makeScope("user", "user-1", { budgetNanos: nanos(user) }),
  ];
  stage = await startStage({
    target: { prices },
    snapshot: { principals: { [testKey]: makePrincipal({ scopes }) } },
    ...settings,
  });
}

/** What the key has spent before this process began. */
async function spend(nanos: number): Promise<void> {
  const spent = new ScopeMap<number>();
  spent.set({ kind: "key", id: "key-1" }, nanos);
  await stage.gateway.open({ spent, objects: [] });
}

const spentTokens = (): number =>
  stage.gateway.records.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0) / tokenNanos;

/** What is left, found out by asking: the largest request that is admitted. */
async function leftTokens(): Promise<number> {
  stage.upstream.script(usageOf(0));
  let [low, high] = [0, 4096];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await stage.post(asking(middle))).status === 200) low = middle;
    else high = middle - 1;
  }
  return low;
}

describe("a budget", () => {
  it("is spent down to the last token, and then says so", async () => {
    await start({ key: 30 });
    stage.upstream.script(usageOf(10));
    const statuses = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await stage.post(asking(10))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await stage.post(asking(10));
    expect(refused.headers.has("retry-after")).toBe(false);
    expect(await readError(refused)).toMatchObject({ code: "insufficient_quota", type: "insufficient_quota" });
    // Otherwise the official SDKs would try twice more, in vain.
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(stage.upstream.received).toHaveLength(3);
  });

  it("gets back what was reserved and not used", async () => {
    await start({ key: 100 });
    stage.upstream.script(usageOf(3));
    for (let turn = 0; turn < 10; turn += 1) expect((await stage.post(asking(70))).status).toBe(200);
    expect(await leftTokens()).toBe(70);
  });

  it("refuses what might cost more than is left", async () => {
    await start({ key: 100 });
    expect((await stage.post(asking(101))).status).toBe(429);
    expect((await stage.post({ ...asking(51), n: 2 })).status).toBe(429);
    expect(
      (await stage.post({ model: "fake-model", prompt: ["a", "b"], max_tokens: 51 }, "/v1/completions")).status,
    ).toBe(429);
    expect((await stage.post({ ...hello, max_completion_tokens: 1, max_tokens: 101 })).status).toBe(429);
    expect((await stage.post(asking(100))).status).toBe(200);
  });

  it("reserves the configured number of tokens for a request that names none", async () => {
    await start({ key: 4095 });
    expect((await stage.post(hello)).status).toBe(429);
    expect((await stage.post(asking(4095))).status).toBe(200);
  });

  it("counts what was spent before this process began", async () => {
    await start({ key: 100 });
    await spend(40 * tokenNanos);
    expect(await leftTokens()).toBe(60);
  });

  it("of key and user: both must have enough, and a refusal by one takes nothing from the other", async () => {
    await start({ key: 1000, user: 50 });
    for (let turn = 0; turn < 5; turn += 1) expect((await stage.post(asking(51))).status).toBe(429);
    expect(await leftTokens()).toBe(50);
    stage.upstream.script(usageOf(50));
    expect((await stage.post(asking(50))).status).toBe(200);
    expect((await stage.post(asking(1))).status).toBe(429);
  });
});

describe("a refusal says which it is, with the figures", () => {
  const messageOf = async (response: Response): Promise<string> => (await readError(response)).message;

  it("spent", async () => {
    await start({ key: 10 });
    stage.upstream.script(usageOf(10));
    await stage.post(asking(10));
    const refused = await stage.post(asking(1));
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(await messageOf(refused)).toMatch(
      /^The budget of this key is spent: it is 0\.01 USD, of which 0\.01 are spent and 0 are/,
    );
  });

  it("smaller than what this request may cost", async () => {
    await start({ key: 20 });
    const refused = await stage.post(hello);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(refused.headers.has("retry-after")).toBe(false);
    const message = await messageOf(refused);
    expect(message).toMatch(
      /^What is left of the budget of this key is less than this request may cost: the budget is 0\.02 USD, /,
    );
    expect(message).toContain(
      "0 are spent and 0 are reserved by running requests. This request may cost up to 4.096 USD",
    );
    expect(message).toContain("max_tokens");
  });

  it("reserved by running requests: then waiting helps", async () => {
    await start({ user: 100 });
    stage.upstream.script({ kind: "slow-headers", delayMs: 300, of: usageOf(1) });
    const running = stage.post(asking(80));
    await waitFor(() => stage.upstream.received.length === 1);
    const refused = await stage.post(asking(30));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(refused.headers.has("x-should-retry")).toBe(false);
    const message = await messageOf(refused);
    expect(message).toMatch(
      /^The rest of the budget of this user is reserved by running requests: it is 0\.1 USD, of which 0 are/,
    );
    expect(message).toContain("0.08 are reserved by running requests. This request may cost up to 0.03 USD");
    expect((await running).status).toBe(200);
    expect((await stage.post(asking(30))).status).toBe(200);
  });
});

describe("many at once", () => {
  it.each([
    ["whole answers", hello],
    ["streams", helloStream],
  ])("two hundred %s against a budget for ten never spend more than it", async (_name, body) => {
    await start({ key: 100, user: 120 });
    stage.upstream.script({ kind: "slow-headers", delayMs: 30, of: usageOf(10) });
    const ask = async (): Promise<number> => {
      const response = await stage.post({ ...body, max_tokens: 10 });
      await response.text();
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 200 }, ask));
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(190);
    expect(spentTokens()).toBe(100);
  });

  it("are over by no more than what the vendor wrote beyond what it was allowed", async () => {
    await start({ key: 100 });
    // This vendor writes 12 tokens where 10 are the limit.
    let refused = 0;
    stage.upstream.script(async () => {
      await waitFor(() => refused === 190);
      return usageOf(12);
    });
    const ask = async (): Promise<void> => {
      const { status } = await stage.post(asking(10));
      if (status === 429) refused += 1;
    };
    await Promise.all(Array.from({ length: 200 }, ask));
    expect(spentTokens()).toBe(120);
    expect((await stage.post(asking(1))).status).toBe(429);
  });
});

describe("a reservation is given back after", () => {
  it.each([
    ["an error of the vendor", { kind: "error", status: 400 } as const],
    ["an error of the vendor that is tried again", { kind: "error", status: 500 } as const],
    ["a broken answer", { kind: "malformed", where: "html" } as const],
    ["a connection that is reset", { kind: "cut", after: "connect" } as const],
    ["a redirect", { kind: "answer", status: 302, headers: { location: "https://example.com" } } as const],
  ])("%s", async (_name, script) => {
    await start({ key: 100 }, { random: () => 0 });
    stage.upstream.script(script);
    expect((await stage.post(asking(100))).status).toBeGreaterThanOrEqual(400);
    expect(await leftTokens()).toBe(100);
  });

  it("a timeout, whose prompt is charged", async () => {
    await start({ key: 100 }, { timeouts: { firstByteMs: 100 } });
    stage.upstream.script({ kind: "stall", after: "connect" });
    expect((await stage.post(asking(100))).status).toBe(504);
    expect(await leftTokens()).toBe(100);
  });

  it("a client that left", async () => {
    await start({ key: 100 });
    stage.upstream.script({ kind: "stall", after: "connect" });
    const controller = new AbortController();
    const asked = stage.post(asking(100), chatPath, { signal: controller.signal }).catch(() => null);
    await stage.upstream.waitForRequest();
    controller.abort();
    await asked;
    await waitFor(() => stage.gateway.records.length === 1);
    expect(await leftTokens()).toBe(100);
  });

  it("a plan that came to nothing", async () => {
    await start({ key: 5000 });
    const chatOnly = makeProvider("groq", `${stage.upstream.url}/v1`);
    const scopes = [makeScope("key", "key-1", { budgetNanos: 5000 * tokenNanos })];
    stage.gateway.swap(
      makeSnapshot({
        targets: [makeTarget(chatOnly, "chat-only", { prices }), makeTarget(stage.provider, "fake-model", { prices })],
        principals: { [testKey]: makePrincipal({ scopes }) },
      }),
    );
    const response = await stage.post({ model: "chat-only", prompt: "x", max_tokens: 5000 }, "/v1/completions");
    expect(response.status).toBe(400);
    expect((await stage.post(asking(4999))).status).toBe(200);
  });

  it("its time, should nobody ever settle it", async () => {
    const clock = new TestClock();
    await start({ key: 100 }, { clock });
    const scopes = [makeScope("key", "key-1", { budgetNanos: 100 * tokenNanos })];
    const { counters } = stage.gateway.deps;
    await counters.reserve({ id: "leaked", scopes, tokens: 1, costNanos: 100 * tokenNanos, lifetimeMs: 1000 });
    clock.ms += 999;
    expect((await stage.post(asking(1))).status).toBe(429);
    clock.ms += 1;
    expect(await leftTokens()).toBe(100);
    // It ends after all: what it cost is charged.
    await counters.settle({ id: "leaked", tokens: 1, costNanos: 40 * tokenNanos });
    expect(await leftTokens()).toBe(60);
  });
});

describe("a key with a budget", () => {
  it("may not use a model whose price is unknown", async () => {
    await start({ key: 100 }, { target: { prices: null } });
    const response = await stage.post(asking(1));
    expect(response.status).toBe(403);
    expect(await readError(response)).toMatchObject({ code: "permission_denied", param: "model" });
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("may use what is free, also when all is spent", async () => {
    await start({ key: 0 }, { target: { prices: freePrices } });
    expect((await stage.post(hello)).status).toBe(200);
    await spend(5);
    expect((await stage.post(hello)).status).toBe(200);
    expect(stage.gateway.records).toMatchObject([{ costNanos: 0 }, { costNanos: 0 }]);
  });

  it("is not harmed by an alias that stands for nothing", async () => {
    await start({ key: 100 });
    const scopes = [makeScope("key", "key-1", { budgetNanos: 100 * tokenNanos })];
    stage.gateway.swap(
      makeSnapshot({
        targets: [makeTarget(stage.provider, "fake-model", { prices })],
        principals: { [testKey]: makePrincipal({ scopes }) },
        aliases: new Map([["empty", { id: "r", name: "empty", strategy: "ordered", targets: [], createdAt: 0 }]]),
      }),
    );
    expect((await stage.post({ ...hello, model: "empty" })).status).toBe(404);
    expect(await leftTokens()).toBe(100);
  });

  it("cannot make its prompt look small", async () => {
    const dear: PriceSchedule = [{ price: { input: { base: 1_000_000_000_000 }, output: { base: 0 }, version: "t" } }];
    await start({ key: 100 }, { target: { prices: dear } });
    const words = "many words ".repeat(200);
    for (const [body, path] of [
      [{ model: "fake-model", messages: [{ role: "user", content: words }], prompt: [1] }, chatPath],
      [{ model: "fake-model", prompt: [[1], words] }, "/v1/completions"],
      [{ model: "fake-model", input: words, prompt: [1] }, "/v1/embeddings"],
    ] as const) {
      expect((await stage.post(body, path)).status, path).toBe(429);
    }
    await pause(10);
    expect(stage.upstream.received).toHaveLength(0);
  });
});
