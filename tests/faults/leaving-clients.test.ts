// A thousand clients that leave at random moments, of every way to ask: their vendors are told at once, every place is free again, and
// what was used is settled once.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ReceivedRequest, Script, ScriptFunction } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Target } from "../../apps/server/src/domain/snapshot.ts";
import { ChatPage } from "../../apps/server/tests/support/chat-page.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "../../apps/server/tests/support/gateway.ts";
import type { TestGateway } from "../../apps/server/tests/support/gateway.ts";
import { openRaw, requestText } from "../../apps/server/tests/support/raw-socket.ts";
import { waitFor } from "../../apps/server/tests/support/stage.ts";

const clients = Number(process.env["GHOSTLLM_CLIENTS"] ?? 1_000);
const atOnce = 60;
const longestMs = 1_200;
const mostMs = 100;

const said = (content: string) => [{ role: "user", content }];

interface Way {
  readonly path: string;
  readonly body: (text: string) => object;
  readonly isSocket?: true;
}

const model = "m";
const chatOf = (stream: boolean): Way => ({
  path: "/v1/chat/completions",
  body: (text) => ({ model, stream, max_tokens: 900, messages: said(text) }),
});
const ways: readonly Way[] = [
  ...[true, false].flatMap((stream): Way[] => [
    chatOf(stream),
    { path: "/v1/completions", body: (text) => ({ model, stream, max_tokens: 900, prompt: text }) },
    { path: "/v1/messages", body: (text) => ({ model, stream, max_tokens: 900, messages: said(text) }) },
    { path: "/v1/responses", body: (text) => ({ model, stream, max_output_tokens: 900, input: text, store: false }) },
    { path: "/api/chat", body: (text) => ({ model, stream, messages: said(text) }) },
    {
      path: `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
      body: (text) => ({ contents: [{ role: "user", parts: [{ text }] }] }),
    },
  ]),
  { path: "/v1/embeddings", body: (text) => ({ model, input: text }) },
  { ...chatOf(true), isSocket: true },
];

/** Some answer at once, some after a while, some piece by piece, some never. */
const scripts: readonly Script[] = [
  { kind: "chat", chunks: 200, tokensPerSecond: 100 },
  { kind: "chat", chunks: 20, tokensPerSecond: 40 },
  { kind: "chat", text: "soon", delayMs: 300 },
  { kind: "stall", after: "connect" },
  { kind: "stall", after: "headers", of: { kind: "chat", text: "never" } },
  { kind: "stall", after: { chunks: 2 }, of: { kind: "chat", chunks: 9, text: "a b c d e f g h i" } },
];

let vendor: FakeUpstream;
let gateway: TestGateway;
const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: clients };
const scopes = [
  makeScope("key", "key-1", { limits, budgetNanos: 1e15 }),
  makeScope("provider", "p", { limits, budgetNanos: 1e15 }),
];
const prices: Target["prices"] = [{ price: { input: { base: 1e6 }, output: { base: 2e6 }, version: "t" } }];

beforeAll(async () => {
  vendor = await startFakeUpstream();
  let asked = 0;
  const next: ScriptFunction = () => scripts[(asked += 1) % scripts.length] ?? { kind: "default" };
  vendor.script(next);
  const [key, scope] = scopes;
  const provider = makeProvider("openai-compatible", `${vendor.url}/v1`, {
    id: "p",
    name: "p",
    ...(scope && { scope }),
  });
  const target = makeTarget(provider, model, { prices });
  gateway = await startGateway(
    makeSnapshot({ targets: [target], principals: { [testKey]: makePrincipal({ scopes: key ? [key] : [] }) } }),
  );
});
afterAll(async () => {
  await gateway.close();
  await vendor.close();
});

/** Answers when it has left, epoch ms. Some leave before they have said all of what they want. */
async function visit(index: number): Promise<number> {
  const way = ways[index % ways.length] ?? chatOf(true);
  const body = JSON.stringify(way.body(`client ${index}.`));
  const stayMs = Math.random() * longestMs;
  if (way.isSocket) {
    const page = await ChatPage.ready(gateway.url, testKey);
    page.send(`{"type":"chat","id":"x","data":${body}}`);
    await sleep(stayMs);
    const leftAt = Date.now();
    if (index % 2 === 0) page.close();
    else page.send({ type: "cancel", id: "x" });
    await sleep(50);
    page.close();
    return leftAt;
  }
  const connection = await openRaw(gateway.url);
  const text = requestText({ path: way.path, headers: { "x-api-key": testKey }, body });
  connection.send(index % 10 === 9 ? text.slice(0, -5) : text);
  await sleep(stayMs);
  const leftAt = Date.now();
  connection.destroy();
  return leftAt;
}

it(`${clients} clients`, { timeout: 180_000 }, async () => {
  const leftAt = new Map<number, number>();
  // Clients, gateway and vendor are in one process: how long each of them was not heard is no fault of the gateway.
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  let started = 0;
  const runOne = async (): Promise<void> => {
    for (let index = started++; index < clients; index = started++) leftAt.set(index, await visit(index));
  };
  await Promise.all(Array.from({ length: atOnce }, runOne));
  await waitFor(() => vendor.received.every(({ aborted, answered }) => aborted || answered), 10_000);
  const leftOf = ({ text }: ReceivedRequest): number => leftAt.get(Number(/client (\d+)\./.exec(text)?.[1])) ?? NaN;
  // Of a request that was on its way to the vendor when its client left: since it was there.
  const delays = vendor.received
    .flatMap((one) => (one.abortedAt === null ? [] : one.abortedAt - Math.max(one.at, leftOf(one))))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => delays[Math.floor((delays.length - 1) * share)] ?? NaN;
  lag.disable();
  const lagMs = lag.max / 1e6;
  console.info(
    `${clients} clients, ${vendor.received.length} requests at the vendor, ${delays.length} aborted after ` +
      `p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)} ms (this process was busy for ${lagMs.toFixed(0)} ms at a time)`,
  );
  expect(delays.length).toBeGreaterThan(clients / 4);
  expect(at(1)).toBeLessThan(mostMs + 2 * lagMs);
  // Who was admitted has one record, and nothing is held any more. The last ones settle a moment after their vendors have heard.
  await vi.waitFor(() => expectSettled(), { timeout: 10_000, interval: 100 });
  const ofLeft = gateway.records.filter(({ status }) => status === "client_abort");
  expect(ofLeft.filter(({ costNanos, promptTokens }) => promptTokens > 0 && costNanos === null)).toEqual([]);
  expect(vendor.openSockets()).toBeLessThan(atOnce * 2);
});

async function expectSettled(): Promise<void> {
  const use = await gateway.deps.counters.inUse(scopes);
  expect(gateway.deps.heldBytes.total).toBe(0);
  expect(use.map(({ running, reservedNanos }) => ({ running, reservedNanos }))).toEqual(
    scopes.map(() => ({ running: 0, reservedNanos: 0 })),
  );
  const { records } = gateway;
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(records.length).toBeGreaterThanOrEqual(vendor.received.length);
  const spent = records.reduce((sum, { costNanos, chargedNanos }) => sum + (chargedNanos ?? costNanos ?? 0), 0);
  expect(use.map(({ spentNanos }) => spentNanos)).toEqual([spent, spent]);
}
