// Ollama's official SDK in front of an Ollama server and of vendors of other dialects, and what is Ollama's own in the
// behaviour of the gateway.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { Ollama } from "ollama";
import type { ChatRequest } from "ollama";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "asked";
const png = "iVBORw0KGgoAAAANSUhEUgAAAAE=";

const lines = (...values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const chunks = (...values: readonly object[]): string =>
  values.map((value) => `data: ${JSON.stringify({ id: "c1", created: 5, model, ...value })}\n\n`).join("");
const events = (...values: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[]): string =>
  values.map((value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`).join("");

const message = { role: "assistant", content: "So it is." };
const at = { model, created_at: "2026-02-03T09:15:42.5Z" };
const counts = { done: true, done_reason: "stop", prompt_eval_count: 21, eval_count: 9 };
const call = { name: "temperature", arguments: { city: "Oslo" } };

/** The same answer of three vendors: a thought, a text and a call. */
interface Vendor {
  readonly whole: object;
  readonly stream: string;
  readonly contentType: string;
  readonly path: string;
}

const vendors: Readonly<Record<string, Vendor>> = {
  ollama: {
    path: "/api/chat",
    whole: {
      ...at,
      message: { ...message, thinking: "Hm.", tool_calls: [{ id: "call_1", function: { index: 0, ...call } }] },
      ...counts,
    },
    contentType: "application/x-ndjson",
    stream: lines(
      { ...at, message: { role: "assistant", content: "", thinking: "Hm." }, done: false },
      { ...at, message: { role: "assistant", content: "So it " }, done: false },
      { ...at, message: { role: "assistant", content: "is." }, done: false },
      { ...at, message: { role: "assistant", content: "", tool_calls: [{ function: call }] }, done: false },
      { ...at, message: { role: "assistant", content: "" }, ...counts },
    ),
  },
  groq: {
    path: "/chat/completions",
    whole: {
      id: "c1",
      created: 5,
      model,
      choices: [
        {
          index: 0,
          message: {
            ...message,
            reasoning: "Hm.",
            tool_calls: [
              { id: "call_1", type: "function", function: { name: call.name, arguments: '{"city":"Oslo"}' } },
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
      usage: { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30 },
    },
    contentType: "text/event-stream",
    stream: `${chunks(
      { choices: [{ index: 0, delta: { role: "assistant", reasoning: "Hm." } }] },
      { choices: [{ index: 0, delta: { content: "So it " } }] },
      { choices: [{ index: 0, delta: { content: "is." } }] },
      {
        choices: [
          {
            index: 0,
            delta: { tool_calls: [{ index: 0, id: "call_1", function: { name: call.name, arguments: '{"ci' } }] },
          },
        ],
      },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'ty":"Oslo"}' } }] } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      { choices: [], usage: { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30 } },
    )}data: [DONE]\n\n`,
  },
  anthropic: {
    path: "/v1/messages",
    whole: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model,
      content: [
        { type: "thinking", thinking: "Hm.", signature: "c2ln" },
        { type: "text", text: "So it is." },
        { type: "tool_use", id: "call_1", name: call.name, input: call.arguments },
      ],
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: { input_tokens: 21, output_tokens: 9 },
    },
    contentType: "text/event-stream",
    stream: events(
      {
        type: "message_start",
        message: { id: "msg_1", model, content: [], usage: { input_tokens: 21, output_tokens: 1 } },
      },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm." } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "So it is." } },
      { type: "content_block_stop", index: 1 },
      {
        type: "content_block_start",
        index: 2,
        content_block: { type: "tool_use", id: "call_1", name: call.name, input: {} },
      },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"city":' } },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '"Oslo"}' } },
      { type: "content_block_stop", index: 2 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
      { type: "message_stop" },
    ),
  },
};

const request = {
  model,
  messages: [
    { role: "user", content: "How warm is it in Oslo?", images: [png] },
    { role: "assistant", content: "", tool_calls: [{ function: call }] },
    { role: "tool", content: "4", tool_name: "temperature" },
  ],
  think: true,
  tools: [
    {
      type: "function",
      function: {
        name: "temperature",
        description: "In degrees",
        parameters: { type: "object", properties: { city: { type: "string" } } },
      },
    },
  ],
  options: { temperature: 1, num_predict: 4_000, stop: ["END"] },
} satisfies Omit<ChatRequest, "stream">;

describe("Ollama's SDK", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;

  const sdkOf = (key: string) => new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${key}` } });

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.clear());

  function aim(type: string): void {
    gateway.swap(makeSnapshot({ targets: [makeTarget(makeProvider(type, upstream.url), model)] }));
  }

  function sentBody(): Readonly<Record<string, unknown>> {
    return JSON.parse(upstream.received.at(-1)?.text ?? "") as Record<string, unknown>;
  }

  describe.each(Object.entries(vendors))("in front of %s", (type, vendor) => {
    beforeEach(() => aim(type));

    it("reads a whole answer, and what it asked has arrived", async () => {
      upstream.script({ kind: "answer", body: vendor.whole });
      const answer = await sdkOf(testKey).chat({ ...request, stream: false });
      expect(answer.message).toMatchObject({ role: "assistant", content: "So it is.", thinking: "Hm." });
      expect(answer.message.tool_calls).toMatchObject([{ function: call }]);
      expect(answer).toMatchObject({ model, ...counts });
      expect(Date.parse(String(answer.created_at))).not.toBeNaN();
      expect(gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 21, completionTokens: 9 });
      expect(upstream.received.at(-1)?.path).toContain(vendor.path);
      const sent = JSON.stringify(sentBody());
      for (const words of [png, "How warm", "In degrees", "END", "4000", '"Oslo']) expect(sent).toContain(words);
    });

    it.each([undefined, 7])("reads a stream (pieces of %s bytes)", async (writeBytes) => {
      const headers = { "content-type": vendor.contentType };
      upstream.script({ kind: "raw", text: vendor.stream, headers, ...(writeBytes && { writeBytes }) });
      const told = { content: "", thinking: "", calls: [] as unknown[], last: {} };
      for await (const line of await sdkOf(testKey).chat({ ...request, stream: true })) {
        told.content += line.message.content;
        told.thinking += line.message.thinking ?? "";
        told.calls.push(...(line.message.tool_calls ?? []));
        told.last = line;
      }
      expect(told).toMatchObject({ content: "So it is.", thinking: "Hm.", calls: [{ function: call }], last: counts });
      expect(gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 21, completionTokens: 9 });
    });

    it("has errors of the vendor raised", async () => {
      upstream.script({ kind: "answer", status: 400, body: errorOf(type) });
      await expect(sdkOf(testKey).chat({ ...request, stream: false })).rejects.toMatchObject({
        name: "ResponseError",
        error: "that cannot be",
        status_code: 400,
      });
    });

    it("has an error raised where a stream breaks off", async () => {
      const text = vendor.stream.slice(0, vendor.stream.length / 2);
      upstream.script({
        kind: "cut",
        after: { bytes: text.length },
        of: { kind: "raw", text, headers: { "content-type": vendor.contentType } },
      });
      const read = async (): Promise<void> => {
        for await (const line of await sdkOf(testKey).chat({ ...request, stream: true })) expect(line.done).toBe(false);
      };
      await expect(read()).rejects.toThrow(/broke off/);
    });
  });

  it("has streams where nobody says otherwise, of lines", async () => {
    aim("groq");
    upstream.script({ kind: "raw", text: vendors["groq"]?.stream ?? "" });
    const answer = await fetch(`${gateway.url}/api/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}` },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
    });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const text = await answer.text();
    expect(
      text
        .split("\n")
        .filter(Boolean)
        .every((line) => line.startsWith('{"model":"asked","created_at":')),
    ).toBe(true);
    expect(sentBody()).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it.each([
    ["ollama", "/api/generate", { ...at, response: "So it is.", ...counts }],
    ["groq", "/chat/completions", vendors["groq"]?.whole],
    ["anthropic", "/v1/messages", vendors["anthropic"]?.whole],
  ])("completes prompts in front of %s", async (type, path, body) => {
    aim(type);
    upstream.script({ kind: "answer", body });
    const asked = { model, prompt: "Is it so?", system: "Be brief.", images: [png] };
    const answer = await sdkOf(testKey).generate({ ...asked, stream: false });
    expect(answer).toMatchObject({ response: "So it is.", ...counts });
    expect(upstream.received.at(-1)?.path).toContain(path);
    const sent = JSON.stringify(sentBody());
    for (const words of ["Is it so?", "Be brief.", png]) expect(sent).toContain(words);
  });

  it("embeds texts", async () => {
    aim("ollama");
    const embeddings = [
      [0.5, -0.25],
      [0.125, 1],
    ];
    upstream.script({ kind: "answer", body: { model, embeddings, prompt_eval_count: 6 } });
    const answer = await sdkOf(testKey).embed({ model, input: ["one", "two"] });
    expect(answer.embeddings).toEqual(embeddings);
    expect(upstream.received.at(-1)?.path).toBe("/api/embed");
    expect(gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 6, completionTokens: 0 });
  });

  it("is told what another dialect cannot express", async () => {
    aim("groq");
    upstream.script({ kind: "answer", body: vendors["groq"]?.whole });
    const answer = await fetch(`${gateway.url}/api/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}` },
      body: JSON.stringify({
        model,
        messages: [{ role: "user", content: "Hi" }],
        stream: false,
        keep_alive: "5m",
        options: { num_ctx: 4096 },
      }),
    });
    expect(answer.headers.get("x-ghostllm-notes")).toBe("keep_alive, options");
  });

  it("has errors of ours raised", async () => {
    aim("ollama");
    const ask = (key: string, name: string) => sdkOf(key).chat({ model: name, messages: [], stream: false });
    await expect(ask("gk-unknown", model)).rejects.toMatchObject({ name: "ResponseError", status_code: 401 });
    await expect(ask(testKey, "nobody-has-it")).rejects.toMatchObject({ name: "ResponseError", status_code: 404 });
  });

  it("has an error within a stream raised, which is recorded", async () => {
    aim("ollama");
    const text = lines({ ...at, message, done: false }, { error: "unexpected EOF" });
    upstream.script({ kind: "raw", text, headers: { "content-type": "application/x-ndjson" } });
    const read = async (): Promise<void> => {
      for await (const line of await sdkOf(testKey).chat({ ...request, stream: true })) expect(line.done).toBe(false);
    };
    await expect(read()).rejects.toThrow("unexpected EOF");
    expect(gateway.records.at(-1)).toMatchObject({ status: "error", estimated: true });
  });
});

function errorOf(type: string): object {
  const words = "that cannot be";
  if (type === "ollama") return { error: words };
  return { type: "error", error: { message: words, type: "invalid_request_error" } };
}
