// A request that is one too many at a time for its key, user, team, organisation or alias waits for its turn: for so long, in order, and without
// holding anything.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { Principal } from "#domain/principal.ts";
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
import { chatPath, keyHeader, postJson, readBody, readError, waitFor } from "./support/stage.ts";

const otherKey = "gk-otherother-0123456789abcdef012345";
const said = [{ role: "user", content: "hello" }];
const chat = { model: "m", messages: said };
const answer: Script = { kind: "chat", text: "well", chunks: 1 };
const silent: Script = { kind: "stall", after: "connect" };
const slowly: Script = { kind: "slow-headers", delayMs: 40, of: { kind: "default" } };
const one = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };

let vendor: FakeUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  vendor = await startFakeUpstream();
});
afterEach(async () => {
  await gateway.close();
  await vendor.close();
});

type Settings = Parameters<typeof startGateway>[1];

const snapshotOf = (principals: Readonly<Record<string, Principal>>) =>
  makeSnapshot({
    targets: [makeTarget(makeProvider("openai-compatible", `${vendor.url}/v1`), "m")],
    principals,
  });

async function start(principals: Readonly<Record<string, Principal>>, settings: Settings = {}): Promise<void> {
  gateway = await startGateway(snapshotOf(principals), settings);
}

const oneAtATime = { [testKey]: makePrincipal({ scopes: [makeScope("key", "key-1", { limits: one })] }) };

interface Asked {
  readonly path?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
}

function ask(body: object = chat, { path = chatPath, key = testKey, signal, headers }: Asked = {}): Promise<Response> {
  return postJson(gateway.url + path, body, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(signal && { signal }),
  });
}

async function statusOf(asked: Promise<Response>): Promise<number> {
  const response = await asked;
  await readBody(response);
  return response.status;
}

const waiting = (): number => gateway.deps.places.waiting().reduce((sum, { waiting: some }) => sum + some, 0);

/** One that runs until it is let go. */
async function hold(key = testKey): Promise<() => Promise<void>> {
  vendor.script(silent);
  const before = vendor.received.length;
  const client = new AbortController();
  const asked = ask(chat, { key, signal: client.signal }).catch(() => null);
  await waitFor(() => vendor.received.length > before);
  return async () => {
    vendor.script(answer);
    client.abort();
    await asked;
  };
}

async function expectNothingLeft(): Promise<void> {
  expect(waiting()).toBe(0);
  const inUse = () => gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
  await waitFor(() => gateway.deps.runningCalls.byTarget().size === 0);
  expect(await inUse()).toMatchObject([{ running: 0, reservedNanos: 0 }]);
}

describe("a key with one request at a time", () => {
  it("is answered its title and its message, which a chat's page asks for at once", async () => {
    await start(oneAtATime);
    vendor.script({ kind: "chat", text: "one two three", chunks: 3, delayMs: 60 });
    const title = ask({ ...chat, max_tokens: 1_000 });
    const message = ask({ ...chat, stream: true });
    expect(await Promise.all([statusOf(title), statusOf(message)])).toEqual([200, 200]);
    expect(await Promise.all([statusOf(ask()), statusOf(ask())])).toEqual([200, 200]);
    expect(gateway.records).toHaveLength(4);
    expect(gateway.records.filter(({ why }) => (why?.queued ?? 0) > 0)).toHaveLength(2);
    // It is not our own time.
    for (const { overheadUs, latencyMs, why } of gateway.records)
      expect((overheadUs ?? 0) / 1_000 + (why?.queued ?? 0)).toBeLessThan(latencyMs + 2);
    await expectNothingLeft();
  });

  it("is answered one after the other, in the order in which they came, by every operation", async () => {
    await start(oneAtATime);
    vendor.script(slowly);
    const bodies: readonly (readonly [string, object])[] = [
      [chatPath, chat],
      ["/v1/responses", { model: "m", input: "hi", stream: true }],
      ["/v1/messages", { model: "m", max_tokens: 9, messages: said }],
      ["/v1beta/models/m:generateContent", { contents: [{ role: "user", parts: [{ text: "hi" }] }] }],
      ["/api/chat", { model: "m", messages: said, stream: false }],
      ["/v1/embeddings", { model: "m", input: "hi" }],
    ];
    expect(await Promise.all(bodies.map(([path, body]) => statusOf(ask(body, { path }))))).toEqual(
      bodies.map(() => 200),
    );
    await expectNothingLeft();
  });

  it("waits for an answer in the background, and not to ask for it", async () => {
    const target = makeTarget(makeProvider("openai", vendor.url), "m");
    gateway = await startGateway(makeSnapshot({ targets: [target], principals: oneAtATime }));
    const begun = { id: "resp_1", object: "response", status: "queued", model: "m", output: [], usage: null };
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    vendor.script([
      { kind: "answer", body: begun },
      { kind: "answer", body: { ...begun, status: "completed", usage } },
    ]);
    const path = "/v1/responses";
    expect(await statusOf(ask({ model: "m", input: "hi", background: true }, { path }))).toBe(200);
    const other = statusOf(ask({ model: "m", input: "hi" }, { path }));
    await waitFor(() => waiting() === 1);
    expect((await fetch(`${gateway.url}${path}/resp_1`, { headers: keyHeader })).status).toBe(200);
    expect(await other).toBe(200);
    await expectNothingLeft();
  });

  it("is answered several chats of one socket", async () => {
    await start(oneAtATime);
    vendor.script({ kind: "chat", text: "well", delayMs: 40 });
    const page = await ChatPage.ready(gateway.url, testKey);
    const told = await Promise.all(["a", "b", "c"].map((id) => page.chat({ ...chat, stream: true }, { id })));
    expect(told.map((messages) => messages.at(-1)?.type)).toEqual(["done", "done", "done"]);
    page.close();
    await expectNothingLeft();
  });
});

describe("who waits", () => {
  it.each<[ScopeKind]>([["user"], ["team"], ["organisation"]])("waits for a place of his %s as well", async (kind) => {
    const scoped = (keyId: string) =>
      makePrincipal({ keyId, scopes: [makeScope("key", keyId), makeScope(kind, "shared", { limits: one })] });
    await start({ [testKey]: scoped("key-1"), [otherKey]: scoped("key-2") });
    const release = await hold();
    const other = statusOf(ask(chat, { key: otherKey }));
    await waitFor(() => waiting() === 1);
    await release();
    expect(await other).toBe(200);
  });

  it("takes turns with the other keys of his team, however many of one wait", async () => {
    const scoped = (keyId: string) =>
      makePrincipal({ keyId, scopes: [makeScope("key", keyId), makeScope("team", "t", { limits: one })] });
    await start({ [testKey]: scoped("key-1"), [otherKey]: scoped("key-2") });
    const release = await hold();
    const order: string[] = [];
    const noted = (key: string) => statusOf(ask(chat, { key })).then(() => order.push(key));
    const flood = Array.from({ length: 10 }, () => noted(testKey));
    await waitFor(() => waiting() === 10);
    const other = noted(otherKey);
    await waitFor(() => waiting() === 11);
    await release();
    await Promise.all([...flood, other]);
    expect(order.indexOf(otherKey)).toBeLessThan(3);
  });

  it("goes on to wait for what has no place for him next", async () => {
    const key = (keyId: string) =>
      makePrincipal({
        keyId,
        scopes: [makeScope("key", keyId, { limits: one }), makeScope("team", "t", { limits: one })],
      });
    await start({ [testKey]: key("key-1"), [otherKey]: key("key-2") });
    const release = await hold();
    const asked = [testKey, otherKey, testKey, otherKey].map((whose) => statusOf(ask(chat, { key: whose })));
    await waitFor(() => waiting() === 4);
    await release();
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 200]);
    expect(waiting()).toBe(0);
  });

  it("is refused when his time to wait is over, and at once where there is none", async () => {
    await start(oneAtATime, { limits: { waitMs: 120 } });
    const release = await hold();
    const startedAt = performance.now();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect((await readError(refused)).message).toBe("This key may have 1 requests running at a time.");
    expect(performance.now() - startedAt).toBeGreaterThan(110);
    await release();
    await gateway.close();
    await start(oneAtATime, { limits: { waitMs: 0 } });
    const again = await hold();
    expect(await statusOf(ask())).toBe(429);
    expect(waiting()).toBe(0);
    await again();
  });

  it("waits no longer than he wants himself, and not when he leaves", async () => {
    await start(oneAtATime);
    const release = await hold();
    const client = new AbortController();
    const left = ask(chat, { signal: client.signal }).catch(() => null);
    await waitFor(() => waiting() === 1);
    expect(await statusOf(ask(chat, { headers: { "x-ghostllm-timeout-ms": "150" } }))).toBe(504);
    client.abort();
    expect(await left).toBeNull();
    await waitFor(() => waiting() === 0);
    await release();
    expect(vendor.received).toHaveLength(1);
    await expectNothingLeft();
  });

  it("is no longer admitted when his key is revoked meanwhile", async () => {
    await start(oneAtATime);
    const release = await hold();
    const asked = statusOf(ask());
    await waitFor(() => waiting() === 1);
    gateway.swap(snapshotOf({}));
    gateway.deps.runningCalls.review();
    expect(await asked).toBe(401);
    await release();
    await waitFor(() => waiting() === 0);
  });

  it("finds no room where as many wait as may", async () => {
    await start(oneAtATime, { limits: { mostWaiting: 2 } });
    const release = await hold();
    const two = [statusOf(ask()), statusOf(ask())];
    await waitFor(() => waiting() === 2);
    expect(await statusOf(ask())).toBe(429);
    await release();
    expect(await Promise.all(two)).toEqual([200, 200]);
    const text = await (await fetch(`${gateway.url}/metrics`, { headers: keyHeader })).text();
    expect(text).toContain('ghostllm_places_requests_total{scope="key",outcome="served"} 2');
    expect(text).toContain('ghostllm_places_requests_total{scope="key",outcome="refused"} 1');
  });

  it("is refused at once by what no end of another request changes", async () => {
    const limits = { ...one, requestsPerMinute: 1 };
    await start({ [testKey]: makePrincipal({ scopes: [makeScope("key", "key-1", { limits })] }) });
    vendor.script(answer);
    expect(await statusOf(ask())).toBe(200);
    expect(await statusOf(ask())).toBe(429);
  });
});
