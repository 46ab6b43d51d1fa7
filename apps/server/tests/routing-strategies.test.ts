// Which target of an alias is asked first, by its strategy: for every dialect and operation, streamed or not.

import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePrices } from "#domain/prices.ts";
import type { Alias, Snapshot, Target } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, pause, postJson, waitFor } from "./support/stage.ts";

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

/** One at each vendor, with what is particular of it. */
function targetsOf(change: readonly Partial<Target>[] = []): readonly Target[] {
  return vendors.map(({ url }, index) => {
    const name = names[index] ?? "";
    const provider = makeProvider("openai-compatible", `${url}/v1`, { id: name, name });
    return makeTarget(provider, "m", change[index]);
  });
}

async function start(strategy: AliasStrategy, targets = targetsOf(), random = (): number => 0): Promise<void> {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  const alias = { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0 };
  gateway = await startGateway(makeSnapshot({ targets, aliases: new Map([["routed", alias]]) }), { random });
}

const post = (body: object = routed, path = chatPath) => postJson(gateway.url + path, body);
const asked = (): readonly number[] => vendors.map(({ received }) => received.length);
const provider = (response: Response): string | null => response.headers.get("x-ghostllm-provider");

async function ask(body: object = routed, path = chatPath): Promise<string | null> {
  const response = await post(body, path);
  await response.text();
  return provider(response);
}

function each(...scripts: readonly Script[]): void {
  scripts.forEach((script, index) => vendors[index]?.script(script));
}

/** The ways to ask of each dialect, and what has no dialect of its own. */
const ways: readonly (readonly [string, string, object])[] = [
  ["chat", chatPath, routed],
  ["a streamed chat", chatPath, { ...routed, stream: true }],
  ["a message", "/v1/messages", { ...routed, max_tokens: 10 }],
  ["a streamed message", "/v1/messages", { ...routed, max_tokens: 10, stream: true }],
  ["a response", "/v1/responses", { model: "routed", input: "hello", store: false }],
  ["a streamed response", "/v1/responses", { model: "routed", input: "hello", store: false, stream: true }],
  ["Gemini's", "/v1beta/models/routed:generateContent", { contents: [{ role: "user", parts: [{ text: "hello" }] }] }],
  ["Ollama's", "/api/chat", { ...routed, stream: false }],
  ["a streamed one of Ollama's", "/api/chat", { ...routed, stream: true }],
  ["embeddings", "/v1/embeddings", { model: "routed", input: "hello" }],
];

describe("weighted, with users who stay", () => {
  const keys = Array.from({ length: 300 }, (_, index) => `gk-user${index}0000000-0123456789abcdef`);
  const principals = Object.fromEntries(
    keys.map((key, index) => [
      key,
      makePrincipal({ keyId: `k${index}`, userId: `u${index}`, publicId: key.slice(0, 15) }),
    ]),
  );

  function weighing(weights: readonly number[], sticky = "r"): Snapshot {
    const targets = targetsOf();
    const weighted = targets.flatMap((target, at) => (weights[at] ? [{ target, weight: weights[at] }] : []));
    const alias: Alias = { id: "r", name: "routed", strategy: "weighted", targets: weighted, createdAt: 0, sticky };
    return makeSnapshot({ targets, aliases: new Map([["routed", alias]]), principals });
  }

  const all = () =>
    Promise.all(
      keys.map(async (key) => {
        const response = await postJson(gateway.url + chatPath, routed, {
          headers: { authorization: `Bearer ${key}` },
        });
        await response.text();
        return provider(response);
      }),
    );

  it("are with one target each, as many as the weights say, and move to where more is wanted alone", async () => {
    gateway = await startGateway(weighing([3, 1, 0]));
    const before = await all();
    expect(await all()).toEqual(before);
    const first = before.filter((name) => name === "first").length;
    expect(first).toBeGreaterThan(195);
    expect(first).toBeLessThan(255);
    gateway.swap(weighing([3, 1, 1]));
    const after = await all();
    const moved = after.filter((name, at) => name !== before[at]);
    expect(new Set(moved)).toEqual(new Set(["third"]));
    expect(moved.length).toBeGreaterThan(30);
    expect(moved.length).toBeLessThan(95);
    gateway.swap(weighing([3, 1, 0], "another alias"));
    const other = await all();
    expect(other.filter((name, at) => name !== before[at]).length).toBeGreaterThan(50);
  });

  it("go elsewhere where their target fails, and come back", async () => {
    gateway = await startGateway(weighing([1, 1, 1]));
    const [mine] = await all();
    const at = names.findIndex((name) => name === mine);
    vendors[at]?.script([{ kind: "error", status: 500 }, { kind: "chat" }]);
    const ask0 = async () => {
      const response = await postJson(gateway.url + chatPath, routed, {
        headers: { authorization: `Bearer ${keys[0]}` },
      });
      await response.text();
      return provider(response);
    };
    expect(await ask0()).not.toBe(mine);
    expect(await ask0()).toBe(mine);
  });
});

describe("latency", () => {
  it.each(ways)("%s: all are tried, then the one that begins soonest is asked", async (_name, path, body) => {
    await start("latency");
    each(
      { kind: "slow-headers", delayMs: 350 },
      { kind: "slow-headers", delayMs: 10 },
      { kind: "slow-headers", delayMs: 350 },
    );
    for (let turn = 0; turn < 3; turn += 1) await ask(body, path);
    expect(asked()).toEqual([1, 1, 1]);
    for (let turn = 0; turn < 3; turn += 1) expect(await ask(body, path)).toBe("second");
  });

  it("a stream is as quick as its first word, whatever is behind it", async () => {
    await start("latency", targetsOf().slice(0, 2));
    each({ kind: "chat", chunks: 20, paceMs: 15 }, { kind: "slow-headers", delayMs: 450 });
    for (let turn = 0; turn < 2; turn += 1) await ask({ ...routed, stream: true });
    expect(await ask({ ...routed, stream: true })).toBe("first");
  });

  it("of two that are drawn the better one: the worst of all is never first", async () => {
    let state = 7;
    const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    await start("latency", targetsOf(), random);
    each(
      { kind: "slow-headers", delayMs: 900 },
      { kind: "slow-headers", delayMs: 5 },
      { kind: "slow-headers", delayMs: 60 },
    );
    await Promise.all([ask(), ask(), ask(), ask(), ask(), ask()]);
    const before = asked();
    for (let turn = 0; turn < 12; turn += 1) await ask();
    const [slowest = 0, quickest = 0, middle = 0] = asked().map((count, at) => count - (before[at] ?? 0));
    expect(slowest).toBe(0);
    expect(quickest).toBeGreaterThan(0);
    expect(middle).toBeGreaterThan(0);
  });

  it("who fails at once is not the quickest, and the rest follow by what is known of them", async () => {
    await start("latency");
    each({ kind: "error", status: 500 }, { kind: "slow-headers", delayMs: 350 }, { kind: "slow-headers", delayMs: 10 });
    for (let turn = 0; turn < 3; turn += 1) await ask();
    expect(await ask()).toBe("third");
    expect(vendors[0]?.received.length).toBe(1);
  });
});

describe("least-busy", () => {
  it("asks whoever has the fewest requests running, also while their streams go on", async () => {
    await start("least-busy");
    each(...names.map((): Script => ({ kind: "stall", after: { chunks: 2 }, of: { kind: "chat", chunks: 5 } })));
    const left = new AbortController();
    const open = (): Promise<Response> =>
      postJson(gateway.url + chatPath, { ...routed, stream: true }, { signal: left.signal });
    for (let turn = 0; turn < 6; turn += 1) await open();
    expect(asked()).toEqual([2, 2, 2]);
    left.abort();
    await waitFor(() => gateway.records.length === 6);
    const targets = gateway.deps.snapshots.current().aliases.get("routed")?.targets ?? [];
    await waitFor(() => targets.every(({ target }) => gateway.deps.targetWork.running(target) === 0));
  });

  it("nothing stays counted of what fails, is refused, or is tried elsewhere", async () => {
    await start("least-busy");
    each({ kind: "error", status: 500 }, { kind: "cut", after: "connect" }, { kind: "error", status: 400 });
    for (const [, path, body] of ways) await ask(body, path);
    const targets = gateway.deps.snapshots.current().aliases.get("routed")?.targets ?? [];
    expect(targets.map(({ target }) => gateway.deps.targetWork.running(target))).toEqual([0, 0, 0]);
  });
});

describe("cheapest", () => {
  /** In USD for a million tokens. */
  const priced = (input: number, output: number): Partial<Target> => ({
    prices: [{ price: { input: { base: input * 1e9 }, output: { base: output * 1e9 }, version: "t" } }],
  });

  it("is by this request: a long prompt goes where reading is cheap, a long answer where writing is", async () => {
    await start("cheapest", targetsOf([{ prices: null }, priced(1, 30), priced(9, 10)]));
    const prompt = "word ".repeat(2_000);
    const long = { ...routed, messages: [{ role: "user", content: prompt }], max_tokens: 10 };
    expect(await ask(long)).toBe("second");
    expect(await ask({ ...routed, max_tokens: 4_000 })).toBe("third");
    expect(await ask({ ...routed, stream: true, max_tokens: 4_000 })).toBe("third");
    expect(await ask({ model: "routed", input: prompt }, "/v1/embeddings")).toBe("second");
  });

  it("the next one is the next cheapest, and one of unknown price the last", async () => {
    await start("cheapest", targetsOf([{ prices: null }, priced(2, 2), priced(1, 1)]));
    each({ kind: "chat" }, { kind: "error", status: 500 }, { kind: "error", status: 500 });
    expect(await ask()).toBe("first");
    expect(asked()).toEqual([1, 1, 1]);
  });

  it("what is free is cheapest", async () => {
    await start("cheapest", targetsOf([priced(1, 1), {}, { prices: freePrices }]));
    expect(await ask()).toBe("third");
  });
});

describe("what is left of a vendor's limits", () => {
  const telling = (headers: Record<string, string>): Script => ({ kind: "chat", headers });

  it.each<[string, Record<string, string>]>([
    ["requests", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0.5s" }],
    ["tokens", { "x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "59" }],
  ])("%s: who has none is asked behind the others, before he refuses", async (_name, headers) => {
    await start("ordered");
    each(telling(headers));
    expect(await ask()).toBe("first");
    expect(await ask()).toBe("second");
    expect(await ask({ ...routed, stream: true })).toBe("second");
    each({ kind: "chat" }, { kind: "error", status: 500 }, { kind: "error", status: 500 });
    expect(await ask()).toBe("first");
  });

  it("counts what is under way: no more are sent at once than are left", async () => {
    await start("ordered", targetsOf().slice(0, 2));
    const few = { "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "60s" };
    each({ kind: "slow-headers", delayMs: 80, of: telling(few) });
    await ask();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask()));
    expect(answers.filter((name) => name === "first")).toHaveLength(3);
  });

  it("ends with its time, and is nothing where it makes no sense", async () => {
    await start("ordered");
    each(telling({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "150ms" }));
    expect(await ask()).toBe("first");
    expect(await ask()).toBe("second");
    await pause(200);
    each(telling({ "x-ratelimit-remaining-requests": "none", "x-ratelimit-reset-requests": "soon" }));
    for (let turn = 0; turn < 3; turn += 1) expect(await ask()).toBe("first");
  });
});

describe("every strategy", () => {
  it.each<AliasStrategy>(["latency", "least-busy", "cheapest"])("%s counts tokens", async (strategy) => {
    await start(strategy);
    const response = await postJson(`${gateway.url}/v1/messages/count_tokens`, { ...routed, max_tokens: 5 });
    expect(response.status).toBe(200);
  });
});
