// A target that is slow to begin has a second one asked beside it, where its alias says so: one answers, the other is told to stop, and what
// both used is in one record.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { AliasPolicy, HedgePolicy } from "#domain/alias-policy.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Contents } from "#link/contents.ts";
import { ChatPage } from "./support/chat-page.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, keyHeader, postJson, readBody, waitFor } from "./support/stage.ts";

const names = ["first", "second", "third"] as const;
const routed = { ...hello, model: "routed", max_tokens: 50 };
const stream = { ...routed, stream: true };
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const chat: Script = { kind: "chat", text: "one two three four five", usage };
const silent: Script = { kind: "stall", after: "connect" };
const late = (delayMs: number, of: Script = chat): Script => ({ kind: "slow-headers", delayMs, of });
const error = (status: number, more: object = {}): Script => ({ kind: "error", status, ...more });
const refused: Script = {
  kind: "answer",
  status: 400,
  body: { error: { message: "no", type: "invalid_request_error", code: "content_filter" } },
};
const perToken = 1_000;
const prices: Target["prices"] = [{ price: { input: { base: 1e9 }, output: { base: 1e9 }, version: "t" } }];

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface Stage {
  readonly hedge?: Partial<HedgePolicy> | null;
  readonly policy?: Partial<AliasPolicy>;
  readonly alias?: Partial<Alias>;
  readonly principal?: Partial<Principal>;
  readonly scopes?: Readonly<Partial<Record<(typeof names)[number], Partial<LimitedScope>>>>;
  readonly members?: readonly (typeof names)[number][];
  readonly settings?: Parameters<typeof startGateway>[1];
}

async function start(scripts: readonly (Script | readonly Script[])[], stage: Stage = {}): Promise<void> {
  const { hedge = {}, policy, alias, principal, scopes = {}, members = ["first", "second"], settings } = stage;
  for (const [place, script] of scripts.entries()) vendors[place]?.script(script);
  const targets = names.map((name, place) => {
    const scope = scopes[name] === undefined ? null : makeScope("provider", name, scopes[name]);
    const provider = makeProvider("openai-compatible", `${vendors[place]?.url}/v1`, { id: name, name, scope });
    return makeTarget(provider, "m", { prices });
  });
  const said = hedge === null ? null : { afterMs: 60, mostPercent: 100, ...hedge };
  const routedAlias: Alias = {
    ...{ id: "r", name: "routed", strategy: "ordered", createdAt: 0 },
    targets: targets.filter(({ provider: { id } }) => members.some((one) => one === id)).map(weighed),
    policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, hedge: said, ...policy },
    hedge: said && { ...said, aliasId: "r", alias: "routed" },
    ...alias,
  };
  gateway = await startGateway(
    makeSnapshot({
      targets,
      aliases: new Map([["routed", routedAlias]]),
      principals: { [testKey]: makePrincipal(principal) },
    }),
    settings,
  );
}

const weighed = (target: Target) => ({ target, weight: 1 });

const ask = (body: object = routed, path = chatPath, init: RequestInit = {}) =>
  postJson(gateway.url + path, body, init);

async function onlyRecord(): Promise<UsageRecord> {
  await waitFor(() => gateway.records.length > 0);
  const [record, ...others] = gateway.records;
  if (record === undefined || others.length > 0) throw new Error(`${gateway.records.length} records`);
  return record;
}

/** Nothing runs at the providers, and the vendor that lost has no connection any more. */
async function expectNothingLeft(loser: number): Promise<void> {
  await waitFor(() => vendors[loser]?.openSockets() === 0);
  const used = await gateway.deps.counters.inUse([
    ...names.map((id) => ({ kind: "provider" as const, id })),
    { kind: "key", id: "key-1" },
  ]);
  expect(used.filter(({ running, reservedNanos }) => running > 0 || reservedNanos > 0)).toEqual([]);
}

const said = [{ role: "user", content: "hello" }];
const dialects: readonly (readonly [
  name: string,
  path: (stream: boolean) => string,
  body: (stream: boolean) => object,
])[] = [
  ["OpenAI's chat", () => chatPath, (isStream) => ({ ...routed, stream: isStream })],
  ["OpenAI's responses", () => "/v1/responses", (isStream) => ({ model: "routed", stream: isStream, input: "hi" })],
  [
    "Anthropic's messages",
    () => "/v1/messages",
    (isStream) => ({ model: "routed", stream: isStream, max_tokens: 50, messages: said }),
  ],
  [
    "Gemini's",
    (isStream) => `/v1beta/models/routed:${isStream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    () => ({ contents: [{ role: "user", parts: [{ text: "hello" }] }] }),
  ],
  ["Ollama's", () => "/api/chat", (isStream) => ({ model: "routed", stream: isStream, messages: said })],
];

describe("a first target that says nothing", () => {
  it.each(dialects)("has the second one answer, whole, streamed and over a socket: %s", async (_name, path, body) => {
    await start([silent, chat]);
    for (const isStream of [false, true]) {
      const response = await ask(body(isStream), path(isStream));
      const { text } = await readBody(response);
      expect([response.status, response.headers.get("x-ghostllm-provider")], text).toEqual([200, "second"]);
      expect(text).toContain("five");
    }
    const page = await ChatPage.ready(gateway.url, testKey);
    const told = await page.chat(body(true), { endpoint: path(true) });
    expect(JSON.stringify(told)).toContain("five");
    page.close();
    await waitFor(() => gateway.records.length === 3);
    for (const record of gateway.records)
      expect(record).toMatchObject({ provider: "second", attempts: 2, status: "ok" });
    expect(vendors[0]?.received).toHaveLength(3);
    await expectNothingLeft(0);
  });

  it("has it answer embeddings as well", async () => {
    await start([silent, { kind: "default" }]);
    const response = await ask({ model: "routed", input: "hello" }, "/v1/embeddings");
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "second"]);
    await expectNothingLeft(0);
  });

  it("is in the record with what it came to, in the trail, and in why", async () => {
    await start([silent, chat]);
    const response = await ask();
    expect(response.headers.get("x-ghostllm-attempts")).toBe("2");
    await readBody(response);
    const record = await onlyRecord();
    expect(record).toMatchObject({ attempts: 2, estimated: true, promptTokens: 10, unansweredAttempts: 1 });
    expect(record.unansweredTokens).toBeGreaterThan(0);
    expect(record.costNanos).toBe((15 + record.unansweredTokens) * perToken);
    const [lost, won] = record.trail ?? [];
    expect(lost).toMatchObject({ provider: "first", reason: "outpaced", status: null });
    expect(won).toMatchObject({ provider: "second", reason: null });
    expect(won?.startedMs).toBeGreaterThan((lost?.startedMs ?? 0) + 50);
    expect(record.why?.hedge).toEqual([expect.any(Number), "won"]);
    expect(gateway.deps.runningCalls.byTarget().size).toBe(0);
    expect(await metricOf("won")).toBe(1);
  });

  it("is answered by itself where nobody is asked beside it", async () => {
    await start([late(200), chat], { hedge: null });
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "first"]);
    expect(vendors[1]?.received).toHaveLength(0);
  });
});

async function metricOf(outcome: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`, { headers: keyHeader })).text();
  const line = text.split("\n").find((one) => one.startsWith("ghostllm_hedges_total") && one.includes(`"${outcome}"`));
  return Number(line?.split(" ").at(-1) ?? 0);
}

describe("of two that are asked", () => {
  it("the first one may still answer: the second one is told to stop", async () => {
    await start([late(250), silent]);
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "first"]);
    await readBody(response);
    const record = await onlyRecord();
    expect(record).toMatchObject({ provider: "first", attempts: 2, unansweredAttempts: 1, status: "ok" });
    expect(record.trail?.map(({ provider, reason }) => [provider, reason])).toEqual([
      ["first", null],
      ["second", "outpaced"],
    ]);
    expect(record.why?.hedge?.[1]).toBe("lost");
    await expectNothingLeft(1);
  });

  it.each<[string, Script]>([
    ["with an error of its own", error(500)],
    ["with a request that it calls wrong", error(400)],
    ["with no connection", { kind: "cut", after: "connect" }],
  ])("the second one may fail, %s, and the first one answers", async (_name, script) => {
    await start([late(250), script]);
    for (const body of [routed, stream]) {
      const response = await ask(body);
      expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "first"]);
      await readBody(response);
    }
    await waitFor(() => gateway.records.length === 2);
    for (const record of gateway.records)
      expect(record).toMatchObject({ status: "ok", attempts: 2, provider: "first" });
  });

  it("the first one may fail, and the second one answers", async () => {
    await start([late(120, error(500)), late(200)]);
    for (const body of [routed, stream]) {
      const response = await ask(body);
      expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "second"]);
      await readBody(response);
    }
    await waitFor(() => gateway.records.length === 2);
    for (const record of gateway.records) {
      expect(record).toMatchObject({ status: "ok", attempts: 2, unansweredAttempts: 0 });
      expect(record.trail?.map(({ reason }) => reason)).toEqual(["provider_error", null]);
    }
  });

  it("what the first one would be believed without the second is believed with it", async () => {
    await start([late(150, refused), silent]);
    const response = await ask();
    expect(response.status).toBe(400);
    expect(await onlyRecord()).toMatchObject({ provider: "first", status: "error", attempts: 2 });
    await expectNothingLeft(1);
  });

  it("both may fail: then the next one is asked, which nobody is asked beside", async () => {
    await start([late(120, error(500)), late(120, error(503)), late(150)], { members: [...names] });
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "third"]);
    expect(vendors.map(({ received }) => received.length)).toEqual([1, 1, 1]);
    const record = await onlyRecord();
    expect(record).toMatchObject({ attempts: 3, why: { hedge: [expect.any(Number), "failed"] } });
    expect(await metricOf("failed")).toBe(1);
  });

  it("both may fail, and so does the request, by the last of them", async () => {
    await start([late(120, error(500)), late(150, error(503))]);
    const response = await ask();
    expect(response.status).toBe(503);
    await readBody(response);
    expect((await onlyRecord()).status).toBe("error");
    await expectNothingLeft(2);
  });

  it("attempts in all are bounded as ever", async () => {
    const retries = { attemptsPerTarget: 2, attempts: 2, on: ["error" as const] };
    const waits = { backoffMs: 1, maxBackoffMs: 1, maxRetryAfterMs: 10 };
    await start([late(120, error(500)), late(120, error(500)), chat], {
      members: [...names],
      policy: { retries: { ...retries, ...waits } },
    });
    expect((await ask()).status).toBe(500);
    expect((await onlyRecord()).attempts).toBe(2);
  });

  it("both are aborted, and accounted, when the client leaves", async () => {
    await start([silent, silent]);
    const client = new AbortController();
    const asked = ask(routed, chatPath, { signal: client.signal }).catch(() => null);
    await waitFor(() => vendors[1]?.received.length === 1);
    client.abort();
    await asked;
    const record = await onlyRecord();
    expect(record).toMatchObject({ status: "client_abort", attempts: 2, unansweredAttempts: 1, provider: "first" });
    expect(record.promptTokens).toBe(record.unansweredTokens);
    expect(record.why?.hedge?.[1]).toBe("gone");
    await expectNothingLeft(0);
    await expectNothingLeft(1);
  });
});

describe("what counts as begun", () => {
  it("is the first word of a stream, and not its opening", async () => {
    await start([{ kind: "stall", after: "headers", of: chat }, chat]);
    const response = await ask(stream);
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "second"]);
    await readBody(response);
  });

  it("is the head of any other answer", async () => {
    await start([{ kind: "chat", text: "slowly", writeBytes: 20, paceMs: 40 }, chat]);
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "first"]);
    expect(vendors[1]?.received).toHaveLength(0);
  });
});

describe("nobody is asked beside a slow one", () => {
  const slow = late(200);

  async function expectNone(outcome: string, body: object = routed, path = chatPath): Promise<void> {
    const response = await ask(body, path);
    expect(response.headers.get("x-ghostllm-provider")).toBe("first");
    await readBody(response);
    expect(vendors[1]?.received).toHaveLength(0);
    expect((await onlyRecord()).why?.hedge?.[1]).toBe(outcome);
    expect(await metricOf(outcome)).toBe(1);
    await expectNothingLeft(1);
  }

  it("where there is no other target", async () => {
    await start([slow], { members: ["first"] });
    await expectNone("no_target");
  });

  it("where the other one rests", async () => {
    await start([slow, chat]);
    const target = gateway.deps.snapshots.current().aliases.get("routed")?.targets[1]?.target;
    if (target === undefined) throw new Error("no target");
    const failure = { restMs: 0, isAnybodys: true, reason: "failures", now: gateway.deps.clock.monotonic() } as const;
    const query = { target, operation: "chat.completions", caller: "user-1" } as const;
    const plan = ask();
    await waitFor(() => vendors[0]?.received.length === 1);
    for (let time = 0; time < 5; time += 1) gateway.deps.targetHealth.recordFailure({ ...query, ...failure });
    await readBody(await plan);
    expect((await onlyRecord()).why?.hedge?.[1]).toBe("no_target");
  });

  it("where the other one's provider has no room", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 0 };
    await start([slow, chat], { scopes: { second: { limits } } });
    await expectNone("no_room");
  });

  it("where a budget has no room for both", async () => {
    const budgetNanos = 300 * perToken;
    await start([slow, chat], { principal: { scopes: [makeScope("key", "key-1", { budgetNanos })] } });
    await expectNone("no_budget");
  });

  it("where the share of the alias is used up", async () => {
    await start([slow, late(100)], { hedge: { mostPercent: 10 } });
    for (let asked = 0; asked < 3; asked += 1) await readBody(await ask());
    expect(vendors[1]?.received).toHaveLength(1);
    expect(await metricOf("no_share")).toBe(2);
  });

  it.each<[string, string, object]>([
    ["what a vendor works on in the background", "/v1/responses", { model: "routed", input: "hi", background: true }],
    ["a count of tokens", "/v1/messages/count_tokens", { model: "routed", messages: said }],
    ["what may cost so much and no more", chatPath, { ...routed, routing: { max_cost_usd: 1 } }],
    ["what is for the first target alone", chatPath, { ...routed, routing: { fallback: false } }],
  ])("for %s", async (_name, path, body) => {
    await start([slow, chat]);
    await readBody(await ask(body, path));
    expect(vendors[1]?.received).toHaveLength(0);
  });
});

describe("money and room", () => {
  it("what both may cost is held, and what both came to is charged, once", async () => {
    await start([silent, chat], {
      principal: { scopes: [makeScope("key", "key-1", { budgetNanos: 1e9 })] },
      scopes: { first: { budgetNanos: 1e9 }, second: { budgetNanos: 1e9 } },
    });
    await readBody(await ask());
    const { costNanos, unansweredTokens } = await onlyRecord();
    await expectNothingLeft(0);
    const [key, first, second] = await gateway.deps.counters.inUse([
      { kind: "key", id: "key-1" },
      { kind: "provider", id: "first" },
      { kind: "provider", id: "second" },
    ]);
    expect(key?.spentNanos).toBe(costNanos);
    expect(first?.spentNanos).toBe(unansweredTokens * perToken);
    expect(second?.spentNanos).toBe(15 * perToken);
  });

  it("the one that lost makes room at its provider before the answer is told", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };
    await start([silent, { kind: "stall", after: { chunks: 2 }, of: chat }], { scopes: { first: { limits } } });
    const client = new AbortController();
    const response = await ask(stream, chatPath, { signal: client.signal });
    expect(response.status).toBe(200);
    expect(await gateway.deps.counters.inUse([{ kind: "provider", id: "first" }])).toMatchObject([{ running: 0 }]);
    client.abort();
    await response.text().catch(() => "");
    await onlyRecord();
  });

  it("a loser proves nothing: it rests not, and counts as slow to begin", async () => {
    await start([silent, chat], { alias: { strategy: "latency" }, settings: { random: () => 0.1 } });
    for (let asked = 0; asked < 8; asked += 1) await readBody(await ask());
    expect(gateway.deps.targetHealth.standings(gateway.deps.clock.monotonic())).toEqual([]);
  });
});

describe("what is kept", () => {
  it("of two answers that were begun is the one that was told", async () => {
    const cache = { ttlSeconds: 60, scope: "key", aliasId: "r" } as const;
    await start(
      [late(250, { kind: "chat", text: "of the first" }), late(10, { kind: "chat", text: "of the second" })],
      {
        alias: { cache },
      },
    );
    const told = await readBody(await ask());
    expect(told.text).toContain("of the second");
    const again = await ask();
    expect(again.headers.get("x-ghostllm-cache")).toBe("hit");
    expect((await readBody(again)).text).toContain("of the second");
  });

  it.each([false, true])("and stored is it as well, streamed: %s", async (isStream) => {
    const kept: (string | null)[] = [];
    const contents: Contents = {
      keep({ answer }) {
        kept.push(answer?.text ? Buffer.from(answer.text).toString() : null);
        return true;
      },
    };
    const slowly = (text: string, delayMs: number) => late(delayMs, { kind: "chat", text, chunks: 1 });
    await start([slowly("of the first", 150), slowly("of the second", 200)], {
      principal: { storePrompts: "request_and_answer" },
      settings: { contents },
    });
    await readBody(await ask({ ...routed, stream: isStream }));
    await onlyRecord();
    expect(kept).toHaveLength(1);
    expect(kept[0]).toContain("of the first");
    expect(kept[0]).not.toContain("of the second");
  });
});
