// Ollama's ways, as a script, for clients of every dialect.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAccount, listUsage } from "../support/admin.ts";
import type { UsageRow } from "../support/admin.ts";
import { startServer } from "../support/server.ts";
import type { ReadyServer } from "../support/server.ts";
import { ask, clientNames, errorIn, fieldsOf, read, send, valuesIn } from "./clients.ts";
import type { Gateway } from "./clients.ts";
import { allWords, chatModel, deadlyWord, embeddingModel, truncatedTokens } from "./ollama-runner.ts";
import { OllamaScript } from "./ollama-script.ts";

const model = `ollama/${chatModel}`;
/** The same server by another name, so that its failures put nobody else to rest. */
const frail = `frail/${chatModel}`;
const crossings = clientNames.flatMap((name) => [
  { name, stream: false },
  { name, stream: true },
]);

describe("Ollama", () => {
  let script: OllamaScript;
  let gateway: ReadyServer;
  let account: Gateway & { readonly keyId: string };

  beforeAll(async () => {
    script = await OllamaScript.start();
    gateway = await startServer({ environment: { OLLAMA_BASE_URL: script.url } });
    await gateway.admin.providers.create({ body: { name: "frail", provider_type: "ollama", base_url: script.url } });
    account = await newAccount();
  });

  afterAll(async () => {
    await gateway.stop();
    await script.close();
  });

  async function newAccount(): Promise<typeof account> {
    return { url: gateway.url, ...(await createAccount(gateway.admin)) };
  }

  async function recordOf(keyId: string): Promise<UsageRow | undefined> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const rows = await listUsage(gateway.admin, { api_key_id: keyId });
      if (rows.length > 0 || performance.now() > deadline) return rows[0];
      await sleep(50);
    }
  }

  /** Nobody's fault has put the model to rest. */
  async function expectWell(): Promise<void> {
    const reply = await ask(account, "ollama", model, { prompt: "Hi", maxTokens: 1 });
    expect(reply.status, reply.body).toBe(200);
  }

  it.each(crossings)("answers $name (stream: $stream), and its counts are told", async ({ name, stream }) => {
    const own = await newAccount();
    const told = read(name, await ask(own, name, model, { prompt: "one two three", stream, maxTokens: 4 }));
    expect(told).toMatchObject({ text: "word word word word", prompt: 3, completion: 4 });
    expect(await recordOf(own.keyId)).toMatchObject({ prompt_tokens: 3, completion_tokens: 4, status: "ok" });
  });

  it.each([chatModel, `${chatModel}:latest`, model, `${model}:latest`])(
    "has one model by the name %s",
    async (name) => {
      const reply = await ask(account, "openai-chat", name, { prompt: "Hi", maxTokens: 1 });
      expect(reply.status, reply.body).toBe(200);
    },
  );

  it("is listed with what its own list says", async () => {
    const listed = fieldsOf(JSON.parse((await send(account, "/api/tags")).body));
    expect(JSON.stringify(listed)).toContain(`${chatModel}:latest`);
    const shown = fieldsOf(JSON.parse((await send(account, "/api/show", { model: `${chatModel}:latest` })).body));
    expect(shown["capabilities"]).toEqual(["completion"]);
    expect(JSON.stringify(shown["model_info"])).toContain(":8192");
  });

  it.each([
    ["/api/chat", { messages: [] }, "load"],
    ["/api/generate", {}, "load"],
    ["/api/chat", { messages: [], keep_alive: 0 }, "unload"],
    ["/api/generate", { keep_alive: 0 }, "unload"],
  ])("loads and unloads at once and for nothing: %s %j", async (path, body, reason) => {
    const reply = await send(account, path, { model, ...body });
    expect(reply.status, reply.body).toBe(200);
    expect(valuesIn(reply.body).at(-1)).toMatchObject({ done: true, done_reason: reason });
    expect(valuesIn(reply.body).at(-1)).not.toHaveProperty("eval_count", expect.any(Number));
  });

  it.each(clientNames)("that cut a conversation down says so to a client of %s", async (name) => {
    const reply = await ask(account, name, model, { prompt: "word ".repeat(4_000), maxTokens: 2 });
    expect(read(name, reply).prompt).toBe(truncatedTokens);
    expect(reply.headers.get("x-ghostllm-notes") ?? "").toMatch(/cut|truncat|context/i);
  });

  it.each(clientNames)("does not support tools: %s is told so, and nobody else suffers", async (name) => {
    for (const stream of [false, true]) {
      const reply = await ask(account, name, model, { prompt: "Hi", tool: true, stream });
      expect(reply.status).toBe(400);
      expect(errorIn(reply)).toContain("does not support tools");
    }
    await expectWell();
  });

  it("is given the wrong type of an option: that is the client's fault", async () => {
    for (let times = 0; times < 4; times += 1) {
      const reply = await send(account, "/api/chat", {
        ...{ model, stream: false, messages: [{ role: "user", content: "Hi" }] },
        options: { temperature: "hot" },
      });
      expect([400, 422], reply.body).toContain(reply.status);
    }
    await expectWell();
  });

  it("is asked for thoughts that its model has none of", async () => {
    const thinking = { type: "enabled", budget_tokens: 1_024 };
    const tolerated = { prompt: "Hi", maxTokens: 2_048, more: { thinking, temperature: 1 } };
    expect((await ask(account, "anthropic-messages", model, tolerated)).status).toBe(200);
    const refused = await ask(account, "ollama", model, { prompt: "Hi", more: { think: true } });
    expect(refused.status).toBe(400);
    expect(errorIn(refused)).toContain("does not support thinking");
    await expectWell();
  });

  it.each(clientNames)("that dies in the middle of a stream is a failure to a client of %s", async (name) => {
    const own = await newAccount();
    const reply = await ask(own, name, frail, { prompt: `Please ${deadlyWord}`, stream: true });
    expect(reply.isCut, reply.body).toBe(true);
    expect(errorIn(reply)).not.toBe("");
    expect(reply.body).not.toMatch(/\[DONE\]|message_stop|response\.completed|"finishReason"|"done":true/);
    expect((await recordOf(own.keyId))?.status).toBe("error");
  });

  it.each(clientNames)("that dies before a whole answer is a failure to a client of %s", async (name) => {
    const reply = await ask(account, name, frail, { prompt: `Please ${deadlyWord}` });
    expect(reply.status).toBeGreaterThanOrEqual(500);
    expect(errorIn(reply)).not.toBe("");
  });

  it("in Anthropic's dialect just ends, which is a failure as well", async () => {
    const name = "anthropic-like";
    await gateway.admin.providers.create({
      body: { name, provider_type: "anthropic", base_url: script.url, api_key: "none" },
    });
    for (const client of clientNames) {
      const own = await newAccount();
      const question = { prompt: `Please ${deadlyWord}`, stream: true };
      const reply = await ask(own, client, `${name}/${chatModel}`, question);
      expect({ client, isCut: reply.isCut, hasError: errorIn(reply) !== "" }).toMatchObject({
        isCut: true,
        hasError: true,
      });
      expect((await recordOf(own.keyId))?.status, client).toBe("error");
    }
  });

  it.each(clientNames)("does not know a model: %s gets a 404", async (name) => {
    const reply = await ask(account, name, "ollama/nosuch", { prompt: "Hi" });
    expect(reply.status, reply.body).toBe(404);
    expect(errorIn(reply)).not.toBe("");
  });

  it.each([false, true])("is told of a limit by the one name that it knows (stream: %s)", async (stream) => {
    const question = { prompt: "Hi", stream, more: { max_completion_tokens: 2 } };
    const told = read("openai-chat", await ask(account, "openai-chat", model, question));
    expect(told).toMatchObject({ completion: 2, finish: "length" });
    expect(allWords).toBeGreaterThan(2);
  });

  describe("embeddings", () => {
    const embedding = `ollama/${embeddingModel}`;

    it.each([
      ["/api/embed", { model: embedding, input: ["one", "two words"] }],
      ["/v1/embeddings", { model: embedding, input: ["one", "two words"] }],
    ])("come in their order at %s", async (path, body) => {
      const reply = await send(account, path, body);
      expect(reply.status, reply.body).toBe(200);
      const told = fieldsOf(JSON.parse(reply.body));
      const list = (told["embeddings"] ?? told["data"]) as readonly unknown[];
      const vectors = list.map((one) => (Array.isArray(one) ? one : fieldsOf(one)["embedding"]));
      expect(vectors).toEqual([
        [1, 0],
        [0.6, 0.8],
      ]);
    });

    it("of nothing are none in its own dialect, and refused in OpenAI's", async () => {
      const own = await send(account, "/api/embed", { model: embedding, input: [] });
      expect(own.status).toBe(200);
      expect(fieldsOf(JSON.parse(own.body))["embeddings"]).toEqual([]);
      expect((await send(account, "/v1/embeddings", { model: embedding, input: [] })).status).toBe(400);
    });

    it("of a chat model are refused, and its chats go on", async () => {
      for (const path of ["/api/embed", "/v1/embeddings", "/api/embed", "/v1/embeddings"]) {
        const reply = await send(account, path, { model, input: "x" });
        expect([400, 404, 501], reply.body).toContain(reply.status);
      }
      await expectWell();
    });
  });
});
