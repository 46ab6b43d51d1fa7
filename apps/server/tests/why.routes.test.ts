// What the record tells of why a target was asked: the strategies' scores, what was left out, and what else was thought of.

import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainRequest } from "#control/resources/request-why.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import { testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, postJson } from "./support/stage.ts";

const names = ["first", "second", "third"] as const;
const none = new Map<string, never>();
const noNames = { users: none, keys: none, teams: none, organisations: none, aliases: none, providers: none };
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

function targetsOf(change: readonly Partial<Target>[] = [], type = "openai-compatible"): readonly Target[] {
  return vendors.map(({ url }, index) => {
    const name = names[index] ?? "";
    return makeTarget(makeProvider(type, `${url}/v1`, { id: `id-${name}`, name }), "m", change[index]);
  });
}

interface Setting {
  readonly strategy?: AliasStrategy;
  readonly targets?: readonly Target[];
  readonly alias?: Partial<Alias>;
  readonly others?: readonly Alias[];
  readonly scopes?: Parameters<typeof makePrincipal>[0];
}

async function start({ strategy = "ordered", targets = targetsOf(), alias = {}, others = [], scopes = {} }: Setting) {
  const weighted = targets.map((target, index) => ({ target, weight: index + 1 }));
  const routedAlias: Alias = { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0, ...alias };
  const aliases = new Map([routedAlias, ...others].map((one) => [one.name, one]));
  const principals = { [testKey]: makePrincipal(scopes) };
  gateway = await startGateway(makeSnapshot({ targets, aliases, principals }), { random: () => 0 });
}

async function ask(body: object = routed, path = chatPath): Promise<Response> {
  const response = await postJson(gateway.url + path, body);
  await response.text();
  return response;
}

function told() {
  const record = gateway.records.at(-1);
  if (record === undefined) throw new Error("nothing was recorded");
  return explainRequest(record, { snapshot: gateway.deps.snapshots.current(), names: noNames });
}

/** Each as `provider state decision`, with its place and its score. */
function shown(plan = 0): readonly string[] {
  return (told().plans[plan]?.targets ?? []).map(({ place, provider, score, state, decision }) =>
    [place ?? "-", provider, ...(score === null ? [] : [`${score.kind}=${score.value}`]), state, decision].join(" "),
  );
}

function each(...scripts: readonly Script[]): void {
  scripts.forEach((script, index) => vendors[index]?.script(script));
}

const priced = (usdPerMillion: number): Partial<Target> => ({
  prices: [{ price: { input: { base: usdPerMillion * 1e9 }, output: { base: usdPerMillion * 1e9 }, version: "test" } }],
});

const ways: readonly (readonly [string, string, object])[] = [
  ["chat", chatPath, routed],
  ["a streamed chat", chatPath, { ...routed, stream: true }],
  ["a message", "/v1/messages", { ...routed, max_tokens: 10 }],
  ["a streamed message", "/v1/messages", { ...routed, max_tokens: 10, stream: true }],
  ["a response", "/v1/responses", { model: "routed", input: "hello", store: false }],
  ["Gemini's", "/v1beta/models/routed:generateContent", { contents: [{ role: "user", parts: [{ text: "hello" }] }] }],
  ["Ollama's", "/api/chat", { ...routed, stream: false }],
  ["a streamed one of Ollama's", "/api/chat", { ...routed, stream: true }],
  ["embeddings", "/v1/embeddings", { model: "routed", input: "hello" }],
];

describe("the order of targets", () => {
  it.each(ways)("%s: every target is told in its order, with what became of it", async (_name, path, body) => {
    await start({});
    each({ kind: "error", status: 500 });
    await ask(body, path);
    expect(told().plans).toMatchObject([{ name: "routed", strategy: "ordered", is_probe: false, more: 0 }]);
    expect(shown()).toEqual(["1 first ready failed", "2 second ready answered", "3 third ready not_needed"]);
    expect(told().plans[0]?.targets[0]).toMatchObject({ provider_id: "id-first", reason: "provider_error" });
  });

  it("a request without a choice has nothing to tell of it", async () => {
    await start({ targets: targetsOf().slice(0, 1) });
    await ask();
    expect(told().plans).toEqual([]);
    await ask({ ...hello, model: "first/m" });
    expect(told().plans).toEqual([]);
  });

  it("weighted: with the weights that were drawn from, and whether users stay", async () => {
    await start({ strategy: "weighted" });
    await ask();
    const scored = ["1 first weight=1 ready answered", "2 second weight=2 ready not_needed"];
    expect(shown()).toEqual([...scored, "3 third weight=3 ready not_needed"]);
    expect(told().plans[0]).toMatchObject({ strategy: "weighted", is_sticky: false });
    await gateway.close();
    await start({ strategy: "weighted", alias: { sticky: "r" } });
    await ask();
    expect(told().plans[0]?.is_sticky).toBe(true);
  });

  it("latency: with the wait that was expected of each", async () => {
    await start({ strategy: "latency", targets: targetsOf().slice(0, 2) });
    each({ kind: "slow-headers", delayMs: 5 }, { kind: "slow-headers", delayMs: 120 });
    for (let turn = 0; turn < 3; turn += 1) await ask();
    const [first, second] = told().plans[0]?.targets ?? [];
    expect(first).toMatchObject({ provider: "first", decision: "answered", score: { kind: "wait_ms" } });
    expect(Number(first?.score?.value)).toBeLessThan(100);
    expect(Number(second?.score?.value)).toBeGreaterThanOrEqual(100);
  });

  it("least-busy: with what runs at each", async () => {
    await start({ strategy: "least-busy", targets: targetsOf().slice(0, 2) });
    await ask();
    each({ kind: "stall", after: { chunks: 1 }, of: { kind: "chat", text: "one two" } });
    const stalled = await postJson(gateway.url + chatPath, { ...routed, stream: true });
    await ask();
    expect(shown()).toEqual(["1 second running=0 ready answered", "2 first running=1 ready not_needed"]);
    await stalled.body?.cancel();
  });

  it("cheapest: with the most that each would cost, and nothing where no price is known", async () => {
    await start({ strategy: "cheapest", targets: targetsOf([priced(5), {}, priced(1)]) });
    await ask({ ...routed, max_tokens: 1000 });
    const [third, first, second] = told().plans[0]?.targets ?? [];
    expect([third, first, second].map((one) => one?.provider)).toEqual(["third", "first", "second"]);
    expect(third?.score?.kind).toBe("most_cost_usd");
    expect(Number(third?.score?.value)).toBeCloseTo(0.001, 3);
    expect(Number(first?.score?.value)).toBeCloseTo(0.005, 3);
    expect(second?.score).toBe(null);
  });
});

describe("what is left out or put behind", () => {
  it("lacks what the request asks for, or holds too little", async () => {
    const targets = targetsOf([
      { capabilities: { vision: null, functions: null, streaming: false, thinking: null } },
      { contextLength: 20 },
      {},
    ]);
    await start({ targets });
    await ask({ ...routed, stream: true, messages: [{ role: "user", content: "word ".repeat(100) }] });
    expect(shown()).toEqual(["1 third ready answered", "- first streaming left_out", "- second length left_out"]);
    expect(told().plans[0]?.targets[2]?.context_length).toBe(20);
    await ask({ ...routed, messages: [{ role: "user", content: "word ".repeat(12) }] });
    expect(shown()).toEqual(["1 first ready answered", "2 third ready not_needed", "3 second tight not_needed"]);
  });

  it("rests after failures, or is asked all the same where all do", async () => {
    await start({ targets: targetsOf().slice(0, 2) });
    each({ kind: "error", status: 503, retryAfterSeconds: 30 });
    for (let turn = 0; turn < 5; turn += 1) await ask();
    each({ kind: "chat" });
    await ask();
    expect(shown()).toEqual(["1 second ready answered", "- first resting left_out"]);
    const { rest_ms: restMs = 0, rest_reason: because } = told().plans[0]?.targets[1] ?? {};
    expect([because, restMs]).toEqual([expect.stringMatching(/^[a-z_]+$/), expect.any(Number)]);
    expect(restMs).toBeGreaterThan(1_000);
    each({ kind: "error", status: 503 }, { kind: "error", status: 503 });
    for (let turn = 0; turn < 6; turn += 1) await ask();
    expect(told().plans[0]?.is_probe).toBe(true);
  });

  it("has nothing left of its vendor's limits", async () => {
    await start({ targets: targetsOf().slice(0, 2) });
    const spent = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "60s" };
    each({ kind: "chat", headers: spent });
    await ask();
    await ask();
    expect(shown()).toEqual(["1 second ready answered", "2 first full not_needed"]);
  });

  it("is not in use, or not for the team", async () => {
    await start({ alias: { absent: [{ provider: "gone", model: "m" }] }, targets: targetsOf().slice(0, 1) });
    await ask();
    expect(shown()).toEqual(["1 first ready answered", "- gone provider left_out"]);
    await gateway.close();
    const targets = targetsOf();
    const weighted = targets.map((target) => ({ target, weight: 1 }));
    const alias: Alias = { id: "t", name: "ours", strategy: "ordered", targets: weighted, createdAt: 0 };
    const principals = { [testKey]: makePrincipal({ teamId: "team", teamModels: ["second/m"] }) };
    const teamAliases = new Map([["team", new Map([["ours", alias]])]]);
    gateway = await startGateway(makeSnapshot({ targets, principals, teamAliases }));
    await ask({ ...hello, model: "ours" });
    expect(shown()).toEqual(["1 second ready answered", "- first team left_out", "- third team left_out"]);
  });

  it("was passed over, since its provider has no room", async () => {
    const [one, ...others] = targetsOf();
    if (one === undefined) throw new Error("there is no target");
    const limits = { requestsPerMinute: 0, tokensPerMinute: null, concurrentRequests: null };
    const held = { ...one, provider: { ...one.provider, scope: makeScope("provider", "id-first", { limits }) } };
    await start({ targets: [held, ...others] });
    await ask();
    expect(shown()[0]).toBe("1 first ready passed_over");
    expect(told().plans[0]?.targets[0]?.reason).toBe("provider_limit");
  });
});

describe("fallbacks", () => {
  const fallbacks = (any: readonly string[]) => ({
    policy: { retries: null, fallbacks: { any }, timeouts: noTimeouts, stickyBy: null },
  });
  const other = (name: string, members: readonly (Target | undefined)[]): Alias => ({
    ...{ id: name, name, strategy: "ordered", createdAt: 0 },
    targets: members.flatMap((target) => (target === undefined ? [] : [{ target, weight: 1 }])),
  });

  it("have a plan of their own, and names that are not gone on with a reason", async () => {
    const targets = targetsOf();
    await start({
      targets: targets.slice(0, 1),
      alias: fallbacks(["nobody", "spare"]),
      others: [other("spare", targets.slice(1))],
    });
    each({ kind: "error", status: 500 });
    await ask();
    expect(told().plans).toMatchObject([{ name: "spare", strategy: "ordered" }]);
    expect(shown(0)).toEqual(["1 second ready answered", "2 third ready not_needed"]);
    expect(told().not_led_to).toEqual([{ name: "nobody", reason: "unknown" }]);
  });
});
