// Longer windows, limits of cost and budgets by period over real HTTP: what is let through, what a refusal says, which period is
// charged, what happens at the cap, and what a key is told of itself.

import { afterEach, describe, expect, it } from "vitest";
import type { PriceSchedule } from "@ghostllm/llm";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { RateLimits } from "#domain/principal.ts";
import { freePrices } from "#domain/prices.ts";
import { makePrincipal, makeProvider, makeScope, makeTarget, testKey } from "./support/gateway.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { hello, keyHeader, readError, startStage, TestClock, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** A thousandth of a USD for each output token, nothing for input: sums that can be done in the head. */
const prices: PriceSchedule = [{ price: { input: { base: 0 }, output: { base: 1_000_000_000_000 }, version: "t" } }];
const tokenNanos = 1_000_000;

let stage: Stage;
let clock: TestClock;
afterEach(() => stage.close());

interface Held {
  readonly limits?: Partial<RateLimits>;
  readonly budgets?: readonly Budget[];
  readonly guardrails?: readonly GuardrailPart[];
}

async function start(
  { limits = {}, budgets = [], guardrails = [] }: Held,
  at = Date.UTC(2026, 10, 30, 12),
): Promise<void> {
  clock = new TestClock();
  clock.ms = at;
  const none = makeScope("key", "key-1");
  const scopes = [{ ...none, limits: { ...none.limits, ...limits }, budgets }, makeScope("user", "user-1")];
  // Where the cheap alias leads.
  const cheap = makeTarget(makeProvider("openai", "http://127.0.0.1:9/v1"), "cheap-model", { prices: freePrices });
  const alias = {
    id: "a1",
    name: "cheap",
    strategy: "ordered",
    targets: [{ target: cheap, weight: 1 }],
    createdAt: 1,
  } as const;
  stage = await startStage({
    clock,
    target: { prices },
    snapshot: {
      principals: { [testKey]: makePrincipal({ scopes }) },
      aliases: new Map([["cheap", alias]]),
      guardrails,
    },
  });
  // It is at the vendor of the stage.
  Object.assign(cheap.provider, { baseUrl: `${stage.upstream.url}/v1` });
  answer(10);
}

/** Of the next answers: so many tokens, each for a thousandth of a USD. */
function answer(completionTokens: number): void {
  const usage = { prompt_tokens: 1, completion_tokens: completionTokens, total_tokens: 1 + completionTokens };
  stage.upstream.script({ kind: "chat", usage });
}

const ask = (tokens: number) => stage.post({ ...hello, max_tokens: tokens });

function budget(change: Partial<Budget>): Budget {
  const terms = { days: 0, timeZone: "UTC", madeAt: 0, thresholds: [], rolloverNanos: null, increase: null };
  return { id: "b1", span: "day", ...terms, amountNanos: 20 * tokenNanos, downgradeTo: null, ...change };
}

describe("windows of hours and days", () => {
  it("refuse with their name and their wait, which no SDK is to wait for by itself", async () => {
    await start({ limits: { requestsPerMinute: 5, requestsPerHour: 1 } });
    const first = await ask(10);
    expect(first.headers.get("x-ratelimit-limit-requests")).toBe("1");
    expect(first.headers.get("x-ratelimit-reset-requests")).toBe("3600s");
    clock.ms += 10 * minute;
    const refused = await ask(10);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("3000");
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(await readError(refused)).toMatchObject({
      code: "rate_limit_exceeded",
      message: expect.stringContaining("1 requests per hour"),
    });
    clock.ms += 3_000 * second;
    expect((await ask(10)).status).toBe(200);
  });

  it("limit cost by what was spent in them, and refuse at once what could never fit", async () => {
    await start({ limits: { costNanosPerHour: 25 * tokenNanos } });
    expect((await ask(25)).status).toBe(200);
    await waitFor(() => stage.gateway.records.length === 1);
    expect(await readError(await ask(16))).toMatchObject({ message: expect.stringContaining("0.025 USD per hour") });
    expect((await ask(15)).status).toBe(200);
    const alone = await ask(26);
    expect(alone.headers.get("retry-after")).toBeNull();
    expect(await readError(alone)).toMatchObject({ message: expect.stringContaining("alone may cost more") });
  });
});

describe("a budget for a day", () => {
  it("is refused until the day ends where its time zone says, and is whole then", async () => {
    // 23:30 in Berlin.
    await start({ budgets: [budget({ timeZone: "Europe/Berlin" })] }, Date.UTC(2026, 10, 30, 22, 30));
    for (let turn = 0; turn < 2; turn += 1) expect((await ask(10)).status).toBe(200);
    const refused = await ask(1);
    expect(refused.headers.get("retry-after")).toBe("1800");
    expect(refused.headers.get("x-should-retry")).toBe("false");
    const { code, message } = await readError(refused);
    expect(code).toBe("insufficient_quota");
    expect(message).toContain("budget of this key for the day is spent");
    expect(message).toContain("begins anew at 2026-11-30T23:00:00.000Z (Europe/Berlin)");
    clock.ms += 1_800 * second;
    expect((await ask(20)).status).toBe(200);
    const periods = stage.gateway.records.map(({ budgetPeriods }) => budgetPeriods);
    expect(periods).toEqual(["key:2026-11-30/b1", "key:2026-11-30/b1", "key:2026-12-01/b1"]);
  });

  it("is charged for what was admitted in it, however late that ends", async () => {
    await start({ budgets: [budget({})] }, Date.UTC(2026, 10, 30, 23, 59, 59));
    stage.upstream.script({
      kind: "chat",
      paceMs: 100,
      usage: { prompt_tokens: 1, completion_tokens: 15, total_tokens: 16 },
    });
    const streamed = await stage.post({ ...hello, stream: true, max_tokens: 15 });
    clock.ms += minute;
    await streamed.text();
    answer(20);
    expect((await ask(20)).status).toBe(200);
    await waitFor(() => stage.gateway.records.length === 2);
    const periods = stage.gateway.records.map(({ budgetPeriods }) => budgetPeriods);
    expect(periods).toEqual(["key:2026-11-30/b1", "key:2026-12-01/b1"]);
  });

  it("goes on where it was after a restart, with an increase until that ends", async () => {
    const until = Date.UTC(2026, 10, 30, 13);
    await start({ budgets: [budget({ increase: { nanos: 10 * tokenNanos, until } })] });
    const spent = new ScopeMap([[{ kind: "key", id: "key-1", period: "2026-11-30/b1" } as const, 18 * tokenNanos]]);
    await stage.gateway.open({ spent, objects: [] });
    expect((await ask(13)).status).toBe(429);
    answer(1);
    expect((await ask(12)).status).toBe(200);
    clock.ms += hour;
    expect((await ask(2)).status).toBe(429);
    expect((await ask(1)).status).toBe(200);
  });
});

describe("a machine's clock that is set", () => {
  it.each([day, -day])("by %i ms begins no period and ends none, until it has been so for an hour", async (stepMs) => {
    await start({ budgets: [budget({})], limits: { requestsPerHour: 4 } });
    expect((await ask(20)).status).toBe(200);
    clock.stepMs = stepMs;
    expect((await ask(11)).status).toBe(429);
    expect((await ask(10)).status).toBe(200);
    expect((await ask(1)).status).toBe(429);
    const periods = stage.gateway.records.map(({ budgetPeriods }) => budgetPeriods);
    expect(periods).toEqual(["key:2026-11-30/b1", "key:2026-11-30/b1"]);
    clock.ms += hour;
    // Somebody has meant it: there it is another day now.
    expect((await ask(20)).status).toBe(200);
    const then = new Date(Date.UTC(2026, 10, 30) + stepMs).toISOString().slice(0, 10);
    expect(stage.gateway.records.at(-1)?.budgetPeriods).toBe(`key:${then}/b1`);
  });
});

describe("windows that disagree", () => {
  it("hold all at once: a refusal names the one that lasts longest, and each frees what it counts by itself", async () => {
    await start({ limits: { requestsPerMinute: 1, requestsPerHour: 3 }, budgets: [budget({ amountNanos: 1e9 })] });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await ask(10)).status).toBe(200);
      if (turn < 2)
        expect(await readError(await ask(10))).toMatchObject({ message: expect.stringContaining("minute") });
      clock.ms += minute;
    }
    expect(await readError(await ask(10))).toMatchObject({ message: expect.stringContaining("3 requests per hour") });
    clock.ms += hour - 3 * minute;
    expect((await ask(10)).status).toBe(200);
    expect(await readError(await ask(10))).toMatchObject({ message: expect.stringContaining("minute") });
  });
});

describe("a budget of the last days", () => {
  it("has what was not spent on any of them", async () => {
    await start({ budgets: [budget({ span: "rolling", days: 3, amountNanos: 30 * tokenNanos })] });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await ask(10)).status).toBe(200);
      clock.ms += day;
    }
    // The first of them is over.
    expect((await ask(11)).status).toBe(429);
    expect((await ask(10)).status).toBe(200);
    expect(await readError(await ask(1))).toMatchObject({
      message: expect.stringContaining("for any 3 days is spent"),
    });
  });
});

describe("at its cap a budget that says so", () => {
  it("has a cheaper alias answer, which the answer and the record say, while other budgets hold", async () => {
    const whole = budget({ id: "b2", span: "month", amountNanos: 1_000 * tokenNanos });
    await start({ budgets: [budget({ downgradeTo: "cheap" }), whole] });
    const plain = await ask(20);
    expect(plain.headers.get("x-ghostllm-downgraded")).toBeNull();
    expect(plain.headers.get("x-ghostllm-model")).toBe("fake-model");
    const instead = await ask(11);
    expect(instead.status).toBe(200);
    expect(instead.headers.get("x-ghostllm-downgraded")).toBe("cheap");
    expect(instead.headers.get("x-ghostllm-model")).toBe("cheap-model");
    await waitFor(() => stage.gateway.records.length === 2);
    const [first, then] = stage.gateway.records;
    expect(first).toMatchObject({ downgradedTo: null, model: "fake-model" });
    expect(then).toMatchObject({
      ...{ downgradedTo: "cheap", model: "cheap-model", requestedModel: "fake-model", costNanos: 0 },
      budgetPeriods: "key:2026-11-30/b1,key:2026-11-01/b2",
    });
  });

  it("has it answer within the guardrails that hold for its name", async () => {
    const check = { kind: "size", unit: "characters", most: 1 } as const;
    const guardrails = [makeGuardrail({ models: ["cheap"], stage: "input", check })];
    await start({ budgets: [budget({ downgradeTo: "cheap" })], guardrails });
    expect((await ask(20)).status).toBe(200);
    expect(await readError(await ask(21))).toMatchObject({ code: "content_blocked" });
    expect(stage.upstream.received).toHaveLength(1);
    expect((await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]))[0]).toMatchObject({ running: 0 });
  });

  it("refuses a request that wants to be led to no other name", async () => {
    await start({ budgets: [budget({ downgradeTo: "cheap" })] });
    const refused = await stage.post({ ...hello, max_tokens: 21, routing: { fallback: false } });
    expect((await readError(refused)).code).toBe("insufficient_quota");
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("refuses where nobody is behind the name any more", async () => {
    await start({ budgets: [budget({ downgradeTo: "gone" })] });
    expect((await ask(21)).status).toBe(429);
  });
});

describe("a key", () => {
  it("is told of itself: what it may do, its limits, its budgets and what is left of them", async () => {
    const rolling = budget({ id: "b2", span: "rolling", days: 7, amountNanos: 100 * tokenNanos });
    await start({ limits: { requestsPerHour: 9 }, budgets: [budget({ span: "month" }), rolling] });
    await (await ask(15)).text();
    await waitFor(() => stage.gateway.records.length === 1);
    const response = await fetch(`${stage.gateway.url}/v1/key`, { headers: keyHeader });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const told = await response.json();
    expect(told).toMatchObject({
      ...{ object: "key", id: "key-1", user_id: "user-1", permissions: { models: null }, expires_at: null },
      scopes: [
        {
          ...{ kind: "key", id: "key-1", limits: { requests_per_hour: 9, requests_per_minute: null } },
          in_use: { minute: { requests: 1 }, hour: { requests: 1 }, day: null, running: 0 },
          ...{ budget_usd: null, spent_usd: "0.01", left_usd: null },
          budgets: [
            {
              ...{ id: "b1", period: "month", budget_usd: "0.02", spent_usd: "0.01", left_usd: "0.01" },
              ...{ starts_at: "2026-11-01T00:00:00.000Z", ends_at: "2026-12-01T00:00:00.000Z" },
            },
            { id: "b2", period: "rolling", days: 7, budget_usd: "0.1", spent_usd: "0.01", left_usd: "0.09" },
          ],
        },
        { kind: "user", id: "user-1", budgets: [] },
      ],
    });
    expect(JSON.stringify(told)).not.toContain(testKey);
    expect((await fetch(`${stage.gateway.url}/v1/key`)).status).toBe(401);
  });
});
