// What clients of Ollama do beside chatting: names without a tag, models that are loaded and let go, the older path for
// embeddings, and paths that only an Ollama has.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { keyHeader, postJson } from "./support/stage.ts";

let upstream: FakeUpstream;
let gateway: TestGateway;

const limitedKey = "gk-limitedlimit-0123456789abcdef";

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const ollama = makeProvider("ollama", upstream.url);
  const openai = makeProvider("openai", `${upstream.url}/v1`);
  const llama = makeTarget(ollama, "llama3:latest", { capabilities: null, contextLength: 8192 });
  const targets = [llama, makeTarget(ollama, "qwen3:8b"), makeTarget(openai, "gpt-test")];
  const smart = {
    id: "r",
    name: "smart",
    strategy: "ordered" as const,
    targets: [{ target: llama, weight: 1 }],
    createdAt: 0,
  };
  const principals = {
    [testKey]: makePrincipal(),
    [limitedKey]: makePrincipal({ permissions: { models: ["llama3", "qwen3:8b"] } }),
  };
  gateway = await startGateway(makeSnapshot({ targets, principals, aliases: new Map([["smart", smart]]) }));
});
beforeEach(() => upstream.clear());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const post = (path: string, body: object, key = testKey) =>
  postJson(gateway.url + path, body, { headers: { authorization: `Bearer ${key}` } });
const chat = (model: string, key = testKey) =>
  post("/api/chat", { model, stream: false, messages: [{ role: "user", content: "Hi" }] }, key);
const answer = { message: { role: "assistant", content: "Yes" }, done: true, done_reason: "stop", eval_count: 1 };
const sentModel = (): unknown => JSON.parse(upstream.received.at(-1)?.text ?? "{}").model;

describe("a prompt that the server cut without a word", () => {
  const ask = async (path: string, length: number, read: number, more: object = {}) => {
    const told = {
      prompt_eval_count: read,
      usage: { prompt_tokens: read, completion_tokens: 1, total_tokens: read + 1 },
    };
    const choices = [{ index: 0, message: { role: "assistant", content: "Yes" }, finish_reason: "stop" }];
    upstream.script({ kind: "answer", body: { model: "llama3", choices, ...answer, ...told } });
    const messages = [{ role: "user", content: "word ".repeat(length) }];
    const response = await post(path, { model: "llama3", max_tokens: 9, stream: false, messages, ...more });
    return response.headers.get("x-ghostllm-notes") ?? "";
  };

  it.each(["/api/chat", "/v1/chat/completions", "/v1/messages"])(
    "is noted where its count shows it: %s",
    async (path) => {
      expect(await ask(path, 4000, 1026)).toContain("all but 1026 tokens of the prompt: it was cut");
      expect(await ask(path, 4000, 4010)).not.toContain("cut");
      expect(await ask(path, 4000, 1700)).not.toContain("cut");
      expect(await ask(path, 1000, 1026)).not.toContain("cut");
    },
  );

  it("at the length that the client asked for", async () => {
    expect(await ask("/api/chat", 4000, 502, { options: { num_ctx: 1000 } })).toContain("context of 1000");
    expect(await ask("/api/chat", 4000, 1026, { options: { num_ctx: 1000 } })).toBe("");
  });
});

describe("a name without a tag", () => {
  it.each([
    ["llama3", "llama3"],
    ["llama3:latest", "llama3:latest"],
    ["ollama/llama3", "llama3"],
    ["smart", "llama3:latest"],
    ["smart:latest", "llama3:latest"],
  ])("%s means the latest, which the server is asked for as %s", async (model, sent) => {
    upstream.script({ kind: "answer", body: { model: sent, ...answer } });
    const response = await chat(model);
    expect(await response.json()).toMatchObject({ model: sent, message: { content: "Yes" } });
    expect(sentModel()).toBe(sent);
    expect(gateway.records.at(-1)).toMatchObject({ model: "llama3:latest", modelId: "model-ollama-llama3:latest" });
  });

  it("means no other tag, and another vendor's model by its own name", async () => {
    expect((await chat("qwen3")).status).toBe(404);
    upstream.script({ kind: "answer", body: { choices: [{ message: { content: "Yes" } }] } });
    expect((await chat("gpt-test:latest")).status).toBe(200);
  });

  it("is allowed to a key by either spelling", async () => {
    for (const model of ["llama3", "llama3:latest", "ollama/llama3"]) {
      upstream.script({ kind: "answer", body: { model, ...answer } });
      expect((await chat(model, limitedKey)).status, model).toBe(200);
    }
    expect((await chat("gpt-test", limitedKey)).status).toBe(403);
    const list = await fetch(`${gateway.url}/api/tags`, { headers: { authorization: `Bearer ${limitedKey}` } });
    const { models } = (await list.json()) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(["llama3:latest", "qwen3:8b", "auto"]);
  });

  it("is shown, and found in OpenAI's list", async () => {
    expect(await (await post("/api/show", { model: "llama3" })).json()).toMatchObject({
      model_info: { "general.context_length": 8192 },
    });
    const found = await fetch(`${gateway.url}/v1/models/llama3`, { headers: keyHeader });
    expect(await found.json()).toMatchObject({ id: "llama3", context_length: 8192 });
  });
});

describe("a request that has a model loaded or let go", () => {
  const cases: readonly (readonly [path: string, more: object, expected: object])[] = [
    ["/api/generate", {}, { response: "", done: true, done_reason: "load" }],
    ["/api/generate", { prompt: "", keep_alive: 0 }, { response: "", done_reason: "unload" }],
    ["/api/generate", { prompt: "", keep_alive: -1, stream: false }, { done_reason: "load" }],
    ["/api/generate", { keep_alive: "0s" }, { done_reason: "unload" }],
    ["/api/chat", {}, { message: { role: "assistant", content: "" }, done_reason: "load" }],
    ["/api/chat", { messages: [], keep_alive: "10m" }, { done_reason: "load" }],
    ["/api/chat", { messages: [], keep_alive: 0 }, { done_reason: "unload" }],
    ["/api/embed", { input: [], keep_alive: 0 }, { embeddings: [] }],
    ["/api/embed", { input: "" }, { embeddings: [] }],
    ["/api/embeddings", { prompt: "" }, { embedding: [] }],
  ];

  it.each(cases)("%s %j asks no other vendor for words", async (path, more, expected) => {
    const before = gateway.records.length;
    const response = await post(path, { model: "gpt-test", ...more });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(expected);
    expect(upstream.received).toEqual([]);
    expect(gateway.records).toHaveLength(before);
  });

  it.each(cases)("%s %j reaches an Ollama", async (path, more, expected) => {
    const words = path === "/api/chat" ? { message: { role: "assistant", content: "" } } : { response: "" };
    const isEmbedding = path.startsWith("/api/embed");
    const body = { model: "qwen3:8b", ...(!isEmbedding && { ...words, done: true }), ...expected };
    upstream.script({ kind: "answer", body });
    const response = await post(path, { model: "qwen3:8b", ...more });
    expect(await response.json()).toMatchObject(expected);
    expect(upstream.received.at(-1)).toMatchObject({ path });
    expect(upstream.received.at(-1)?.json()).toMatchObject(more);
  });

  it("is refused for a model that is not there", async () => {
    const response = await post("/api/generate", { model: "nothing", keep_alive: 0 });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: expect.stringContaining("does not exist") });
  });
});

describe("a wish to think", () => {
  const capabilities = { vision: null, functions: null, streaming: null };

  it.each([
    [false, undefined, "reasoning"],
    [null, true, "reasoning budget"],
    [true, true, "reasoning budget"],
  ])("of a client of another dialect, to a model that can: %s", async (thinking, think, notes) => {
    const target = makeTarget(makeProvider("ollama", upstream.url), "m", {
      capabilities: { ...capabilities, thinking },
    });
    const other = await startGateway(makeSnapshot({ targets: [target] }));
    upstream.script({ kind: "answer", body: { model: "m", ...answer } });
    const thinkingWish = { type: "enabled", budget_tokens: 1024 };
    const body = { model: "m", max_tokens: 2048, thinking: thinkingWish, messages: [{ role: "user", content: "Hi" }] };
    const response = await postJson(`${other.url}/v1/messages`, body);
    await other.close();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ghostllm-notes")).toBe(notes);
    expect(JSON.parse(upstream.received.at(-1)?.text ?? "{}").think).toBe(think);
  });
});

describe("the older path for embeddings", () => {
  it("passes to an Ollama", async () => {
    upstream.script({ kind: "answer", body: { embedding: [0.5, 1] } });
    expect(await (await post("/api/embeddings", { model: "qwen3:8b", prompt: "x" })).json()).toEqual({
      embedding: [0.5, 1],
    });
    expect(upstream.received.at(-1)).toMatchObject({ path: "/api/embeddings" });
  });

  it("is answered by another vendor", async () => {
    const body = { data: [{ index: 0, embedding: [0.5, 1] }], usage: { prompt_tokens: 3, total_tokens: 3 } };
    upstream.script({ kind: "answer", body });
    expect(await (await post("/api/embeddings", { model: "gpt-test", prompt: "x" })).json()).toEqual({
      embedding: [0.5, 1],
    });
    expect(upstream.received.at(-1)?.json()).toMatchObject({ model: "gpt-test", input: ["x"] });
    expect(gateway.records.at(-1)).toMatchObject({ promptTokens: 3 });
  });
});

describe("an answer of another vendor", () => {
  const durations = ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"];

  it.each([true, false])("tells how long it took (stream: %s)", async (stream) => {
    upstream.script({
      kind: "chat",
      text: "one two three",
      delayMs: 20,
      tokensPerSecond: 100,
      usage: { prompt_tokens: 7, completion_tokens: 3 },
    });
    const response = await post("/api/chat", {
      model: "gpt-test",
      stream,
      messages: [{ role: "user", content: "Hi" }],
    });
    const lines = (await response.text()).trim().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "") as Record<string, number>;
    expect(last).toMatchObject({ done: true, prompt_eval_count: 7, eval_count: 3 });
    for (const name of durations) expect(last[name], name).toBeTypeOf("number");
    // The vendor has kept it waiting for so long; timers may be a millisecond early.
    expect(last["total_duration"]).toBeGreaterThan(15_000_000);
    expect(last["eval_duration"]).toBeGreaterThan(0);
    expect(Number(last["prompt_eval_duration"]) + Number(last["eval_duration"])).toBe(last["total_duration"]);
  });

  it("and when it was made, by the clock where a vendor has none", async () => {
    upstream.script({ kind: "answer", body: { created: 1, choices: [{ message: { content: "Hi" } }] } });
    const answered = await (await chat("gpt-test")).json();
    expect(answered).toMatchObject({ created_at: expect.stringMatching(/^20\d\d-/) });
  });

  it("to an embedding, too", async () => {
    upstream.script({ kind: "answer", body: { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 3 } } });
    expect(await (await post("/api/embed", { model: "gpt-test", input: "x" })).json()).toMatchObject({
      model: "gpt-test",
      total_duration: expect.any(Number),
      prompt_eval_count: 3,
    });
  });
});

describe("a path that only an Ollama has", () => {
  it.each([
    ["POST", "/api/pull", /cannot be pulled here/],
    ["DELETE", "/api/delete", /cannot be deleted here/],
    ["POST", "/api/create", /cannot be created here/],
    ["POST", "/api/copy", /cannot be copied here/],
    ["POST", "/api/push", /cannot be pushed from here/],
    ["HEAD", "/api/blobs/sha256:1", null],
    ["GET", "/api/nothing", /no \/api\/nothing here/],
  ])("%s %s is answered in Ollama's form", async (method, path, text) => {
    const response = await fetch(gateway.url + path, { method, headers: keyHeader });
    expect(response.status).toBe(404);
    if (text !== null) expect(await response.json()).toEqual({ error: expect.stringMatching(text) });
  });

  it("a wrong key, and a wrong method, are told in Ollama's form", async () => {
    for (const path of ["/api/tags", "/api/chat"]) {
      const method = path === "/api/chat" ? "POST" : "GET";
      const response = await fetch(gateway.url + path, { method, headers: { authorization: "Bearer gk-wrong" } });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: expect.any(String) });
    }
    const response = await fetch(`${gateway.url}/api/chat`, { headers: keyHeader });
    expect(response.status).toBe(405);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });
});
