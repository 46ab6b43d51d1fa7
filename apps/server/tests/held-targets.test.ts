// Limits and budgets of aliases and providers over real HTTP: what is asked in the place of a provider that has no room, what a refusal
// says, and what each provider is charged that was asked, however the request ends.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import type { PriceSchedule } from "@ghostllm/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Counted } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import { settleLast } from "#gateway/flow/stored/background.ts";
import type { ScopeUse } from "#link/counters.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget } from "./support/gateway.ts";
import { startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, keyHeader, postJson, readError, TestClock, waitFor } from "./support/stage.ts";

/** A thousandth of a USD for each output token, nothing for input: sums that can be done in the head. */
const prices: PriceSchedule = [{ price: { input: { base: 0 }, output: { base: 1_000_000_000_000 }, version: "t" } }];
const tokenNanos = 1_000_000;
const minute = 60_000;
const noon = Date.UTC(2026, 10, 30, 12);

interface Held {
  readonly limits?: Partial<RateLimits>;
  readonly budgets?: readonly Budget[];
}

interface Setting {
  /** Of the providers `one` and `two`. */
  readonly one?: Held;
  readonly two?: Held;
  readonly routed?: Held;
  /** Of the key. */
  readonly key?: Held;
  /** Of an alias that leads to the second provider alone. */
  readonly cheap?: Held;
}

let vendors: readonly FakeUpstream[];
let gateway: TestGateway;
let clock: TestClock;

beforeEach(async () => {
  vendors = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

function held(kind: "alias" | "provider" | "key", id: string, given: Held | undefined): LimitedScope | null {
  if (given === undefined) return null;
  const none = makeScope(kind, id);
  return { ...none, limits: { ...none.limits, ...given.limits }, ...(given.budgets && { budgets: given.budgets }) };
}

async function start(setting: Setting): Promise<void> {
  clock = new TestClock();
  clock.ms = noon;
  const targets = (["one", "two"] as const).map((name, place) => {
    const scope = held("provider", name, setting[name]);
    const provider = makeProvider("openai", `${vendors[place]?.url}/v1`, { id: name, name, scope });
    return makeTarget(provider, "fake-model", { prices });
  });
  const alias = (name: "routed" | "cheap", of: typeof targets) => {
    const weighted = of.map((target) => ({ target, weight: 1 }));
    const scope = held("alias", `${name}-id`, setting[name]);
    return [name, { id: `${name}-id`, name, strategy: "ordered", targets: weighted, createdAt: 1, scope }] as const;
  };
  const aliases = new Map([alias("routed", targets), alias("cheap", targets.slice(1))]);
  const scopes = [held("key", "key-1", setting.key) ?? makeScope("key", "key-1"), makeScope("user", "user-1")];
  const snapshot = makeSnapshot({ targets, aliases, principals: { [testKey]: makePrincipal({ scopes }) } });
  gateway = await startGateway(snapshot, { clock });
  for (const vendor of vendors) vendor.script(answerOf(10));
}

function budget(change: Partial<Budget> = {}): Budget {
  const terms = { days: 0, timeZone: "UTC", madeAt: 0, thresholds: [], rolloverNanos: null, increase: null };
  return { id: "b1", span: "day", ...terms, amountNanos: 20 * tokenNanos, downgradeTo: null, ...change };
}

function answerOf(tokens: number) {
  return { kind: "chat", usage: { prompt_tokens: 1, completion_tokens: tokens, total_tokens: 1 + tokens } } as const;
}

const ask = (tokens = 10, body: object = {}): Promise<Response> =>
  postJson(gateway.url + chatPath, { ...hello, model: "routed", max_tokens: tokens, ...body });

const asked = (): readonly number[] => vendors.map(({ received }) => received.length);

async function useOf(scope: Counted): Promise<ScopeUse | undefined> {
  return (await gateway.deps.counters.inUse([scope]))[0];
}

const today = "2026-11-30/b1";
const one: Counted = { kind: "provider", id: "one" };
const two: Counted = { kind: "provider", id: "two" };

describe("a provider at its limit", () => {
  it("is passed over, which the answer and the record say, until its window has room", async () => {
    await start({ one: { limits: { requestsPerMinute: 1 } } });
    const first = await ask();
    expect(first.headers.get("x-ghostllm-provider")).toBe("one");
    expect(first.headers.get("x-ghostllm-passed-over")).toBeNull();
    const then = await ask();
    expect(then.status).toBe(200);
    expect(then.headers.get("x-ghostllm-provider")).toBe("two");
    expect(then.headers.get("x-ghostllm-passed-over")).toBe("one");
    expect(then.headers.get("x-ghostllm-attempts")).toBe("1");
    clock.ms += minute;
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("one");
    const [plain, passed] = gateway.records;
    expect(plain).toMatchObject({ provider: "one", trail: null, providerCharges: "one=10000000" });
    expect(passed).toMatchObject({ provider: "two", attempts: 1, providerCharges: null });
    expect(passed?.trail).toMatchObject([
      { provider: "one", status: null, reason: "provider_limit" },
      { provider: "two", status: null, reason: null },
    ]);
  });

  it("refuses where nobody else can answer, with what helps first, and keeps nothing of the request", async () => {
    await start({
      one: { limits: { requestsPerMinute: 1 } },
      two: { limits: { requestsPerHour: 1 } },
      key: { budgets: [budget({ amountNanos: 100 * tokenNanos })] },
    });
    for (let turn = 0; turn < 2; turn += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await readError(refused)).toMatchObject({
      code: "rate_limit_exceeded",
      message: expect.stringContaining("The limit of one, 1 requests per minute"),
    });
    expect(asked()).toEqual([1, 1]);
    expect(gateway.records).toHaveLength(2);
    const key = { kind: "key", id: "key-1" } as const;
    expect(await useOf(key)).toMatchObject({ running: 0, reservedNanos: 0, spentNanos: 20 * tokenNanos });
  });

  it("counts a request once for each attempt at it, and what runs at a time until that is over", async () => {
    await start({ one: { limits: { requestsPerMinute: 10, concurrentRequests: 1 } } });
    vendors[0]?.script([{ kind: "error", status: 500 }, answerOf(10)]);
    const direct = { model: "one/fake-model" };
    expect((await ask(10, direct)).status).toBe(200);
    expect(await useOf(one)).toMatchObject({ requests: 2, running: 0 });
    vendors[0]?.script({ kind: "stall", after: "headers" });
    const going = ask(10, direct).catch(() => null);
    await waitFor(() => asked()[0] === 3);
    const refused = await ask(10, direct);
    expect(await readError(refused)).toMatchObject({ message: "one may have 1 requests running at a time." });
    expect((await ask()).headers.get("x-ghostllm-passed-over")).toBe("one");
    await gateway.close();
    await going;
  });
});

describe("a provider's budget", () => {
  it("holds the most that an attempt may cost, whoever asks, and is charged what it did cost", async () => {
    await start({ one: { budgets: [budget()] } });
    expect((await ask(15)).headers.get("x-ghostllm-provider")).toBe("one");
    expect(await useOf({ ...one, period: today })).toMatchObject({ spentNanos: 10 * tokenNanos, reservedNanos: 0 });
    expect((await ask(11)).headers.get("x-ghostllm-passed-over")).toBe("one");
    expect((await ask(10)).headers.get("x-ghostllm-provider")).toBe("one");
    expect(gateway.records.map(({ providerCharges }) => providerCharges)).toEqual([
      `one=10000000,one:${today}=10000000`,
      null,
      `one=10000000,one:${today}=10000000`,
    ]);
    const refused = await ask(1, { model: "one/fake-model" });
    expect(refused.headers.get("retry-after")).toBe(String(12 * 3_600));
    const { code, message } = await readError(refused);
    expect(code).toBe("insufficient_quota");
    expect(message).toContain("The budget of one for the day has no room");
    expect(message).not.toContain("USD");
  });

  it("is given back by an attempt that failed, and charged at the next one", async () => {
    await start({ one: { budgets: [budget()] }, two: { budgets: [budget()] } });
    vendors[0]?.script({ kind: "error", status: 500 });
    expect((await ask(20)).headers.get("x-ghostllm-provider")).toBe("two");
    expect(await useOf({ ...one, period: today })).toMatchObject({ spentNanos: 0, reservedNanos: 0 });
    expect(await useOf({ ...two, period: today })).toMatchObject({ spentNanos: 10 * tokenNanos, reservedNanos: 0 });
    expect(gateway.records[0]?.providerCharges).toBe(`one=0,two=10000000,two:${today}=10000000`);
  });

  it("is charged by estimate for an attempt that a vendor may charge, and the record's own provider for its own part alone", async () => {
    await start({ one: { budgets: [budget({ amountNanos: 1_000 * tokenNanos })] }, two: { budgets: [budget()] } });
    vendors[0]?.script({ kind: "cut", after: { bytes: 150 }, of: answerOf(20) });
    expect((await ask(20)).headers.get("x-ghostllm-provider")).toBe("two");
    const [record] = gateway.records;
    expect(record?.unansweredAttempts).toBe(1);
    const unanswered = record?.unansweredCostNanos ?? 0;
    expect(unanswered).toBeGreaterThan(0);
    expect(await useOf({ ...one, period: today })).toMatchObject({ spentNanos: unanswered, reservedNanos: 0 });
    expect(await useOf({ ...two, period: today })).toMatchObject({ spentNanos: 10 * tokenNanos });
    expect(record?.costNanos).toBe(unanswered + 10 * tokenNanos);
  });

  it("is settled when the client leaves, streamed or not", async () => {
    await start({ one: { budgets: [budget({ amountNanos: 1_000 * tokenNanos })] } });
    for (const stream of [false, true]) {
      vendors[0]?.script({ kind: "stall", after: stream ? { chunks: 1 } : "headers", of: answerOf(10) });
      const controller = new AbortController();
      const before = asked()[0] ?? 0;
      const body = JSON.stringify({ ...hello, model: "one/fake-model", max_tokens: 10, stream });
      const headers = { ...keyHeader, "content-type": "application/json" };
      const going = fetch(gateway.url + chatPath, { method: "POST", headers, body, signal: controller.signal })
        .then((response) => response.text())
        .catch(() => null);
      await waitFor(() => asked()[0] === before + 1);
      controller.abort();
      await going;
    }
    await waitFor(() => gateway.records.length === 2);
    expect(gateway.records.map(({ status }) => status)).toEqual(["client_abort", "client_abort"]);
    expect(await useOf(one)).toMatchObject({ running: 0, reservedNanos: 0, requests: 2 });
    expect(await useOf({ ...one, period: today })).toMatchObject({ reservedNanos: 0 });
  });

  it("cuts a stream that has used it up, of a key that has none", async () => {
    await start({ one: { budgets: [budget({ amountNanos: 4_200 * tokenNanos })] } });
    const text = "word ".repeat(40_000);
    vendors[0]?.script({ kind: "chat", text, chunks: 400 });
    const response = await postJson(gateway.url + chatPath, { ...hello, model: "one/fake-model", stream: true });
    await response.text().catch(() => "");
    await waitFor(() => gateway.records.length === 1);
    expect(gateway.records[0]).toMatchObject({ status: "error", errorCode: "insufficient_quota" });
    expect(await useOf({ ...one, period: today })).toMatchObject({ reservedNanos: 0 });
  });

  it("refuses what nobody can bound at it, where the next target takes it", async () => {
    await start({ one: { budgets: [budget()] } });
    const unbounded = { tools: [{ type: "web_search_preview" }] };
    expect((await ask(5, unbounded)).headers.get("x-ghostllm-passed-over")).toBe("one");
    const refused = await ask(5, { ...unbounded, model: "one/fake-model" });
    expect(refused.status).toBe(403);
    expect((await readError(refused)).message).toContain("a request to one, which has a budget");
  });

  it("holds for embeddings, pictures and counts of tokens, too, of which a count is estimated in its place", async () => {
    await start({ one: { limits: { requestsPerMinute: 1 } } });
    const model = "one/fake-model";
    vendors[0]?.script({
      kind: "answer",
      body: { object: "list", data: [], usage: { prompt_tokens: 3, total_tokens: 3 } },
    });
    const embed = () => postJson(`${gateway.url}/v1/embeddings`, { model, input: "text" });
    expect((await embed()).status).toBe(200);
    expect((await embed()).status).toBe(429);
    expect((await postJson(`${gateway.url}/v1/images/generations`, { model, prompt: "a cat" })).status).toBe(429);
    expect(asked()[0]).toBe(1);
  });

  it("holds an answer in the background until its end is known", async () => {
    await start({ one: { budgets: [budget()] } });
    const queued = { id: "resp_1", object: "response", status: "queued", model: "m", output: [], usage: null };
    vendors[0]?.script({ kind: "answer", body: queued });
    const begun = { model: "one/fake-model", input: "When?", background: true, max_output_tokens: 15 };
    expect((await postJson(`${gateway.url}/v1/responses`, begun)).status).toBe(200);
    expect(await useOf({ ...one, period: today })).toMatchObject({ reservedNanos: 15 * tokenNanos });
    await settleLast(gateway.deps);
    expect(await useOf({ ...one, period: today })).toMatchObject({ spentNanos: 15 * tokenNanos, reservedNanos: 0 });
    expect(gateway.records[0]?.providerCharges).toBe(`one=15000000,one:${today}=15000000`);
  });
});

describe("an alias", () => {
  it("is held to its limits by all who ask for it, and nobody who asks for its targets", async () => {
    await start({ routed: { limits: { requestsPerMinute: 1 } } });
    const first = await ask();
    expect(first.headers.get("x-ratelimit-limit-requests")).toBe("1");
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect((await readError(refused)).message).toContain("The limit of this alias, 1 requests per minute");
    expect((await ask(10, { model: "one/fake-model" })).status).toBe(200);
  });

  it("is charged what its requests cost, which its record tells by its id", async () => {
    await start({ routed: { budgets: [budget()] } });
    expect((await ask(15)).status).toBe(200);
    expect(gateway.records[0]?.budgetPeriods).toBe(`alias/routed-id,alias/routed-id:${today}`);
    const scope = { kind: "alias", id: "routed-id", period: today } as const;
    expect(await useOf(scope)).toMatchObject({ spentNanos: 10 * tokenNanos, reservedNanos: 0 });
    const refused = await ask(11);
    expect(refused.status).toBe(429);
    const { message } = await readError(refused);
    expect(message).toContain("The budget of this alias for the day has no room");
    expect(message).not.toContain("USD");
  });

  it("has another one answer at the cap of its budget, which admits it as well", async () => {
    const routed = { budgets: [budget({ downgradeTo: "cheap" })] };
    await start({ routed, cheap: { limits: { requestsPerMinute: 1 } } });
    expect((await ask(15)).headers.get("x-ghostllm-downgraded")).toBeNull();
    const instead = await ask(15);
    expect(instead.headers.get("x-ghostllm-downgraded")).toBe("cheap");
    expect(instead.headers.get("x-ghostllm-provider")).toBe("two");
    expect(gateway.records[1]?.budgetPeriods).toBe(`alias/routed-id,alias/routed-id:${today},alias/cheap-id`);
    const refused = await ask(15);
    expect((await readError(refused)).message).toContain("The limit of this alias");
  });
});
