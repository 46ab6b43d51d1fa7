// Of answers that are kept: every operation that has them, by its own path.

import type { Script } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aliasOf, cacheOf, startCachedStage } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import type { VendorName } from "./support/talk.ts";

let stage: CachedStage;

beforeAll(async () => {
  stage = await startCachedStage();
});
beforeEach(async () => {
  stage.upstream.clear();
  await stage.gateway.deps.cache.purge({});
});
afterAll(() => stage.close());

const usage = { prompt_tokens: 3, total_tokens: 3 };
const vectors: Script = {
  kind: "answer",
  body: { object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding: [0.5, -0.25] }], usage },
};
const ofGoogle: Script = { kind: "answer", body: { embedding: { values: [0.5, -0.25] } } };
const ofOllama: Script = { kind: "answer", body: { model: "m", embeddings: [[0.5, -0.25]], prompt_eval_count: 3 } };
const completion: Script = {
  kind: "answer",
  body: {
    ...{ id: "c", object: "text_completion", created: 1, model: "m" },
    choices: [{ text: "Hi", index: 0, finish_reason: "stop", logprobs: null }],
    usage: { ...usage, completion_tokens: 2, total_tokens: 5 },
  },
};
const generated: Script = {
  kind: "answer",
  body: {
    model: "m",
    created_at: "2026-01-01T00:00:00Z",
    response: "Hi",
    done: true,
    prompt_eval_count: 3,
    eval_count: 2,
  },
};
const moderation: Script = { kind: "answer", body: { id: "m", model: "m", results: [{ flagged: false }] } };
const ranking: Script = { kind: "answer", body: { id: "r", results: [{ index: 0, relevance_score: 0.5 }] } };

interface Case {
  readonly path: (model: string) => string;
  readonly vendor: VendorName;
  readonly body: (model: string) => object;
  readonly script: Script;
}

const at = (path: string) => (): string => path;
const input = (model: string): object => ({ model, input: "Hi" });
const parts = { content: { parts: [{ text: "Hi" }] } };
const embedContent = (model: string): string => `/v1beta/models/${model}:embedContent`;

const cases: Readonly<Record<string, Case>> = {
  embeddings: { path: at("/v1/embeddings"), vendor: "openai-chat", body: input, script: vectors },
  "embeddings of Google": { path: at("/v1/embeddings"), vendor: "gemini", body: input, script: ofGoogle },
  "embeddings of Ollama": { path: at("/v1/embeddings"), vendor: "ollama", body: input, script: ofOllama },
  "Google's embeddings": { path: embedContent, vendor: "gemini", body: () => parts, script: ofGoogle },
  "Google's embeddings of OpenAI's": { path: embedContent, vendor: "openai-chat", body: () => parts, script: vectors },
  "Ollama's embeddings": { path: at("/api/embed"), vendor: "ollama", body: input, script: ofOllama },
  completions: {
    ...{ path: at("/v1/completions"), vendor: "openai-chat", script: completion },
    body: (model) => ({ model, prompt: "Hi" }),
  },
  "what Ollama generates": {
    ...{ path: at("/api/generate"), vendor: "ollama", script: generated },
    body: (model) => ({ model, prompt: "Hi", stream: false }),
  },
};

describe.each(Object.entries(cases))("%s", (_, { path, vendor, body, script }) => {
  it("are told again as they were told", async () => {
    const model = aliasOf(vendor);
    stage.upstream.script([script, { kind: "error", status: 500 }]);
    const first = await stage.ask(path(model), body(model));
    const text = await first.text();
    expect([first.status, cacheOf(first)], text).toEqual([200, "miss"]);
    const second = await stage.ask(path(model), body(model));
    expect([second.status, cacheOf(second), second.headers.get("content-type")]).toEqual([
      ...[200, "hit", first.headers.get("content-type")],
    ]);
    expect(await second.text()).toBe(text);
    expect(stage.last()).toMatchObject({ cache: "hit", costNanos: 0, savedNanos: expect.any(Number) as number });
    expect(stage.asks()).toBe(1);
  });
});

describe.each([
  ["moderations", "/v1/moderations", { input: "Hi" }, moderation],
  ["rerank", "/v1/rerank", { query: "q", documents: ["a", "b"] }, ranking],
] as const)("%s", (_, path, body, script) => {
  it("is told again, where the vendor says nothing of what it used too", async () => {
    const asked = { model: aliasOf("openai-chat"), ...body };
    stage.upstream.script([script, { kind: "error", status: 500 }]);
    const first = await stage.ask(path, asked);
    const text = await first.text();
    expect([first.status, cacheOf(first)], text).toEqual([200, "miss"]);
    const second = await stage.ask(path, asked);
    expect([cacheOf(second), await second.text()]).toEqual(["hit", text]);
  });
});

describe("completions", () => {
  it("are kept apart, streamed and whole", async () => {
    stage.upstream.script({ kind: "chat", text: "one two" });
    const body = { model: aliasOf("openai-chat"), prompt: "Hi" };
    const ask = async (stream: boolean): Promise<readonly [string | null, boolean]> => {
      const response = await stage.ask("/v1/completions", { ...body, stream });
      return [cacheOf(response), (await response.text()).includes("[DONE]")];
    };
    expect([await ask(false), await ask(true), await ask(false), await ask(true)]).toEqual([
      ...[
        ["miss", false],
        ["miss", true],
        ["hit", false],
        ["hit", true],
      ],
    ]);
  });
});
