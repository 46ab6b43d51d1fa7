// A real llama.cpp server with a small model behind the gateway, for clients of every dialect. It needs Python and two
// packages of its registry, and is skipped with the reason where they cannot be had.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients as talkers } from "../../apps/server/tests/support/talk.ts";
import { createAccount, listUsage } from "../support/admin.ts";
import type { UsageRow } from "../support/admin.ts";
import { startServer } from "../support/server.ts";
import type { ReadyServer } from "../support/server.ts";
import { ask, clientNames, errorIn, fieldsOf, listOf, read, send, valuesIn } from "./clients.ts";
import type { ClientName, Gateway } from "./clients.ts";
import { installLlamaServer } from "./install.ts";
import { LlamaServer, modelName } from "./llama-server.ts";
import type { DirectAnswer } from "./llama-server.ts";

const model = `llamacpp/${modelName}`;
const installed = installLlamaServer();

const crossings = clientNames.flatMap((name) => [
  { name, stream: false },
  { name, stream: true },
]);

/** How each dialect says that the model had finished, and that the limit was reached. */
const finishes: Readonly<Record<ClientName, readonly [stop: string, length: string]>> = {
  "openai-chat": ["stop", "length"],
  "openai-responses": ["completed", "max_output_tokens"],
  "anthropic-messages": ["end_turn", "max_tokens"],
  gemini: ["STOP", "MAX_TOKENS"],
  ollama: ["stop", "length"],
};

if (typeof installed === "string") {
  it.skip(`llama.cpp's server cannot be installed: ${installed}`);
} else {
  describe("llama.cpp's server", () => {
    let server: LlamaServer;
    let gateway: ReadyServer;
    let account: Gateway & { readonly keyId: string };

    beforeAll(async () => {
      server = await LlamaServer.start(installed, { n_ctx: 1024, n_parallel: 2, sse_ping_interval: 1 });
      gateway = await startServer({ environment: { LLAMACPP_BASE_URL: server.url } });
      account = { url: gateway.url, ...(await createAccount(gateway.admin)) };
    });

    afterAll(async () => {
      await gateway.stop();
      await server.stop();
    });

    /** One of a key's own, whose records are this test's. */
    async function newAccount(): Promise<typeof account> {
      return { url: gateway.url, ...(await createAccount(gateway.admin)) };
    }

    async function recordsOf(keyId: string, count = 1): Promise<readonly UsageRow[]> {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const rows = await listUsage(gateway.admin, { api_key_id: keyId });
        if (rows.length >= count || performance.now() > deadline) return rows;
        await sleep(50);
      }
    }

    /** What the server says without a gateway. */
    const direct = (prompt: string, maxTokens: number): Promise<DirectAnswer> =>
      server.ask("/v1/chat/completions", {
        ...{ messages: [{ role: "user", content: prompt }], temperature: 0, max_tokens: maxTokens },
      });

    it.each(crossings)("says to $name (stream: $stream) what it says itself, and counts", async ({ name, stream }) => {
      const own = await newAccount();
      const prompt = `Say a word about ${name}.`;
      const expected = await direct(prompt, 8);
      const reply = await ask(own, name, model, { prompt, stream, maxTokens: 8 });
      expect(reply).toMatchObject({ status: 200, isCut: false });
      const told = read(name, reply);
      expect(told.text).toBe(expected.choices[0]?.message.content);
      const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = expected.usage;
      expect(told).toMatchObject({ prompt: promptTokens, completion: completionTokens });
      const [record] = await recordsOf(own.keyId);
      expect(record).toMatchObject({
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        status: "ok",
        estimated: false,
      });
    });

    it.each(crossings)("tells $name (stream: $stream) what was in its cache", async ({ name, stream }) => {
      const own = await newAccount();
      const prompt = `Tell of ${name} and ${stream}, slowly and with care.`;
      await ask(own, name, model, { prompt, stream, maxTokens: 2 });
      const told = read(name, await ask(own, name, model, { prompt, stream, maxTokens: 2 }));
      // The last token of a prompt is always read anew.
      const records = await recordsOf(own.keyId, 2);
      const cached = records.map((record) => record.cached_tokens).toSorted((a, b) => b - a);
      expect(cached[0]).toBe((records[0]?.prompt_tokens ?? 0) - 1);
      if (name !== "ollama") expect(told.cached).toBe(cached[0]);
    });

    it.each(crossings)("ends for $name (stream: $stream) as it ended", async ({ name, stream }) => {
      const [stop, length] = finishes[name];
      const cut = await ask(account, name, model, { prompt: "Count to a hundred.", stream, maxTokens: 3 });
      expect(read(name, cut)).toMatchObject({ finish: length, completion: 3 });
      const whole = await ask(account, name, model, { prompt: "Say yes.", stream, maxTokens: 120 });
      expect(read(name, whole).finish).toBe(stop);
    });

    it("stops at a client's own word", async () => {
      const question = { prompt: "Count from one to ten: 1, 2, 3", maxTokens: 60, more: { stop: [","] } };
      const told = read("openai-chat", await ask(account, "openai-chat", model, question));
      expect(told).toMatchObject({ finish: "stop", text: expect.not.stringContaining(",") as string });
    });

    it.each([false, true])("counts all of two answers (stream: %s)", async (stream) => {
      const own = await newAccount();
      const question = { prompt: "Count to a hundred.", stream, maxTokens: 4, more: { n: 2 } };
      const reply = await ask(own, "openai-chat", model, question);
      expect(reply.status).toBe(200);
      const indexes = valuesIn(reply.body).flatMap(({ choices }) => listOf(choices).map(({ index }) => index));
      expect(new Set(indexes)).toEqual(new Set([0, 1]));
      // The server tells the tokens of one answer in whole ones, and those of each in streams.
      const [record] = await recordsOf(own.keyId);
      expect(record?.completion_tokens).toBe(stream ? 8 : 4);
    });

    it.each(crossings)("a context that is too long is $name's own 400 (stream: $stream)", async ({ name, stream }) => {
      const reply = await ask(account, name, model, { prompt: "word ".repeat(1_500), stream, maxTokens: 4 });
      expect(reply.status).toBe(400);
      expect(errorIn(reply)).toMatch(/context|too long|exceed/i);
      if (name === "openai-responses") expect(reply.body).toContain('"context_length_exceeded"');
      // Within its own dialect the server's words pass as they are.
      if (name === "openai-chat") expect(reply.body).toContain('"exceed_context_size_error"');
      await expectWell();
    });

    it.each(crossings)("a picture for its text model is $name's fault (stream: $stream)", async ({ name, stream }) => {
      const reply = await ask(account, name, model, { prompt: "What is it?", image: true, stream, maxTokens: 4 });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      expect(errorIn(reply)).toContain("image input is not supported");
      await expectWell();
    });

    /** The next request is answered at once: nobody's fault has put the model to rest. */
    async function expectWell(): Promise<void> {
      const reply = await ask(account, "openai-chat", model, { prompt: "Hi", maxTokens: 1 });
      expect(reply.status, reply.body).toBe(200);
    }

    it.each([
      ["/v1/embeddings", { model, input: "x" }],
      ["/api/embed", { model, input: "x" }],
      [`/v1beta/models/${model}:embedContent`, { content: { parts: [{ text: "x" }] } }],
    ])("embeddings that it was not started for are refused at %s, and its answers go on", async (path, body) => {
      for (let times = 0; times < 4; times += 1) {
        const reply = await send(account, path, body);
        expect([400, 404, 501], reply.body).toContain(reply.status);
      }
      await expectWell();
    });

    it.each(clientNames)("a client of %s that leaves frees its slot", async (name) => {
      const own = await newAccount();
      const leaving = new AbortController();
      const question = { prompt: "Write a very long story about a river.", stream: true, maxTokens: 400 };
      const asked = ask(own, name, model, { ...question, signal: leaving.signal }).catch(() => null);
      await until(() => server.isBusy());
      await sleep(300);
      leaving.abort();
      await asked;
      await until(async () => !(await server.isBusy()));
      expect(await recordsOf(own.keyId)).toMatchObject([{ status: "client_abort" }]);
    });

    async function until(holds: () => Promise<boolean>): Promise<void> {
      const deadline = performance.now() + 15_000;
      while (!(await holds())) {
        if (performance.now() > deadline) throw new Error("it never came to that");
        await sleep(30);
      }
    }

    it("its model is listed in every dialect, with the context of a slot", async () => {
      const { data } = fieldsOf(JSON.parse((await send(account, "/v1/models")).body));
      const entry = listOf(data).find(({ id }) => String(id).endsWith(modelName));
      expect(entry).toBeDefined();
      const shown = await send(account, "/api/show", { model });
      expect(shown.status).toBe(200);
      expect(shown.body).toMatch(/context_length":512\b/);
      expect((await send(account, "/v1beta/models")).body).toContain(modelName);
      expect((await send(account, "/api/tags")).body).toContain(modelName);
    });

    // A count of Google's clients is an estimate: the server does not count in their dialect, and counts do not cross.
    it("tokens are counted as it counts them, in the dialects in which it does", async () => {
      const prompt = "How many tokens are in this sentence, which is not very long?";
      const { usage } = await direct(prompt, 1);
      const messages = [{ role: "user", content: prompt }];
      const anthropic = await send(account, "/v1/messages/count_tokens", { model, messages });
      expect(fieldsOf(JSON.parse(anthropic.body))).toEqual({ input_tokens: usage.prompt_tokens });
    });

    it.each(crossings)("goes on after calls of tools and their results ($name, stream: $stream)", async (asked) => {
      const calls = [{ id: "call_1", name: "get_weather", args: '{"city":"Oslo"}', result: "Two degrees." }];
      const talk = { model, stream: asked.stream, tools: ["get_weather"], turns: [calls] };
      const { path, body } = talkers[asked.name](talk);
      const reply = await send(account, path, fieldsOf(JSON.parse(body)));
      expect(reply, reply.body).toMatchObject({ status: 200, isCut: false });
      expect(read(asked.name, reply)).toMatchObject({ finish: expect.stringMatching(/./) as string });
    });

    it.each(["", "/", "/v1", "/v1/"])("a base URL that ends with %j is understood", async (end) => {
      const name = `again${end.replaceAll("/", "-")}`;
      await gateway.admin.providers.create({
        body: { name, provider_type: "llamacpp", base_url: `${server.url}${end}` },
      });
      const reply = await ask(account, "openai-chat", `${name}/${modelName}`, { prompt: "Hi", maxTokens: 1 });
      expect(reply.status, reply.body).toBe(200);
    });

    it.each(clientNames)("goes on with what a client of %s has begun", async (name) => {
      const question = { prompt: "Name the capital of France.", prefill: "The capital is", maxTokens: 6 };
      const reply = await ask(account, name, model, question);
      expect(reply.status, reply.body).toBe(200);
      expect(read(name, reply).completion).toBeGreaterThan(0);
    });

    it.each(clientNames)("while it reads a long prompt, a client of %s gets nothing that breaks it", async (name) => {
      const prompt = `${name} `.repeat(120);
      const reply = await ask(account, name, model, { prompt, stream: true, maxTokens: 2 });
      expect(reply).toMatchObject({ status: 200, isCut: false });
      expect(read(name, reply).completion).toBeGreaterThan(0);
      if (name === "gemini" || name === "ollama") expect(reply.body).not.toMatch(/^:/m);
      if (name === "ollama") expect(reply.body).not.toMatch(/\n\s*\n/);
    });
  });

  describe("llama.cpp's server that still loads its model", () => {
    it.each(clientNames)("is a 503 for clients of %s, with a time to come back", async (name) => {
      const server = await LlamaServer.begin(installed, { n_ctx: 4096, n_parallel: 1 });
      const gateway = await startServer({ environment: { LLAMACPP_BASE_URL: server.url } });
      try {
        const account = { url: gateway.url, ...(await createAccount(gateway.admin)) };
        expect(account.key).not.toBe("");
        const replies = await askUntilAnswered(account, name, server);
        const loading = replies.filter(({ body }) => /loading/i.test(body));
        for (const { status, headers } of loading) {
          expect(status).toBe(503);
          expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
        }
        expect(replies.at(-1)?.status).toBe(200);
      } finally {
        await gateway.stop();
        await server.stop();
      }
    });

    async function askUntilAnswered(account: Gateway, name: ClientName, server: LlamaServer) {
      const replies = [];
      const deadline = performance.now() + 60_000;
      while (replies.at(-1)?.status !== 200 && performance.now() < deadline) {
        replies.push(await ask(account, name, model, { prompt: "Hi", maxTokens: 1 }));
        await sleep(100);
      }
      await server.untilReady();
      return replies;
    }
  });
}
