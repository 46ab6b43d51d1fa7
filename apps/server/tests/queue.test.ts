// Requests that find all targets of their alias full wait for one, where it says so: in turn by team, for so long, and without holding anything.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { QueuePolicy } from "#domain/alias-policy.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { pause, postJson, readBody, waitFor } from "./support/stage.ts";

const teams = 10;
const keyOf = (team: number): string => `gk-queue-of-team-${team}-0123456789abcdef`;
const chat: Script = { kind: "chat", text: "well", chunks: 1 };
const said = [{ role: "user", content: "hello" }];

let vendor: FakeUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  vendor = await startFakeUpstream();
});
afterEach(async () => {
  await gateway.close();
  await vendor.close();
});

interface Held {
  readonly concurrentRequests?: number;
  readonly requestsPerMinute?: number;
}

async function start(queue: QueuePolicy | null, held: Held, settings: Parameters<typeof startGateway>[1] = {}) {
  const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null, ...held };
  const scope = makeScope("provider", "p", { limits });
  const target: Target = makeTarget(
    makeProvider("openai-compatible", `${vendor.url}/v1`, { id: "p", name: "p", scope }),
    "m",
  );
  const alias: Alias = {
    ...{ id: "r", name: "routed", strategy: "ordered", targets: [{ target, weight: 1 }], createdAt: 0 },
    policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, queue },
    queue: queue && { ...queue, aliasId: "r", alias: "routed" },
  };
  const principals = Object.fromEntries(
    Array.from({ length: teams }, (_, team) => {
      const scopes = [makeScope("team", `t${team}`, { limits: { ...limits, concurrentRequests: 10_000 } })];
      return [keyOf(team), makePrincipal({ keyId: `k${team}`, userId: `u${team}`, teamId: `t${team}`, scopes })];
    }),
  );
  gateway = await startGateway(
    makeSnapshot({ targets: [], principals, aliases: new Map([["routed", alias]]) }),
    settings,
  );
}

interface Asked {
  readonly path?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
}

async function ask(team = 0, { path = "/v1/chat/completions", body, signal, headers }: Asked = {}): Promise<number> {
  const response = await postJson(gateway.url + path, body ?? { model: "routed", messages: said }, {
    headers: { authorization: `Bearer ${keyOf(team)}`, ...headers },
    ...(signal && { signal }),
  });
  await readBody(response);
  return response.status;
}

const waiting = (): number => gateway.deps.waitingRoom.waiting()[0]?.waiting ?? 0;
const patient: QueuePolicy = { maxWaitMs: 5_000, maxWaiting: 100 };
const one: Held = { concurrentRequests: 1 };

describe("an alias with a queue", () => {
  it.each<[string, (stream: boolean) => Asked]>([
    ["OpenAI's chat", (stream) => ({ body: { model: "routed", stream, messages: said } })],
    ["OpenAI's responses", (stream) => ({ path: "/v1/responses", body: { model: "routed", stream, input: "hi" } })],
    [
      "Anthropic's messages",
      (stream) => ({ path: "/v1/messages", body: { model: "routed", stream, max_tokens: 9, messages: said } }),
    ],
    [
      "Gemini's",
      (stream) => ({
        path: `/v1beta/models/routed:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
        body: { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
      }),
    ],
    ["Ollama's", (stream) => ({ path: "/api/chat", body: { model: "routed", stream, messages: said } })],
    ["embeddings", () => ({ path: "/v1/embeddings", body: { model: "routed", input: "hello" } })],
  ])("answers all, one after the other, where one at a time may be asked: %s", async (_name, asked) => {
    await start(patient, one);
    vendor.script({ kind: "slow-headers", delayMs: 20, of: { kind: "default" } });
    const statuses = await Promise.all(
      [false, true, false, true, false].map((stream, team) => ask(team, asked(stream))),
    );
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(gateway.records).toHaveLength(5);
    expect(waiting()).toBe(0);
  });

  it("refuses at once without one, and after its time with one", async () => {
    await start(null, one);
    vendor.script({ kind: "stall", after: "connect" });
    const client = new AbortController();
    const first = ask(0, { signal: client.signal }).catch(() => 0);
    await waitFor(() => vendor.received.length === 1);
    expect(await ask(1)).toBe(429);
    client.abort();
    await first;
    await gateway.close();
    await start({ ...patient, maxWaitMs: 150 }, one);
    const other = new AbortController();
    const second = ask(0, { signal: other.signal }).catch(() => 0);
    await waitFor(() => vendor.received.length === 2);
    const startedAt = performance.now();
    expect(await ask(1)).toBe(429);
    expect(performance.now() - startedAt).toBeGreaterThan(140);
    expect(waiting()).toBe(0);
    other.abort();
    await second;
  });

  it("lets a request go whose client leaves or whose time is over, and holds nothing for it", async () => {
    await start(patient, one);
    vendor.script({ kind: "stall", after: "connect" });
    const [client, another] = [new AbortController(), new AbortController()];
    const running = ask(0, { signal: client.signal }).catch(() => 0);
    await waitFor(() => vendor.received.length === 1);
    const left = ask(1, { signal: another.signal }).catch(() => 0);
    const late = ask(2, { headers: { "x-ghostllm-timeout-ms": "200" } });
    await waitFor(() => waiting() === 2);
    another.abort();
    await waitFor(() => waiting() === 1);
    expect([await left, await late]).toEqual([0, 504]);
    await waitFor(() => waiting() === 0);
    client.abort();
    await running;
    vendor.script(chat);
    await vi.waitUntil(async () => (await ask(3)) === 200);
    expect(vendor.received).toHaveLength(2);
    const inUse = await gateway.deps.counters.inUse([{ kind: "provider", id: "p" }]);
    expect(inUse).toMatchObject([{ running: 0 }]);
  });

  it("waits for what a minute admits where that is soon, and refuses at once where it is not", async () => {
    await start(patient, { requestsPerMinute: 1 });
    vendor.script(chat);
    expect(await ask()).toBe(200);
    const startedAt = performance.now();
    expect(await ask(1)).toBe(429);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("takes in no more than it says, but has whoever has most of them waiting make place for others", async () => {
    await start({ maxWaitMs: 10_000, maxWaiting: 4 }, one);
    vendor.script({ kind: "stall", after: "connect" });
    const client = new AbortController();
    const running = ask(0, { signal: client.signal }).catch(() => 0);
    await waitFor(() => vendor.received.length === 1);
    const flood = Array.from({ length: 4 }, () => ask(0));
    await waitFor(() => waiting() === 4);
    expect(await ask(0)).toBe(429);
    const others = [ask(1), ask(2)];
    expect(await Promise.race(flood)).toBe(429);
    await pause(30);
    expect(waiting()).toBe(4);
    vendor.script(chat);
    client.abort();
    await running;
    expect(await Promise.all(others)).toEqual([200, 200]);
    expect((await Promise.all(flood)).toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429]);
  });

  it("has teams take turns, however many wait of one of them", async () => {
    await start(patient, one);
    vendor.script({ kind: "stall", after: "connect" });
    const client = new AbortController();
    const running = ask(0, { signal: client.signal }).catch(() => 0);
    await waitFor(() => vendor.received.length === 1);
    const order: number[] = [];
    const noted = (team: number): Promise<unknown> => ask(team).then(() => order.push(team));
    const flood = Array.from({ length: 20 }, () => noted(0));
    await waitFor(() => waiting() === 20);
    const others = [1, 2, 3, 1].map(noted);
    await waitFor(() => waiting() === 24);
    vendor.script(chat);
    client.abort();
    await running;
    await Promise.all([...flood, ...others]);
    expect(new Set(order.slice(0, 4))).toEqual(new Set([0, 1, 2, 3]));
    expect(order.slice(0, 6).filter((team) => team === 1)).toHaveLength(2);
  });
});
