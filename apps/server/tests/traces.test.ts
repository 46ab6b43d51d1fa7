// What traces tell of requests: of every dialect and operation, whatever became of them; each span is held to the conventions.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { Contents } from "#link/contents.ts";
import { ChatPage } from "./support/chat-page.ts";
import { askings, names } from "./support/every-dialect.ts";
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
import { makeGuardrail } from "./support/guardrails.ts";
import { startRealtimeVendor } from "./support/realtime-vendor.ts";
import { chatPath, hello, helloStream, keyHeader, pause, postJson, waitFor } from "./support/stage.ts";
import { attemptsOf, makeTraced, named, rootOf, told } from "./support/traced.ts";
import type { Traced } from "./support/traced.ts";

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const chat: Script = { kind: "chat", text: "one two three four five", usage };
const prices: Target["prices"] = [{ price: { input: { base: 1e9 }, output: { base: 2e9 }, version: "t" } }];
const clientTrace = "0af7651916cd43dd8448eb211c80319c";
const parent = "b7ad6b7169203331";
const routed = { ...hello, model: "routed" };

let vendors: FakeUpstream[];
let gateway: TestGateway;
let traced: Traced;

type Settings = NonNullable<Parameters<typeof startGateway>[1]>;

interface Stage {
  readonly alias?: Partial<Alias>;
  readonly parts?: Partial<Parameters<typeof makeSnapshot>[0]>;
  readonly settings?: Settings;
  readonly tracing?: Parameters<typeof makeTraced>[0];
}

function snapshotOf({ alias = {}, parts = {} }: Stage) {
  const targets = ["first", "second"].map((name, place) => {
    const provider = makeProvider("openai-compatible", `${vendors[place]?.url}/v1`, { id: name, name });
    return makeTarget(provider, "m", { prices });
  });
  const own = makeProvider("openai", `${vendors[0]?.url}/v1`);
  const models = ["fake-model", "fake-embedding"].map((model) => makeTarget(own, model, { prices }));
  const usual: Alias = {
    ...{ id: "r", name: "routed", strategy: "ordered", createdAt: 0 },
    targets: targets.map((target) => ({ target, weight: 1 })),
  };
  const aliases = new Map([["routed", { ...usual, ...alias }]]);
  return makeSnapshot({ targets: [...targets, ...models], aliases, ...parts });
}

async function start(stage: Stage = {}): Promise<void> {
  traced = makeTraced(stage.tracing);
  gateway = await startGateway(snapshotOf(stage), { tracer: traced.tracer, ...stage.settings });
}

async function ask(body: object = hello, path = chatPath, headers: Record<string, string> = {}): Promise<Response> {
  const response = await postJson(gateway.url + path, body, { headers });
  await response.arrayBuffer();
  return response;
}

beforeEach(async () => {
  vendors = await Promise.all(["first", "second"].map(() => startFakeUpstream()));
});
afterEach(async () => {
  expect(traced.faults).toEqual([]);
  await gateway.deps.shadows.stop();
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

describe("a request", () => {
  it("is a span of a server, with a span for each step, for the call of its vendor, and for its stream", async () => {
    await start();
    vendors[0]?.script({ ...chat, paceMs: 20 });
    const response = await ask(helloStream);
    const spans = await traced.whole();
    const root = rootOf(spans);
    expect(root.traceId).toBe(response.headers.get("x-request-id")?.replaceAll("-", ""));
    expect(told(root)).toMatchObject({
      ...{ "http.request.method": "POST", "http.route": chatPath, "url.path": chatPath, "url.scheme": "http" },
      ...{ "http.response.status_code": 200, "user.id": "user-1", "ghostllm.key.id": "key-1" },
      ...{ "ghostllm.request.id": response.headers.get("x-request-id"), "ghostllm.requested_model": "fake-model" },
      ...{ "ghostllm.status": "ok", "ghostllm.attempts": 1, "ghostllm.fallback": false, "ghostllm.tokens": 15 },
      ...{ "ghostllm.cost_usd": 0.00002, "openinference.span.kind": "CHAIN" },
    });
    expect(spans.map(({ name }) => name).toSorted()).toEqual(
      [`POST ${chatPath}`, "admit", "chat fake-model", "identify", "read", "stream"].toSorted(),
    );
    expect(spans.filter((span) => span !== root).map(({ parentId }) => parentId)).toEqual(
      Array.from({ length: spans.length - 1 }, () => root.spanId),
    );
    expect(spans.every(({ start: from, end }) => from >= root.start - 1_000_000n && end <= root.end + 1_000_000n)).toBe(
      true,
    );
    const [attempt] = attemptsOf(spans);
    expect(attempt && told(attempt)).toMatchObject({
      ...{ "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "fake-model" },
      ...{ "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5, "gen_ai.usage.cost": 0.00002 },
      ...{ "gen_ai.request.stream": true, "server.address": "127.0.0.1", "http.response.status_code": 200 },
      ...{ "llm.token_count.total": 15, "openinference.span.kind": "LLM", "ghostllm.attempt.number": 1 },
    });
    expect(attempt?.attributes.get("gen_ai.response.time_to_first_chunk")).toBeGreaterThan(0);
    expect(attempt?.events.map(({ name }) => name)).toEqual(["first_token"]);
    const stream = named(spans, "stream");
    // Five words, 20 ms apart.
    expect(Number(stream.end - stream.start)).toBeGreaterThan(50e6);
    expect(stream.end).toBeLessThanOrEqual(root.end);
  });

  it("is a part of its client's trace, and its attempts are what vendors are told of", async () => {
    await start({ settings: { edge: { tracesVendors: true } } });
    vendors[0]?.script({ kind: "error", status: 500 });
    const headers = {
      traceparent: `00-${clientTrace}-${parent}-01`,
      tracestate: "congo=t61",
      baggage: "user=somebody",
    };
    const response = await ask(routed, chatPath, headers);
    const spans = await traced.whole();
    const root = rootOf(spans);
    expect([root.traceId, root.parentId, root.state, root.flags & 0x300]).toEqual([
      clientTrace,
      parent,
      "congo=t61",
      0x300,
    ]);
    expect(response.headers.get("traceresponse")).toBe(`00-${clientTrace}-${root.spanId}-01`);
    const sent = vendors.map(({ received }) => received[0]?.headers);
    expect(sent.map((one) => one?.["traceparent"])).toEqual(
      attemptsOf(spans).map(({ spanId }) => `00-${clientTrace}-${spanId}-01`),
    );
    expect(sent.map((one) => [one?.["tracestate"], one?.["baggage"]])).toEqual([
      ["congo=t61", undefined],
      ["congo=t61", undefined],
    ]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it("that goes on with another target has a span for each try, and says why the first one failed", async () => {
    await start();
    vendors[0]?.script({ kind: "error", status: 503 });
    vendors[1]?.script(chat);
    await ask(routed);
    const spans = await traced.whole();
    expect(told(rootOf(spans))).toMatchObject({
      "ghostllm.fallback": true,
      "ghostllm.attempts": 2,
      "tag.tags": ["fallback"],
    });
    expect(attemptsOf(spans).map(told)).toMatchObject([
      { "ghostllm.provider": "first", "http.response.status_code": 503, "error.type": "provider_overloaded" },
      { "ghostllm.provider": "second", "ghostllm.attempt.number": 2, "gen_ai.usage.input_tokens": 10 },
    ]);
    expect(attemptsOf(spans)[0]?.attributes.has("gen_ai.usage.input_tokens")).toBe(false);
    expect(told(named(spans, "plan"))).toMatchObject({
      "ghostllm.plan.strategy": "ordered",
      "ghostllm.plan.targets": 2,
    });
  });

  it("that nobody answers ends with its error, and so does each try", async () => {
    await start();
    for (const vendor of vendors) vendor.script({ kind: "error", status: 500 });
    const response = await ask(routed);
    const spans = await traced.whole();
    expect([rootOf(spans).status, told(rootOf(spans))["http.response.status_code"]]).toMatchObject([
      { code: 2 },
      response.status,
    ]);
    expect(attemptsOf(spans).length).toBeGreaterThanOrEqual(2);
    expect(attemptsOf(spans).every(({ status }) => status.code === 2)).toBe(true);
  });

  it("of a client that leaves is no error, and has no status of an answer", async () => {
    await start();
    vendors[0]?.script({ kind: "slow-headers", delayMs: 5_000, of: chat });
    const leaving = new AbortController();
    const left = postJson(gateway.url + chatPath, hello, { signal: leaving.signal }).catch(() => "left");
    await waitFor(() => vendors[0]?.received.length === 1);
    leaving.abort();
    expect(await left).toBe("left");
    const root = rootOf(await traced.whole());
    expect([root.status.code, told(root)["ghostllm.status"], "http.response.status_code" in told(root)]).toEqual([
      ...[0, "client_abort", false],
    ]);
  });
});

describe("a second target beside one that is slow", () => {
  it("is a try of its own, and the other one says that it was outpaced", async () => {
    const hedge = { afterMs: 50, mostPercent: 100 };
    await start({
      alias: {
        policy: { retries: null, fallbacks: {}, timeouts: noTimeouts, stickyBy: null, hedge },
        hedge: { ...hedge, aliasId: "r", alias: "routed" },
      },
    });
    vendors[0]?.script({ kind: "stall", after: "connect" });
    vendors[1]?.script(chat);
    await ask(routed);
    const spans = await traced.whole();
    expect(told(rootOf(spans))["ghostllm.hedge"]).toBe("won");
    expect(attemptsOf(spans).map(told)).toMatchObject([
      { "ghostllm.provider": "first", "error.type": "outpaced" },
      { "ghostllm.provider": "second", "ghostllm.attempt.hedged": true, "gen_ai.usage.output_tokens": 5 },
    ]);
  });
});

describe("a request that is refused", () => {
  const ended = async () => {
    const spans = await traced.whole();
    const root = rootOf(spans);
    const steps = spans.filter(({ kind }) => kind === 1);
    return [
      root.status.message,
      told(root)["http.response.status_code"],
      ...steps.map(({ name, status }) => [name, status.message]),
    ];
  };

  it.each([
    [
      "by its key",
      { authorization: "Bearer gk-nobody" },
      hello,
      ["invalid_api_key", 401, ["identify", "invalid_api_key"]],
    ],
    [
      "for its model",
      {},
      { ...hello, model: "nothing" },
      ["model_not_found", 404, ["identify", ""], ["read", "model_not_found"]],
    ],
    [
      "for its body",
      {},
      { model: "fake-model" },
      ["invalid_request_error", 400, ["identify", ""], ["read", "invalid_request_error"]],
    ],
  ])("%s ends in the step that refused it", async (_, headers, body, wanted) => {
    await start();
    await ask(body, chatPath, headers);
    expect(await ended()).toEqual(wanted);
  });

  it("by a limit ends when it asks to be admitted", async () => {
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null };
    const principals = { [testKey]: makePrincipal({ scopes: [makeScope("key", "key-1", { limits })] }) };
    await start({ parts: { principals } });
    await ask();
    await traced.whole();
    traced.clear();
    await ask();
    expect(await ended()).toEqual([
      ...["rate_limit_exceeded", 429, ["identify", ""], ["read", ""], ["admit", "rate_limit_exceeded"]],
    ]);
  });

  it("by a guardrail has that as a span", async () => {
    await start({ parts: { guardrails: [makeGuardrail({ stage: "input" })] } });
    await ask({ ...hello, messages: [{ role: "user", content: "a bluebird" }] });
    const spans = await traced.whole();
    expect(named(spans, "guardrails.input").status).toMatchObject({ code: 2, message: "content_blocked" });
    expect(attemptsOf(spans)).toEqual([]);
  });
});

describe("what else is told", () => {
  it("an answer that is told again has no try at a vendor, and says that it was kept", async () => {
    await start({ alias: { cache: { ttlSeconds: 60, scope: "key", aliasId: "r" } } });
    vendors[0]?.script(chat);
    await ask(routed);
    expect(told(rootOf(await traced.whole()))).toMatchObject({ "ghostllm.cache": "miss" });
    traced.clear();
    await ask(routed);
    const spans = await traced.whole();
    expect(told(rootOf(spans))).toMatchObject({
      "ghostllm.cache": "hit",
      "ghostllm.saved_usd": 0.00002,
      "tag.tags": ["cache-hit"],
    });
    expect([attemptsOf(spans), named(spans, "recall").kind]).toEqual([[], 1]);
  });

  it("the copy of a request is a part of its trace", async () => {
    const shadow = { to: "second/m", percent: 100, maxConcurrent: 10, aliasId: "r", alias: "routed" };
    const own = { alias: { shadow } };
    await start(own);
    const [only] = [...(snapshotOf(own).aliases.get("routed")?.targets ?? [])];
    gateway.swap(snapshotOf({ alias: { shadow, targets: only === undefined ? [] : [only] } }));
    for (const vendor of vendors) vendor.script(chat);
    await ask(routed);
    await waitFor(() => traced.spans.some(({ name }) => name === "shadow shadow:routed"));
    await traced.whole();
    const copy = named(traced.spans, "shadow shadow:routed");
    const root = rootOf(traced.spans);
    expect([copy.traceId, copy.parentId, told(copy)["ghostllm.shadow_of"]]).toEqual([
      ...[root.traceId, root.spanId, told(root)["ghostllm.request.id"]],
    ]);
    const call = attemptsOf(traced.spans).find(({ parentId }) => parentId === copy.spanId);
    expect(call && told(call)).toMatchObject({ "ghostllm.provider": "second", "gen_ai.usage.input_tokens": 10 });
  });

  it("a chat over a WebSocket is a request as any other one", async () => {
    await start();
    vendors[0]?.script(chat);
    const page = await ChatPage.ready(gateway.url, testKey);
    await page.chat(hello, { id: "a" });
    const spans = await traced.whole(`POST ${chatPath}`);
    expect(attemptsOf(spans).map(told)).toMatchObject([{ "gen_ai.usage.output_tokens": 5 }]);
    page.close();
  });

  it("a session in real time is one call, as long as it lasts", async () => {
    const vendor = await startRealtimeVendor();
    const provider = makeProvider("openai", `${vendor.url}/v1`);
    await start({ parts: { targets: [makeTarget(provider, "voice", { prices, contextLength: 1_000 })] } });
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/realtime?model=voice`, {
      headers: keyHeader,
    });
    const heard: string[] = [];
    socket.on("message", (data: Buffer) => heard.push(data.toString()));
    await waitFor(() => heard.length > 0);
    socket.send(JSON.stringify({ type: "response.create" }));
    await waitFor(() => heard.some((text) => text.includes("response.done")));
    socket.close();
    const spans = await traced.whole("GET /v1/realtime");
    expect(attemptsOf(spans).map(told)).toMatchObject([
      { "gen_ai.operation.name": "realtime", "gen_ai.usage.input_tokens": 200, "gen_ai.usage.audio.output_tokens": 80 },
    ]);
    await vendor.close();
  });
});

describe("every operation", () => {
  const ways = names.flatMap((name) => [false, true].map((stream) => [name, stream] as const));

  it.each(ways)("of %s, streamed %s", async (name, stream) => {
    await start();
    vendors[0]?.script(chat);
    const { path, body } = askings[name]("fake-model", stream);
    const response = await ask(body, path);
    const spans = await traced.whole();
    expect(told(rootOf(spans))).toMatchObject({
      "http.response.status_code": response.status,
      "ghostllm.dialect": name,
    });
    expect(attemptsOf(spans).length).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ["/v1/embeddings", { model: "fake-embedding", input: "Hello" }, "embeddings fake-embedding"],
    ["/v1/completions", { model: "fake-model", prompt: "Hello" }, "text_completion fake-model"],
    ["/v1/moderations", { model: "fake-model", input: "Hello" }, "moderations fake-model"],
    ["/v1/audio/speech", { model: "fake-model", input: "Hello", voice: "a" }, "audio.speech fake-model"],
    ["/v1/images/generations", { model: "fake-model", prompt: "Hello" }, "images.generations fake-model"],
    ["/v1/files", {}, "files"],
  ])("at %s", async (path, body, name) => {
    await start();
    await ask(body, path);
    const spans = await traced.whole(`POST ${path}`);
    expect(attemptsOf(spans).map((span) => span.name)).toEqual([name]);
  });
});

describe("which requests are told of", () => {
  const sampled = (flags: string) => ({ traceparent: `00-${clientTrace}-${parent}-${flags}` });
  const failing = { ...hello, model: "nothing" };
  const tellsOf = async (stage: NonNullable<Stage["tracing"]>, headers: Record<string, string>, body: object) => {
    await start({ tracing: stage });
    await ask(body, chatPath, headers);
    // Its last byte has left, which its client may know a moment sooner.
    await pause(100);
    await traced.tracer.close();
    return traced.spans.length > 0;
  };

  it.each([
    ["those that clients sample", {}, sampled("01"), hello, true],
    ["not those that clients do not", {}, sampled("00"), hello, false],
    ["but those of them that fail", {}, sampled("00"), failing, true],
    ["unless nobody wants them", { keepsErrors: false }, sampled("00"), failing, false],
    ["by our share where clients say nothing", { sampler: "parentbased_traceidratio", ratio: 0 }, {}, hello, false],
    ["by clients before our share", { sampler: "parentbased_traceidratio", ratio: 0 }, sampled("01"), hello, true],
    ["by our share alone", { sampler: "traceidratio", ratio: 0 }, sampled("01"), hello, false],
    ["whatever clients say, where nobody believes them", { trustsParents: false }, sampled("00"), hello, true],
  ] as const)("%s", async (_, stage, headers, body, wanted) => {
    expect(await tellsOf(stage, headers, body)).toBe(wanted);
  });

  it("a share is that share of them", async () => {
    await start({ tracing: { sampler: "traceidratio", ratio: 0.25, keepsErrors: false } });
    const { newId } = await import("@ghostllm/contract");
    const all = Array.from({ length: 4_000 }, () =>
      traced.tracer.begin({ id: newId(), startedAt: 0, arrivedAt: 0, method: "POST" }, null),
    );
    const share = all.filter((trace) => trace !== null).length / all.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it("a client whom nobody believes is told of the trace that its request has", async () => {
    await start({ tracing: { trustsParents: false } });
    const response = await ask(hello, chatPath, sampled("01"));
    const root = rootOf(await traced.whole());
    expect(root.parentId).toBe("");
    expect(response.headers.get("traceresponse")).toBe(`00-${root.traceId}-${root.spanId}-01`);
    expect(root.traceId).not.toBe(clientTrace);
  });
});

describe("texts", () => {
  const contents: Contents = { keep: () => true };
  const storing = (storePrompts: "request" | "request_and_answer" | null) => ({
    principals: { [testKey]: makePrincipal({ storePrompts }) },
  });
  const textsOf = async (stage: Stage, body: object = hello) => {
    await start({ settings: { contents }, ...stage });
    vendors[0]?.script({ kind: "chat", text: "an answer", usage });
    await ask(body);
    const spans = await traced.whole();
    return [rootOf(spans), ...attemptsOf(spans)].map((span) => {
      const { "input.value": input, "output.value": output } = told(span);
      return [input === undefined ? undefined : (JSON.parse(String(input)) as typeof hello).messages, output];
    });
  };
  const tracing = { textCharacters: 1_000 };

  it.each([[hello], [helloStream]])("are told where the policy of the key has them stored", async (body) => {
    const wanted = [hello.messages, "an answer"];
    expect(await textsOf({ tracing, parts: storing("request_and_answer") }, body)).toEqual([wanted, wanted]);
  });

  it("are those that are stored, and no others", async () => {
    const wanted = [hello.messages, undefined];
    expect(await textsOf({ tracing, parts: storing("request") })).toEqual([wanted, wanted]);
  });

  it("are not told of other keys, nor where operators do not want them", async () => {
    const nothing = [undefined, undefined];
    expect(await textsOf({ tracing, parts: storing(null) })).toEqual([nothing, nothing]);
    await gateway.close();
    expect(await textsOf({ parts: storing("request_and_answer") })).toEqual([nothing, nothing]);
  });

  it("are cut, and not within a character", async () => {
    await start({ settings: { contents }, tracing: { textCharacters: 60 }, parts: storing("request_and_answer") });
    vendors[0]?.script({ kind: "chat", text: `${"a".repeat(59)}😀${"b".repeat(50)}`, usage });
    await ask();
    const { "output.value": output, "input.value": input } = told(rootOf(await traced.whole()));
    expect([output, String(input).length]).toEqual(["a".repeat(59), 60]);
  });
});
