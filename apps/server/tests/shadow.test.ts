// A share of an alias's requests is asked of a second target as well: nobody waits for it, pays for it, or hears of it.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AliasShadow } from "#domain/alias-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { chargedScopes } from "#domain/usage-record.ts";
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
import { chatPath, hello, pause, postJson, waitFor } from "./support/stage.ts";

const names = ["first", "second"] as const;
const routed = { ...hello, model: "routed" };
const always: AliasShadow = { to: "second/m", percent: 100, maxConcurrent: 10, aliasId: "r", alias: "routed" };

let vendors: FakeUpstream[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
});
afterEach(async () => {
  await gateway.deps.shadows.stop();
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

const priced: Partial<Target> = {
  prices: [{ price: { input: { base: 1e9 }, output: { base: 1e9 }, version: "test" } }],
};

interface Setting {
  readonly shadow?: Partial<AliasShadow>;
  readonly principal?: Partial<Principal>;
  readonly second?: Partial<Target>;
  readonly random?: () => number;
}

async function start({ shadow = {}, principal = {}, second = {}, random = () => 0 }: Setting = {}): Promise<void> {
  const targets = vendors.map(({ url }, at) => {
    const name = names[at] ?? "";
    const provider = makeProvider("openai-compatible", `${url}/v1`, { id: name, name });
    return makeTarget(provider, "m", { ...priced, ...(at === 1 ? second : {}) });
  });
  const own = targets.slice(0, 1).map((target) => ({ target, weight: 1 }));
  const alias: Alias = {
    id: "r",
    name: "routed",
    strategy: "ordered",
    targets: own,
    createdAt: 0,
    shadow: { ...always, ...shadow },
  };
  const principals = { [testKey]: makePrincipal(principal) };
  gateway = await startGateway(makeSnapshot({ targets, principals, aliases: new Map([["routed", alias]]) }), {
    random,
  });
}

const post = (body: object = routed, path = chatPath, headers: Record<string, string> = {}) =>
  postJson(gateway.url + path, body, { headers });
const copies = () => gateway.records.filter(({ shadow }) => shadow);
const isQuiet = () => gateway.deps.shadows.running(always) === 0;

async function ask(body: object = routed, path = chatPath, headers: Record<string, string> = {}): Promise<void> {
  const response = await post(body, path, headers);
  await response.text();
  expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "first"]);
}

const ways: readonly (readonly [string, string, object])[] = [
  ["a chat", chatPath, routed],
  ["a streamed chat", chatPath, { ...routed, stream: true }],
  ["a message", "/v1/messages", { ...routed, max_tokens: 10 }],
  ["a streamed message", "/v1/messages", { ...routed, max_tokens: 10, stream: true }],
  ["a response", "/v1/responses", { model: "routed", input: "hello", store: false }],
  ["a streamed response", "/v1/responses", { model: "routed", input: "hello", store: false, stream: true }],
  ["Gemini's", "/v1beta/models/routed:generateContent", { contents: [{ role: "user", parts: [{ text: "hello" }] }] }],
  ["Ollama's", "/api/chat", { ...routed, stream: false }],
  ["a completion", "/v1/completions", { model: "routed", prompt: "hello" }],
  ["embeddings", "/v1/embeddings", { model: "routed", input: "hello" }],
];

describe("a copy", () => {
  it.each(ways)("of %s is asked, and recorded for nobody", async (_name, path, body) => {
    await start();
    await ask(body, path);
    await waitFor(() => copies().length === 1 && isQuiet());
    const [copy] = copies();
    const request = gateway.records.find(({ shadow }) => !shadow);
    expect(copy).toMatchObject({
      ...{ provider: "second", model: "m", status: "ok", requestedModel: "shadow:routed", userId: "shadow" },
      ...{ apiKeyId: "shadow", promptTokens: request?.promptTokens, completionTokens: request?.completionTokens },
      why: { shadowOf: request?.id },
    });
    expect(copy?.costNanos).toBe(request?.costNanos);
    expect(copy === undefined ? null : chargedScopes(copy)).toEqual([]);
    expect(vendors[1]?.received[0]?.body.toString("utf8")).toContain("hello");
    expect(gateway.deps.heldBytes.total).toBe(0);
  });

  it("is asked of a share", async () => {
    let draw = 0;
    await start({ shadow: { percent: 25 }, random: () => (draw += 0.1) % 1 });
    for (let turn = 0; turn < 20; turn += 1) await ask();
    await waitFor(isQuiet);
    expect(copies().length).toBeGreaterThan(1);
    expect(copies().length).toBeLessThan(12);
  });

  it("that hangs keeps nobody waiting, nor more than are allowed at a time", async () => {
    await start({ shadow: { maxConcurrent: 2 } });
    vendors[1]?.script({ kind: "stall", after: "connect" });
    const startedAt = performance.now();
    for (let turn = 0; turn < 5; turn += 1) await ask();
    expect(gateway.deps.shadows.running(always)).toBe(2);
    expect(gateway.records).toHaveLength(5);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await gateway.deps.shadows.stop();
    expect(copies().map(({ status }) => status)).toEqual(["shutdown", "shutdown"]);
    expect(isQuiet()).toBe(true);
    expect(gateway.deps.heldBytes.total).toBe(0);
  });

  it("takes nothing of the caller's budget and limits", async () => {
    const limits = { requestsPerMinute: 2, tokensPerMinute: null, concurrentRequests: 1 };
    const scope = makeScope("key", "key-1", { limits, budgetNanos: 1e12 });
    await start({ principal: { scopes: [scope] } });
    await ask();
    await waitFor(() => copies().length === 1 && isQuiet());
    await ask();
    await waitFor(() => copies().length === 2 && isQuiet());
    const [use] = gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]) as readonly {
      readonly spentNanos: number;
    }[];
    const own = gateway.records.filter(({ shadow }) => !shadow);
    expect(use?.spentNanos).toBe(own.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0));
  });

  it("is held to the limits of its provider", async () => {
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null };
    await start({ second: { scope: makeScope("provider", "second-m", { limits }) } });
    for (let turn = 0; turn < 3; turn += 1) {
      await ask();
      await waitFor(isQuiet);
    }
    expect(vendors[1]?.received).toHaveLength(1);
    expect(copies()).toHaveLength(1);
    expect(copies()[0]?.providerCharges).toContain("second-m");
  });

  it("that fails is told by its record alone, and by what it came to", async () => {
    await start();
    vendors[1]?.script([{ kind: "error", status: 500 }, { kind: "chat" }]);
    await ask();
    await waitFor(() => copies().length === 1 && isQuiet());
    expect(copies()[0]).toMatchObject({ status: "error", httpStatus: 500, errorCode: "provider_error" });
  });

  it("is made of nothing that a vendor keeps, nor where the request excludes its provider or all other names", async () => {
    await start();
    await ask({ model: "routed", input: "hello" }, "/v1/responses");
    await ask({ ...routed, routing: { exclude_providers: ["second"] } });
    await ask(routed, chatPath, { "x-ghostllm-routing": '{"exclude_providers":["second"]}' });
    await ask({ ...routed, routing: { fallback: false } });
    await pause(30);
    expect(isQuiet()).toBe(true);
    expect(vendors[1]?.received).toHaveLength(0);
  });

  it("goes nowhere where somebody would have to agree to it", async () => {
    await start();
    const { to } = always;
    const conditions = { models: [to], aboveNanos: null, classes: null, hours: null };
    const policy = { id: "p", name: "p", holder: { kind: "everyone" as const }, conditions, validMs: 1000 };
    const { models, aliases } = gateway.deps.snapshots.current();
    gateway.swap(makeSnapshot({ targets: [...models.values()].flat(), aliases, consents: [policy] }));
    await ask();
    await pause(30);
    expect(vendors[1]?.received).toHaveLength(0);
  });

  it("ends with the right of its caller", async () => {
    await start();
    vendors[1]?.script({ kind: "stall", after: "connect" });
    await ask();
    await waitFor(() => vendors[1]?.received.length === 1);
    gateway.deps.runningCalls.withdrawOf({ kind: "key", id: "key-1" });
    await waitFor(isQuiet);
    expect(copies()).toHaveLength(1);
  });
});
