// What an alias sends to one of its targets has limits of its own: held to on every way in, and beside the limits of models and providers.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { TargetLimits } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { heldInAlias, scopeInAlias } from "#domain/snapshot/targets.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { ChatPage } from "./support/chat-page.ts";
import { startRealtimeVendor } from "./support/realtime-vendor.ts";
import { chatPath, hello, keyHeader, postJson, readBody, readError, TestClock, waitFor } from "./support/stage.ts";

const names = ["one", "two"] as const;
const none: TargetLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
const twice: Partial<TargetLimits> = { requestsPerMinute: 2 };

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

interface Stage {
  /** Of the targets of the alias `routed`, in their order. */
  readonly limits: readonly Partial<TargetLimits>[];
  readonly alias?: Partial<Alias>;
  readonly members?: readonly (typeof names)[number][];
  readonly settings?: Parameters<typeof startGateway>[1];
}

async function start({ limits, alias = {}, members = names, settings = {} }: Stage): Promise<void> {
  clock = new TestClock();
  const targets = names.map((name, place) => {
    const provider = makeProvider("openai-compatible", `${vendors[place]?.url}/v1`, { id: name, name });
    return makeTarget(provider, "m");
  });
  const named = (name: string, held: readonly (Partial<TargetLimits> | undefined)[]): Alias => ({
    ...{ id: name, name, strategy: "ordered", createdAt: 0 },
    targets: targets
      .filter(({ provider }) => members.some((one) => one === provider.name))
      .map((target, place) => ({ target: hold(name, target, held[place] ?? {}), weight: 1 })),
  });
  const all = [{ ...named("routed", limits), ...alias }, named("free", []), named("rare", [{ requestsPerMinute: 1 }])];
  const aliases = new Map(all.map((one) => [one.name, one]));
  gateway = await startGateway(makeSnapshot({ targets, aliases, principals: { [testKey]: makePrincipal() } }), {
    clock,
    ...settings,
  });
}

function hold(aliasId: string, target: Target, limits: Partial<TargetLimits>): Target {
  const { provider, model } = target;
  if (Object.keys(limits).length === 0) return target;
  return heldInAlias(target, scopeInAlias(aliasId, { provider: provider.name, model, limits: { ...none, ...limits } }));
}

const routed = { ...hello, model: "routed" };
const ask = (body: object = routed, path = chatPath): Promise<Response> => postJson(gateway.url + path, body);
const askers = (): readonly number[] => vendors.map(({ received }) => received.length);
const by = (response: Response) => response.headers.get("x-ghostllm-provider");

const said = [{ role: "user", content: "hello" }];
const gemini = (way: string): string => `/v1beta/models/routed:${way}`;
const contents = [{ role: "user", parts: [{ text: "hello" }] }];
const ways: readonly (readonly [string, string, object])[] = [
  ["chats", chatPath, routed],
  ["streamed chats", chatPath, { ...routed, stream: true }],
  ["responses", "/v1/responses", { model: "routed", input: "hi", store: false }],
  ["streamed responses", "/v1/responses", { model: "routed", input: "hi", store: false, stream: true }],
  ["messages", "/v1/messages", { model: "routed", max_tokens: 9, messages: said }],
  ["streamed messages", "/v1/messages", { model: "routed", max_tokens: 9, messages: said, stream: true }],
  ["Gemini's", gemini("generateContent"), { contents }],
  ["Gemini's streams", gemini("streamGenerateContent?alt=sse"), { contents }],
  ["Ollama's", "/api/chat", { model: "routed", messages: said, stream: false }],
  ["Ollama's streams", "/api/chat", { model: "routed", messages: said }],
  ["completions", "/v1/completions", { model: "routed", prompt: "hi" }],
  ["embeddings", "/v1/embeddings", { model: "routed", input: "hi" }],
];

describe("a target at its limit in an alias", () => {
  it.each(ways)("is passed over by %s until its window has room", async (_name, path, body) => {
    await start({ limits: [twice] });
    for (let turn = 0; turn < 4; turn += 1) {
      const response = await ask(body, path);
      await readBody(response);
      expect(response.status).toBe(200);
      expect(response.headers.get("x-ghostllm-passed-over")).toBe(turn < 2 ? null : "one");
    }
    expect(askers()).toEqual([2, 2]);
    expect(gateway.records.at(-1)?.trail).toMatchObject([
      { provider: "one", reason: "target_limit" },
      { provider: "two" },
    ]);
    clock.ms += 60_000;
    expect(by(await ask(body, path))).toBe("one");
  });

  it("is passed over by chats of a WebSocket", async () => {
    await start({ limits: [twice] });
    const page = await ChatPage.ready(gateway.url, testKey);
    for (let turn = 0; turn < 4; turn += 1) await page.chat(routed);
    page.close();
    expect(askers()).toEqual([2, 2]);
  });

  it("answers what asks for it by another name", async () => {
    await start({ limits: [{ requestsPerMinute: 1 }] });
    const providers = [];
    for (const model of ["routed", "routed", "free", "one/m"]) providers.push(by(await ask({ ...routed, model })));
    expect(providers).toEqual(["one", "two", "one", "one"]);
  });

  it("refuses where it is the only one, and says when it has room and which it is", async () => {
    await start({ limits: [{ requestsPerMinute: 1 }], members: ["one"] });
    expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await readError(refused)).message).toContain("one/m in its alias");
  });

  it("counts tokens of what it answered", async () => {
    await start({ limits: [{ tokensPerMinute: 500 }] });
    vendors[0]?.script({ kind: "chat", usage: { prompt_tokens: 400, completion_tokens: 90, total_tokens: 490 } });
    const providers = [];
    for (let turn = 0; turn < 3; turn += 1) providers.push(by(await ask({ ...routed, max_tokens: 20 })));
    expect(providers).toEqual(["one", "two", "two"]);
  });

  it("has its place back from an attempt that failed, and from a client that left", async () => {
    await start({ limits: [{ concurrentRequests: 1 }] });
    const [first] = vendors;
    first?.script([{ kind: "error", status: 500 }, { kind: "stall", after: "connect" }, { kind: "chat" }]);
    expect(by(await ask())).toBe("two");
    const leaving = new AbortController();
    const left = postJson(gateway.url + chatPath, routed, { signal: leaving.signal }).catch(() => null);
    await waitFor(() => first?.received.length === 2);
    expect(by(await ask())).toBe("two");
    leaving.abort();
    await left;
    await waitFor(() => gateway.records.length === 3);
    expect(by(await ask())).toBe("one");
  });
});

describe("beside what an alias does else", () => {
  const late: Script = { kind: "slow-headers", delayMs: 20, of: { kind: "chat" } };

  it("what finds all targets full waits in its queue", async () => {
    const queue = { maxWaitMs: 5_000, maxWaiting: 100 };
    await start({
      limits: [{ concurrentRequests: 1 }],
      members: ["one"],
      alias: {
        policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, queue },
        queue: { ...queue, aliasId: "routed", alias: "routed" },
      },
    });
    vendors[0]?.script(late);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await ask()).status));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(gateway.records).toHaveLength(5);
  });

  it("a second target is not asked beside the first where it has no room", async () => {
    const hedge = { afterMs: 20, mostPercent: 100 };
    const policy = { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, hedge };
    await start({
      limits: [{}, { requestsPerMinute: 1 }],
      alias: { policy, hedge: { ...hedge, aliasId: "routed", alias: "routed" } },
    });
    vendors[0]?.script({ kind: "slow-headers", delayMs: 150, of: { kind: "chat" } });
    expect(by(await ask())).toBe("two");
    expect(by(await ask())).toBe("one");
    expect(askers()).toEqual([2, 1]);
  });

  it("a copy is not sent there where it has no room", async () => {
    const shadow = { to: "rare", percent: 100, maxConcurrent: 10, aliasId: "routed", alias: "routed" };
    await start({ limits: [], alias: { shadow } });
    const [first, second] = [await ask(), await ask()];
    expect([by(first), by(second)]).toEqual(["one", "one"]);
    await waitFor(() => gateway.deps.shadows.running(shadow) === 0);
    await gateway.deps.shadows.stop();
    expect(gateway.records.filter((record) => record.shadow)).toHaveLength(1);
  });
});

it("a session in real time holds its place as long as it lasts", async () => {
  const voice = await startRealtimeVendor();
  const provider = makeProvider("openai", `${voice.url}/v1`, { id: "v", name: "v" });
  const target = hold("r", makeTarget(provider, "voice"), { concurrentRequests: 1 });
  const alias: Alias = { id: "r", name: "voice", strategy: "ordered", targets: [{ target, weight: 1 }], createdAt: 0 };
  const aliases = new Map([["voice", alias]]);
  gateway = await startGateway(makeSnapshot({ targets: [], aliases, principals: { [testKey]: makePrincipal() } }));
  const open = (): Promise<number | "open"> => {
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/realtime?model=voice`, {
      headers: keyHeader,
    });
    sockets.push(socket);
    return new Promise((resolve) => {
      socket.on("error", () => undefined);
      socket.once("open", () => resolve("open"));
      socket.once("unexpected-response", (_: unknown, { statusCode }: { statusCode: number }) => resolve(statusCode));
    });
  };
  const sockets: WebSocket[] = [];
  expect(await open()).toBe("open");
  expect(await open()).toBe(429);
  sockets[0]?.terminate();
  await waitFor(() => gateway.records.length > 0);
  expect(await open()).toBe("open");
  for (const socket of sockets) socket.terminate();
  await voice.close();
});
