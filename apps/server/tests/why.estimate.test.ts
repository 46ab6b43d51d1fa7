// What a request would come to, told without making it: the same that the request then meets, and no trace of it.

import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainRequest } from "#control/resources/request-why.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { createRandom } from "./store-support/records.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "./support/gateway.ts";
import type { SnapshotParts, TestGateway } from "./support/gateway.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { chatPath, hello, keyHeader, postJson, waitFor } from "./support/stage.ts";

const none = new Map<string, never>();
const noNames = { users: none, keys: none, teams: none, organisations: none, aliases: none, providers: none };
const names = ["first", "second", "third"] as const;
const routed = { ...hello, model: "routed" };

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

const priced = (usd: number): Pick<Target, "prices"> => ({
  prices: [{ price: { input: { base: usd * 1e9 }, output: { base: 2 * usd * 1e9 }, version: "test" } }],
});

function targetsOf(change: readonly Partial<Target>[] = []): readonly Target[] {
  return vendors.map(({ url }, index) => {
    const name = names[index] ?? "";
    const provider = makeProvider("openai-compatible", `${url}/v1`, { id: `id-${name}`, name });
    return makeTarget(provider, "m", { ...priced(index + 1), ...change[index] });
  });
}

interface Setting extends Partial<Pick<SnapshotParts, "consents" | "guardrails">> {
  readonly strategy?: AliasStrategy;
  readonly targets?: readonly Target[];
  readonly alias?: Partial<Alias>;
  readonly others?: readonly Alias[];
  readonly principal?: Partial<Principal>;
}

const usualScopes = [
  makeScope("key", "key-1", {
    limits: { requestsPerMinute: 100, tokensPerMinute: 1e6, concurrentRequests: 10 },
    budgetNanos: 50e9,
  }),
  makeScope("user", "user-1"),
];

async function start(setting: Setting = {}): Promise<void> {
  const {
    strategy = "ordered",
    targets = targetsOf(),
    alias = {},
    others = [],
    principal = {},
    consents = [],
    guardrails = [],
  } = setting;
  const weighted = targets.map((target, index) => ({ target, weight: index + 1 }));
  const own: Alias = { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0, ...alias };
  const aliases = new Map([own, ...others].map((one) => [one.name, one]));
  const principals = { [testKey]: makePrincipal({ scopes: usualScopes, ...principal }) };
  gateway = await startGateway(makeSnapshot({ targets, aliases, principals, consents, guardrails }), {
    random: () => 0,
  });
}

interface Estimate {
  readonly would_be_admitted: boolean;
  readonly refusal: { readonly code: string; readonly http_status: number } | null;
  readonly route: {
    readonly first: { readonly provider: string; readonly model: string } | null;
    readonly led_to: string | null;
    readonly passed_over: readonly string[];
    readonly targets: readonly {
      readonly place: number | null;
      readonly provider: string | null;
      readonly state: string;
    }[];
  } | null;
  readonly tokens: { readonly prompt: number; readonly is_estimate: boolean };
  readonly price: {
    readonly prompt_usd: string | null;
    readonly most_usd: string | null;
    readonly held_usd: string | null;
  };
  readonly limits: readonly {
    readonly scope: string;
    readonly what: string;
    readonly left: number | null;
    readonly left_usd: string | null;
  }[];
  readonly cache: { readonly outcome: string; readonly reason: string | null } | null;
  readonly queue: { readonly would_wait: boolean } | null;
  readonly place: { readonly scope: string; readonly waiting: number } | null;
  readonly consent: { readonly policies: readonly string[] };
  readonly privacy: { readonly found: readonly object[]; readonly store_prompts: string };
}

type Asked = readonly [path: string, body: object, headers?: Record<string, string>];

function askEstimate(body: object | string, headers: Record<string, string> = {}): Promise<Response> {
  return postJson(`${gateway.url}/v1/estimate`, body, { headers: { authorization: `Bearer ${testKey}`, ...headers } });
}

async function estimated(path: string, body: object, headers: Record<string, string> = {}): Promise<Estimate> {
  const response = await askEstimate({ endpoint: path, body }, headers);
  const text = await response.text();
  expect([response.status, text]).toEqual([200, text]);
  return JSON.parse(text) as Estimate;
}

async function request(...[path, body, headers = {}]: Asked) {
  const response = await postJson(gateway.url + path, body, {
    headers: { authorization: `Bearer ${testKey}`, ...headers },
  });
  return {
    status: response.status,
    provider: response.headers.get("x-ghostllm-provider"),
    text: await response.text(),
  };
}

const asked = (): number => vendors.reduce((sum, { received }) => sum + received.length, 0);
const usd = (nanos: number | undefined): string | null => (nanos ? String(nanos / 1e9) : null);

const image = { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } };
const ways: readonly (readonly [string, string, object])[] = [
  ["chat", chatPath, routed],
  ["a streamed chat", chatPath, { ...routed, stream: true, max_tokens: 50 }],
  ["a message", "/v1/messages", { ...routed, max_tokens: 10 }],
  ["a streamed message", "/v1/messages", { ...routed, max_tokens: 10, stream: true }],
  ["a response", "/v1/responses", { model: "routed", input: "hello", store: false }],
  ["Gemini's", "/v1beta/models/routed:generateContent", { contents: [{ role: "user", parts: [{ text: "hello" }] }] }],
  [
    "a streamed one of Gemini's",
    "/v1beta/models/routed:streamGenerateContent?alt=sse",
    { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
  ],
  ["Ollama's", "/api/chat", { ...routed, stream: false }],
  ["a streamed one of Ollama's", "/api/chat", { ...routed }],
  ["embeddings", "/v1/embeddings", { model: "routed", input: "hello" }],
];

describe("of a request of any dialect", () => {
  it.each(ways)("%s: is what the request then meets, and leaves no trace", async (_name, path, body) => {
    await start({ strategy: "cheapest", targets: targetsOf([priced(3), priced(1), priced(2)]) });
    const before = await gateway.deps.counters.inUse(usualScopes);
    const told = await estimated(path, body);
    expect(asked()).toBe(0);
    expect(gateway.records).toEqual([]);
    expect(await gateway.deps.counters.inUse(usualScopes)).toEqual(before);
    const { status, provider } = await request(path, body);
    expect(status).toBe(200);
    expect(told).toMatchObject({ would_be_admitted: true, refusal: null, route: { first: { provider, model: "m" } } });
    const record = gateway.records.at(-1);
    expect(told.price.held_usd).toBe(usd(record?.why?.held));
    expect(Number(told.price.prompt_usd)).toBeGreaterThan(0);
    expect(Number(told.price.most_usd)).toBeGreaterThanOrEqual(Number(told.price.prompt_usd));
    expect(told.route?.targets.map(({ place, provider: name }) => [place, name])).toEqual([
      [1, "second"],
      [2, "third"],
      [3, "first"],
    ]);
    expect(told.tokens.is_estimate).toBe(true);
  });

  it("is that of OpenAI's chats where no endpoint is named", async () => {
    await start();
    for (const body of [routed, { body: routed }]) {
      const told = (await (await askEstimate(body)).json()) as Estimate;
      expect(told).toMatchObject({ dialect: "openai-chat", route: { first: { provider: "first" } } });
    }
  });

  it("needs a key, a path of a request and a body that can be read", async () => {
    await start({ principal: { permissions: { models: null, endpoints: ["embeddings"] } } });
    expect((await askEstimate(routed, { authorization: "Bearer gk-nobody" })).status).toBe(401);
    expect((await askEstimate(routed)).status).toBe(403);
    expect((await askEstimate({ endpoint: "/v1/embeddings", body: { model: "routed", input: "x" } })).status).toBe(200);
    for (const body of [
      { endpoint: "/v1/files", body: {} },
      { endpoint: 5, body: {} },
      { endpoint: "/v1/embeddings", body: 5 },
    ])
      expect((await askEstimate(body)).status).toBe(400);
    const long = { endpoint: "/v1/embeddings", body: { model: "routed", input: "x".repeat(1_100_000) } };
    expect((await askEstimate(long)).status).toBe(413);
    expect((await askEstimate({ ...long, body: { ...long.body, input: "x".repeat(500_000) } })).status).toBe(200);
  });

  it("has the errors of the request, in its dialect", async () => {
    await start();
    const cases: readonly Asked[] = [
      [chatPath, { ...routed, model: "nothing" }],
      [chatPath, { model: "routed" }],
      ["/v1/messages", { ...routed, model: "nothing", max_tokens: 5 }],
      ["/v1/messages", { ...routed, max_tokens: "x" }],
      ["/v1/messages", { model: "routed", messages: 5, max_tokens: 5 }],
      [chatPath, { ...routed, model: "third/m", n: "x" }],
    ];
    for (const [path, body] of cases) {
      const response = await askEstimate({ endpoint: path, body });
      const { status, text } = await request(path, body);
      expect(response.status).toBe(status);
      expect(withoutIds(await response.text())).toBe(withoutIds(text));
    }
    expect(asked()).toBe(0);
  });
});

function withoutIds(text: string): string {
  return text.replace(/"request_id":"[^"]*"/g, "");
}

describe("what is held against it", () => {
  it("names every limit and budget of its scopes with what is left, and none of what everybody shares", async () => {
    const limits = { requestsPerMinute: 7, tokensPerMinute: null, concurrentRequests: null };
    await start({ alias: { scope: makeScope("alias", "r", { limits }) } });
    await request(chatPath, routed);
    const told = await estimated(chatPath, routed);
    expect(told.limits.map(({ scope, what }) => [scope, what])).toEqual([
      ["key", "requests"],
      ["key", "tokens"],
      ["key", "concurrency"],
      ["key", "budget"],
    ]);
    expect(told.limits[0]?.left).toBe(99);
    expect(Number(told.limits[3]?.left_usd)).toBeLessThan(50);
  });

  it("passes over a provider without room, and refuses where none has any", async () => {
    const limits = { requestsPerMinute: 0, tokensPerMinute: null, concurrentRequests: null };
    const full = targetsOf().map((one) => ({
      ...one,
      provider: { ...one.provider, scope: makeScope("provider", one.provider.id, { limits }) },
    }));
    const [, ...free] = targetsOf();
    await start({ targets: [...full.slice(0, 1), ...free] });
    const told = await estimated(chatPath, routed);
    expect(told.route).toMatchObject({ first: { provider: "second" }, passed_over: ["first"] });
    expect((await request(chatPath, routed)).provider).toBe("second");
    await gateway.close();
    await start({ targets: full });
    const refused = await estimated(chatPath, routed);
    const { status } = await request(chatPath, routed);
    expect(refused).toMatchObject({
      would_be_admitted: false,
      refusal: { http_status: status },
      route: { first: null },
    });
  });

  it("would wait where its key has as many running as may be, and does", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };
    const principal = makePrincipal({ scopes: [makeScope("key", "key-1", { limits })] });
    await start({ principal });
    vendors[0]?.script({ kind: "slow-headers", delayMs: 300 });
    expect((await estimated(chatPath, routed)).place).toBeNull();
    const first = request(chatPath, routed);
    await waitFor(() => asked() === 1);
    expect(await estimated(chatPath, routed)).toMatchObject({
      ...{ would_be_admitted: true, refusal: null, place: { scope: "key", waiting: 0, most_wait_ms: 30_000 } },
    });
    expect((await request(chatPath, routed)).status).toBe(200);
    await first;
  });

  it("would wait where its alias has a queue, and does", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };
    const [one] = targetsOf();
    if (one === undefined) throw new Error("there is no target");
    const target = { ...one, provider: { ...one.provider, scope: makeScope("provider", one.provider.id, { limits }) } };
    const queue = { aliasId: "r", alias: "routed", maxWaitMs: 5_000, maxWaiting: 10 };
    await start({ targets: [target], alias: { queue } });
    vendors[0]?.script({ kind: "slow-headers", delayMs: 150 });
    const first = request(chatPath, routed);
    await waitFor(() => asked() === 1);
    const told = await estimated(chatPath, routed);
    expect(told).toMatchObject({
      would_be_admitted: true,
      queue: { would_wait: true, waiting: 0, most_wait_ms: 5_000 },
    });
    expect((await request(chatPath, routed)).status).toBe(200);
    const { phases } = explainRequest(gateway.records.at(-1) as UsageRecord, {
      snapshot: gateway.deps.snapshots.current(),
      names: noNames,
    });
    const of = (name: string): number => phases.find((phase) => phase.name === name)?.us ?? 0;
    expect(of("queue")).toBeGreaterThan(40_000);
    expect(of("choose")).toBeLessThan(40_000);
    await first;
    expect((await estimated(chatPath, routed)).queue).toMatchObject({ would_wait: false });
  });

  it("is led on where no target of the name can be asked", async () => {
    const lacking = targetsOf([{ capabilities: { vision: false, functions: null, streaming: null, thinking: null } }]);
    const policy = { retries: null, fallbacks: { any: ["sees"] }, timeouts: noTimeouts, stickyBy: null };
    const [, second] = lacking;
    if (second === undefined) throw new Error("there is no second target");
    const sees: Alias = {
      id: "s",
      name: "sees",
      strategy: "ordered",
      targets: [{ target: second, weight: 1 }],
      createdAt: 0,
    };
    await start({ targets: lacking.slice(0, 1), alias: { policy }, others: [sees] });
    const body = { ...routed, messages: [{ role: "user", content: [image] }] };
    const told = await estimated(chatPath, body);
    expect(told.route).toMatchObject({ first: { provider: "second" }, led_to: "sees" });
    expect((await request(chatPath, body)).provider).toBe("second");
  });

  it("would be a hit of what is kept, or not", async () => {
    await start({ alias: { cache: { ttlSeconds: 60, scope: "key", aliasId: "r" } } });
    vendors[0]?.script({ kind: "chat" });
    expect((await estimated(chatPath, routed)).cache).toMatchObject({ outcome: "miss" });
    await request(chatPath, routed);
    const told = await estimated(chatPath, routed);
    expect(told).toMatchObject({ cache: { outcome: "hit" }, route: null, price: { most_usd: "0" } });
    await request(chatPath, routed);
    expect(gateway.records.at(-1)?.cache).toBe("hit");
    const unstored = await estimated(chatPath, routed, { "cache-control": "no-store" });
    expect(unstored.cache).toMatchObject({ outcome: "bypass", reason: "no_store" });
    const past = await estimated(chatPath, routed, { "cache-control": "no-cache" });
    expect(past.cache).toMatchObject({ outcome: "miss", reason: "no_cache" });
  });
});

describe("what else would matter", () => {
  it("is told of consent, and nobody is asked for it", async () => {
    const conditions = { models: ["routed"], aboveNanos: null, classes: null, hours: null };
    const policy = { id: "p", name: "dear models", holder: { kind: "everyone" }, conditions, validMs: 1_000 } as const;
    await start({ consents: [policy] });
    const told = await estimated(chatPath, routed);
    expect(told).toMatchObject({ would_be_admitted: false, consent: { policies: ["dear models"] } });
    expect(told).toMatchObject({ refusal: { code: "consent_required" }, route: { first: { provider: "first" } } });
  });

  it("is what guardrails leave of it, or what they answer, and counts as neither", async () => {
    const alias = { cache: { ttlSeconds: 60, scope: "key", aliasId: "r" } } as const;
    await start({ alias, guardrails: [makeGuardrail({ action: "redact", stage: "input" })] });
    const told = { ...routed, messages: [{ role: "user", content: "a bluebird" }] };
    await request(chatPath, { ...told, messages: [{ role: "user", content: "a [redacted]" }] });
    expect(await estimated(chatPath, told)).toMatchObject({ cache: { outcome: "hit" } });
    await gateway.close();
    await start({ guardrails: [makeGuardrail({ stage: "input" })] });
    const refused = await askEstimate({ endpoint: "/v1/messages", body: { ...told, max_tokens: 9 } });
    expect([refused.status, await refused.json()]).toMatchObject([400, { type: "error" }]);
    expect(await (await fetch(`${gateway.url}/metrics`, { headers: keyHeader })).text()).not.toMatch(
      /^ghostllm_guardrails_total\{/m,
    );
  });

  it("is told of personal data, which is counted nowhere, and refused as it would be", async () => {
    const privacy = { classes: { email: "mask", iban: "block" }, patterns: [], unreadable: "allow" } as const;
    await start({ principal: { privacy } });
    const saying = (content: string) => ({ ...routed, messages: [{ role: "user", content }] });
    const told = await estimated(chatPath, saying("I am ada@example.com"));
    expect(told.privacy).toEqual({ found: [{ class: "email", action: "mask", count: 1 }], store_prompts: "nothing" });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).not.toMatch(/^ghostllm_personal\w*\{[^}]*\} [1-9]/m);
    const body = saying("DE89370400440532013000");
    const refused = await askEstimate(body);
    expect([refused.status, (await request(chatPath, body)).status]).toEqual([400, 400]);
  });
});

describe("whatever is configured", () => {
  const random = createRandom(60);
  const oneOf = <Kind>(...all: readonly Kind[]): Kind => all[Math.floor(random() * all.length)] as Kind;
  const maybe = <Kind>(value: Kind, chance = 0.3): Kind | undefined => (random() < chance ? value : undefined);
  const configurations = Array.from({ length: 60 }, (_, index) => ({
    index,
    strategy: oneOf<AliasStrategy>("ordered", "weighted", "latency", "least-busy", "cheapest"),
    targets: names.map(() => ({
      prices: oneOf(null, ...[1, 2, 5].map((one) => priced(one).prices)),
      contextLength: oneOf(null, 30, 100_000),
      vision: oneOf(null, true, false),
      isFull: maybe(true, 0.2) === true,
    })),
    requests: oneOf(null, 0, 1, 100),
    tokens: oneOf(null, 5, 1e6),
    budget: oneOf(null, 1e3, 4e7, 1e12),
    failures: maybe(oneOf(0, 1), 0.4),
    body: {
      ...{ model: oneOf("routed", "routed", "routed", "first/m", "m", "unknown"), stream: oneOf(true, false) },
      ...{ max_tokens: oneOf(1, 500, 20_000) },
      messages: [
        {
          role: "user",
          content: oneOf<unknown>("hi", "word ".repeat(60), "word ".repeat(200), [
            { type: "text", text: "see" },
            image,
          ]),
        },
      ],
    },
    path: oneOf(chatPath, chatPath, "/v1/messages", "/api/chat"),
  }));

  it.each(configurations)("$index: $strategy, $path, $body.model", async (one) => {
    const full = { requestsPerMinute: 0, tokensPerMinute: null, concurrentRequests: null };
    const targets = targetsOf(
      one.targets.map(({ prices, contextLength, vision }) => ({
        ...{ prices, contextLength },
        capabilities: { vision, functions: null, streaming: null, thinking: null },
      })),
    ).map((target, index) => {
      const { provider } = target;
      return one.targets[index]?.isFull
        ? { ...target, provider: { ...provider, scope: makeScope("provider", provider.id, { limits: full }) } }
        : target;
    });
    const limits = { requestsPerMinute: one.requests, tokensPerMinute: one.tokens, concurrentRequests: null };
    const scopes = [makeScope("key", "key-1", { limits, budgetNanos: one.budget }), makeScope("user", "user-1")];
    await start({ strategy: one.strategy, targets, principal: { scopes } });
    if (one.failures !== undefined)
      for (const target of targets.slice(0, one.failures + 1))
        for (let turn = 0; turn < 6; turn += 1)
          gateway.deps.targetHealth.recordFailure({
            ...{ target, operation: "chat.completions", caller: "user-1", now: performance.now(), restMs: 60_000 },
            ...({ isAnybodys: true, kind: "error" } as object),
          } as never);
    const response = await askEstimate({ endpoint: one.path, body: one.body });
    const estimate = (await response.json()) as Estimate;
    expect(asked()).toBe(0);
    const { status, provider, text } = await request(one.path, one.body);
    if (response.status !== 200) return expect([response.status, asked()]).toEqual([status, 0]);
    const { why } = gateway.records.at(-1) ?? {};
    if (estimate.would_be_admitted) {
      expect([status, text.slice(0, 200)]).toEqual([200, text.slice(0, 200)]);
      expect(estimate.route?.first?.provider).toBe(provider);
      expect(estimate.price.held_usd).toBe(usd(why?.held));
    } else {
      expect(estimate.refusal?.http_status).toBe(status);
      expect(asked()).toBe(0);
    }
  });
});
