// A stream that costs more than was reserved goes on while its budget has more, and is cut with an honest error when that is used
// up: in every dialect, to itself and across.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PricedVendor } from "./support/priced-vendor.ts";
import type { Asked } from "./support/priced-vendor.ts";

let vendor: PricedVendor;
let lenient: PricedVendor;
beforeAll(async () => {
  vendor = await PricedVendor.start({ limits: { assumedOutputTokens: 50 } });
  lenient = await PricedVendor.start({ limits: { assumedOutputTokens: 50, cutStreamsOverBudget: false } });
});
afterAll(async () => {
  await vendor.close();
  await lenient.close();
});

const messages = [{ role: "user", content: "tell me all" }];

/** As many events of as many words, and what stands around them in each dialect. */
interface Story {
  readonly events: number;
  readonly words: string;
}

const long: Story = { events: 4_000, words: " and the for you" };

function chatEvents({ events, words }: Story): Asked["answer"] {
  const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
  const chunk = { ...base, choices: [{ index: 0, delta: { content: words }, finish_reason: null }] };
  const last = { ...base, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  return [...Array.from({ length: events }, () => chunk), last, "[DONE]"];
}

function claudeEvents({ events, words }: Story): Asked["answer"] {
  const usage = { input_tokens: 12, output_tokens: 1 };
  const message = { id: "m", type: "message", role: "assistant", model: "c", content: [], usage };
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...Array.from({ length: events }, () => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: words },
    })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: events * 4 } },
    { type: "message_stop" },
  ];
}

function responsesEvents({ events, words }: Story): Asked["answer"] {
  const response = { id: "r", object: "response", status: "in_progress", model: "m", output: [] };
  const place = { item_id: "m", output_index: 0, content_index: 0 };
  const item = { type: "message", id: "m", role: "assistant", status: "in_progress", content: [] };
  return [
    { type: "response.created", response },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...place, part: { type: "output_text", text: "", annotations: [] } },
    ...Array.from({ length: events }, () => ({ type: "response.output_text.delta", ...place, delta: words })),
    { type: "response.completed", response: { ...response, status: "completed" } },
  ];
}

function geminiEvents({ events, words }: Story): Asked["answer"] {
  const event = { candidates: [{ index: 0, content: { role: "model", parts: [{ text: words }] } }], modelVersion: "m" };
  const last = { candidates: [{ index: 0, content: { parts: [{ text: "" }] }, finishReason: "STOP" }] };
  return [...Array.from({ length: events }, () => event), last];
}

const vendors = {
  "openai-chat": { type: "openai", model: "gpt-4o", answer: chatEvents },
  "openai-responses": { type: "openai", model: "gpt-4o", answer: responsesEvents },
  "anthropic-messages": { type: "anthropic", model: "claude-sonnet-4-5", answer: claudeEvents },
  gemini: { type: "google", model: "gemini-2.5-pro", answer: geminiEvents },
} as const;

/** The request in each dialect, and how its error event begins. */
const clients = {
  "openai-chat": { path: () => "/v1/chat/completions", body: { messages }, error: /"code":"insufficient_quota"/ },
  "openai-responses": {
    path: () => "/v1/responses",
    body: { input: "tell me all" },
    error: /"type":"(?:error|response\.failed)".*insufficient_quota/,
  },
  "anthropic-messages": {
    path: () => "/v1/messages",
    body: { messages, max_tokens: 50 },
    error: /event: error\ndata: .*"type":"error"/,
  },
  gemini: {
    path: (model: string) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: "user", parts: [{ text: "tell me all" }] }] },
    error: /"status":"RESOURCE_EXHAUSTED"/,
  },
  ollama: { path: () => "/api/chat", body: { messages }, error: /\{"error":".*budget is used up/ },
} as const;

type VendorName = keyof typeof vendors;
type ClientName = keyof typeof clients;

function ask(client: ClientName, name: VendorName, story: Story, budget?: number): Asked {
  const { type, model, answer } = vendors[name];
  const { path, body } = clients[client];
  return {
    ...{ type, model, path: path(model), answer: answer(story) },
    body: { model, stream: true, ...body },
    ...(budget !== undefined && { budget }),
  };
}

const ways: readonly (readonly [ClientName, VendorName])[] = [
  ["openai-chat", "openai-chat"],
  ["openai-responses", "openai-responses"],
  ["anthropic-messages", "anthropic-messages"],
  ["gemini", "gemini"],
  ["ollama", "openai-chat"],
  ["openai-chat", "anthropic-messages"],
  ["anthropic-messages", "openai-chat"],
  ["openai-responses", "gemini"],
  ["gemini", "anthropic-messages"],
];

describe.each(ways)("%s, answered by %s", (client, name) => {
  it("is cut when the rest of the budget is used up", async () => {
    // Who speaks another dialect than Claude's vendors has them told a limit of 32,000 tokens, which are reserved.
    const budget = name === "anthropic-messages" && client !== name ? 0.6 : 0.1;
    const story = budget === 0.6 ? { ...long, events: 12_000 } : long;
    const free = await vendor.ask(ask(client, name, story));
    expect(free.isCut).toBe(false);
    expect(free.cost).toBeGreaterThan(budget);
    const { text, isCut, record, cost } = await vendor.ask(ask(client, name, story, budget));
    expect(isCut).toBe(true);
    expect(text.slice(-2_000)).toMatch(clients[client].error);
    expect(text).toContain("budget is used up");
    expect(record).toMatchObject({
      status: "error",
      errorCode: "insufficient_quota",
      httpStatus: 200,
      estimated: true,
    });
    expect(cost).toBeGreaterThan(budget * 0.4);
    // This vendor sends all at once: what came with the last read is over.
    expect(cost).toBeLessThan(budget * 1.15);
    // The sentence says what to do.
    expect(text).toMatch(/ask an operator/);
  });

  it("goes on beyond what was reserved while the budget has more", async () => {
    const { isCut, record } = await vendor.ask(ask(client, name, { ...long, events: 300 }, 5));
    expect(isCut).toBe(false);
    expect(record).toMatchObject({ status: "ok" });
  });
});

it("is not cut where an operator does not want it", async () => {
  const { isCut, cost } = await lenient.ask(ask("openai-chat", "openai-chat", long, 0.1));
  expect(isCut).toBe(false);
  expect(cost).toBeGreaterThan(0.1);
});
