// A vendor's slip of the pen in its usage neither spends a budget nor spoils a record, in any dialect, plain or streamed.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toValues } from "#control/store/usage/usage-columns.ts";
import { PricedVendor } from "./support/priced-vendor.ts";
import type { Asked } from "./support/priced-vendor.ts";

let vendor: PricedVendor;
beforeAll(async () => {
  vendor = await PricedVendor.start();
});
afterAll(() => vendor.close());

interface Way {
  readonly name: string;
  readonly asked: (usage: readonly [prompt: number, completion: number], stream: boolean) => Asked;
}

const messages = [{ role: "user", content: "one two three" }];
const text = "four five six seven";

const chat: Way = {
  name: "openai-chat",
  asked: ([prompt_tokens, completion_tokens], stream) => {
    const usage = { prompt_tokens, completion_tokens };
    const message = { role: "assistant", content: text };
    const base = { id: "c", object: stream ? "chat.completion.chunk" : "chat.completion", created: 1, model: "m" };
    const whole = { ...base, choices: [{ index: 0, message, finish_reason: "stop" }], usage };
    const chunks = [
      { ...base, choices: [{ index: 0, delta: message, finish_reason: "stop" }] },
      { ...base, choices: [], usage },
      "[DONE]",
    ];
    const body = { model: "gpt-5.1", messages, stream };
    return { type: "openai", model: "gpt-5.1", path: "/v1/chat/completions", body, answer: stream ? chunks : whole };
  },
};

const responses: Way = {
  name: "openai-responses",
  asked: ([input_tokens, output_tokens], stream) => {
    const output = [{ type: "message", id: "m", role: "assistant", content: [{ type: "output_text", text }] }];
    const whole = { id: "r", object: "response", status: "completed", model: "m", output };
    const response = { ...whole, usage: { input_tokens, output_tokens } };
    const events = [
      { type: "response.created", response: { ...whole, status: "in_progress", output: [] } },
      { type: "response.output_text.delta", item_id: "m", output_index: 0, content_index: 0, delta: text },
      { type: "response.completed", response },
    ];
    const body = { model: "gpt-5.1", input: "one two three", stream };
    return { type: "openai", model: "gpt-5.1", path: "/v1/responses", body, answer: stream ? events : response };
  },
};

const claude: Way = {
  name: "anthropic-messages",
  asked: ([input_tokens, output_tokens], stream) => {
    const message = { id: "m", type: "message", role: "assistant", model: "c", content: [] };
    const usage = { input_tokens, output_tokens };
    const whole = { ...message, content: [{ type: "text", text }], stop_reason: "end_turn", usage };
    const events = [
      { type: "message_start", message: { ...message, usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens } },
      { type: "message_stop" },
    ];
    const model = "claude-sonnet-4-5";
    const body = { model, max_tokens: 100, messages, stream };
    return { type: "anthropic", model, path: "/v1/messages", body, answer: stream ? events : whole };
  },
};

const gemini: Way = {
  name: "gemini",
  asked: ([promptTokenCount, candidatesTokenCount], stream) => {
    const usageMetadata = { promptTokenCount, candidatesTokenCount };
    const candidates = [{ index: 0, content: { role: "model", parts: [{ text }] }, finishReason: "STOP" }];
    const whole = { candidates, usageMetadata, modelVersion: "m" };
    const model = "gemini-2.5-flash";
    const path = `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;
    const body = { contents: [{ role: "user", parts: [{ text: "one two three" }] }] };
    return { type: "google", model, path, body, answer: stream ? [whole] : whole };
  },
};

/** Every dialect to itself, and one across. */
const ways: readonly Way[] = [
  chat,
  responses,
  claude,
  gemini,
  {
    name: "openai-chat to anthropic-messages",
    asked: (usage, stream) => {
      const { body, ...rest } = claude.asked(usage, stream);
      return { ...rest, path: "/v1/chat/completions", body: { ...body, stream_options: stream ? {} : undefined } };
    },
  },
];

const table = ways.flatMap((way) => [false, true].map((stream) => [way.name, stream, way] as const));

describe.each(table)("%s, streamed: %s", (_name, stream, way) => {
  it.each([
    [1e13, 10],
    [10, 1e13],
    [1e13, 1e13],
    [Number.MAX_SAFE_INTEGER, 1e300],
    [1e300, Number.MAX_VALUE],
  ])("%d and %d tokens are bounded by the context of the model, and said to be", async (prompt, completion) => {
    const { status, record, cost } = await vendor.ask({ ...way.asked([prompt, completion], stream), budget: 50 });
    expect(status).toBe(200);
    if (record === undefined) throw new Error("no record");
    const longest = 1_048_576;
    expect(record.promptTokens).toBeLessThanOrEqual(longest);
    expect(record.completionTokens).toBeLessThanOrEqual(longest);
    expect(record.usageBounded).toBe(true);
    expect(cost).toBeLessThan(30);
    expect(() => toValues(record)).not.toThrow();
  });

  it.each([
    [-5, -7],
    [-1e13, 12],
    [12, -1e13],
  ])("%d and %d tokens are estimated from the texts", async (prompt, completion) => {
    const { record } = await vendor.ask({ ...way.asked([prompt, completion], stream), budget: 50 });
    expect(record?.promptTokens).toBeGreaterThan(1);
    expect(record?.completionTokens).toBeGreaterThan(1);
    expect(record).toMatchObject({ status: "ok", estimated: true });
    expect(record?.costNanos).toBeGreaterThan(0);
  });

  it("fractions are rounded", async () => {
    const { record } = await vendor.ask(way.asked([12.6, 3.2], stream));
    expect(record).toMatchObject({ promptTokens: 13, completionTokens: 3, estimated: false });
    expect(record?.usageBounded).toBe(false);
  });
});

describe("what a vendor says it charges", () => {
  it.each([1e9, 1e300, -1, "1e12"])("%s USD is no price of one answer", async (cost) => {
    const asked = chat.asked([10, 10], false);
    const answer = asked.answer as { readonly usage: object };
    const { record } = await vendor.ask({
      ...{ ...asked, type: "openrouter", model: "openai/gpt-5.1", path: "/v1/chat/completions" },
      body: { ...asked.body, model: "openai/gpt-5.1" },
      answer: { ...answer, usage: { ...answer.usage, cost } },
    });
    if (record === undefined) throw new Error("no record");
    expect(record.costNanos ?? 0).toBeLessThan(1e9);
    expect(() => toValues(record)).not.toThrow();
  });
});
