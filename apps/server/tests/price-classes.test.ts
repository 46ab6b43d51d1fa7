// What an answer tells of its price: class of service, geography, searches, advice, sound, and what the vendor says it charges.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PricedVendor } from "./support/priced-vendor.ts";
import type { Told } from "./support/priced-vendor.ts";

let vendor: PricedVendor;
beforeAll(async () => {
  vendor = await PricedVendor.start();
});
afterAll(() => vendor.close());

const messages = [{ role: "user", content: "x" }];
const thousand = { prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000 };
const choice = { index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" };

function chat(
  type: string,
  model: string,
  told: object,
  answered: object = {},
  path = "/v1/chat/completions",
): Promise<Told> {
  const body = path.endsWith("messages") ? { model, max_tokens: 2000, messages } : { model, messages };
  const answer = {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [choice],
    usage: { ...thousand, ...told },
    ...answered,
  };
  return vendor.ask({ type, model, path, body, answer });
}

const claudeAnswer = (usage: object) => ({
  id: "m1",
  type: "message",
  role: "assistant",
  model: "claude",
  content: [{ type: "text", text: "ok" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1000, output_tokens: 1000, ...usage },
});

function claude(model: string, usage: object, path = "/v1/messages", type = "anthropic"): Promise<Told> {
  return vendor.ask({ type, model, path, body: { model, max_tokens: 2000, messages }, answer: claudeAnswer(usage) });
}

describe("the class in which the vendor served the request", () => {
  it.each([
    ["default", 0.01125],
    ["priority", 0.0225],
    ["flex", 0.005625],
    ["scale", null],
  ])("OpenAI's %s", async (tier, usd) => {
    for (const path of ["/v1/chat/completions", "/v1/messages"]) {
      const { cost, record } = await chat("openai", "gpt-5.1", {}, { service_tier: tier }, path);
      expect(cost, path).toBe(usd);
      expect(record?.serviceClass, path).toBe(tier === "default" ? null : tier);
    }
  });

  it("without a price is charged to a budget as it was reserved", async () => {
    const { record } = await vendor.ask({
      type: "openai",
      model: "gpt-5.1",
      path: "/v1/chat/completions",
      body: { model: "gpt-5.1", messages, max_completion_tokens: 1000 },
      answer: { choices: [choice], usage: thousand, service_tier: "scale" },
      budget: 1,
    });
    expect(record).toMatchObject({ costNanos: null, priceVersion: null });
    expect(record?.chargedNanos).toBeGreaterThan(10_000_000);
  });

  it("is read in streams, also where only their first chunk tells it", async () => {
    const chunk = (delta: object, finish: string | null = null) => ({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const usage = { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage: thousand };
    const answer = [
      { ...chunk({ role: "assistant", content: "ok" }), service_tier: "priority" },
      chunk({}, "stop"),
      usage,
      "[DONE]",
    ];
    for (const path of ["/v1/chat/completions", "/v1/messages"]) {
      const body = { model: "gpt-5.1", max_tokens: 10, messages, stream: true };
      const told = await vendor.ask({ type: "openai", model: "gpt-5.1", path, body, answer });
      expect(told.cost, path).toBe(0.0225);
    }
  });

  it("of the Responses API, whole and streamed", async () => {
    const response = {
      id: "r",
      object: "response",
      status: "completed",
      model: "gpt-5.1",
      service_tier: "flex",
      output: [],
      usage: { input_tokens: 1000, output_tokens: 1000, total_tokens: 2000 },
    };
    const body = { model: "gpt-5.1", input: "x" };
    const ask = (answer: object | readonly object[], stream: boolean) =>
      vendor.ask({ type: "openai", model: "gpt-5.1", path: "/v1/responses", body: { ...body, stream }, answer });
    expect((await ask(response, false)).cost).toBe(0.005625);
    expect((await ask([{ type: "response.completed", response }], true)).cost).toBe(0.005625);
  });

  it.each([
    [{ service_tier: "standard" }, 0.03],
    [{ service_tier: "batch" }, 0.015],
    [{ service_tier: "priority" }, null],
    [{ speed: "fast" }, 0.06],
    [{ inference_geo: "us" }, 0.033],
    [{ inference_geo: "global" }, 0.03],
    [{ inference_geo: "us", speed: "fast" }, 0.066],
  ])("Anthropic's %j", async (told, usd) => {
    for (const path of ["/v1/messages", "/v1/chat/completions"]) {
      expect((await claude("claude-opus-4-8", told, path)).cost, path).toBe(usd);
    }
  });

  it.each([
    [{ trafficType: "ON_DEMAND" }, "vertex", 0.0028],
    [{ trafficType: "ON_DEMAND_PRIORITY" }, "vertex", 0.00504],
    [{ trafficType: "ON_DEMAND_FLEX" }, "vertex", 0.0014],
    [{ trafficType: "PROVISIONED_THROUGHPUT" }, "vertex", null],
    [{ serviceTier: "priority" }, "google", 0.00504],
    [{ serviceTier: "standard" }, "google", 0.0028],
  ])("Google's %j on %s", async (told, type, usd) => {
    const model = "gemini-2.5-flash";
    const candidates = [{ content: { role: "model", parts: [{ text: "ok" }] }, finishReason: "STOP", index: 0 }];
    const usageMetadata = { promptTokenCount: 1000, candidatesTokenCount: 1000, totalTokenCount: 2000, ...told };
    const body = { contents: [{ role: "user", parts: [{ text: "x" }] }] };
    const answer = { candidates, usageMetadata };
    const path = `/v1beta/models/${model}:generateContent`;
    expect((await vendor.ask({ type, model, path, body, answer })).cost).toBe(usd);
    const stream = {
      type,
      model,
      path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
      body,
      answer: [answer],
    };
    expect((await vendor.ask(stream)).cost).toBe(usd);
  });

  it("Bedrock's, told beside its usage", async () => {
    const usage = { inputTokens: 1000, outputTokens: 1000, totalTokens: 2000 };
    const output = { message: { role: "assistant", content: [{ text: "ok" }] } };
    const told = await vendor.ask({
      type: "bedrock",
      model: "amazon.nova-pro-v1:0",
      path: "/v1/chat/completions",
      body: { model: "amazon.nova-pro-v1:0", messages },
      answer: { output, stopReason: "end_turn", usage, serviceTier: { type: "priority" } },
    });
    expect(told.cost).toBe(0.007);
  });
});

describe("what is paid beside tokens", () => {
  it("Anthropic's searches of the web, and no pages that are fetched", async () => {
    const told = { server_tool_use: { web_search_requests: 3, web_fetch_requests: 5 } };
    for (const path of ["/v1/messages", "/v1/chat/completions"]) {
      const { cost, record } = await claude("claude-sonnet-4-5", told, path);
      expect(cost, path).toBeCloseTo(0.018 + 0.03, 12);
      expect(record?.webSearches, path).toBe(3);
    }
  });

  it("calls of OpenAI's tools: searches, but not the opening of pages; containers; files", async () => {
    const call = (type: string, rest: object = {}) => ({ type, id: "i", status: "completed", ...rest });
    const output = [
      call("web_search_call", { action: { type: "search", query: "q" } }),
      call("web_search_call", { action: { type: "open_page", url: "u" } }),
      call("web_search_call"),
      call("file_search_call"),
      call("code_interpreter_call", { container_id: "a" }),
      call("code_interpreter_call", { container_id: "a" }),
    ];
    const usage = { input_tokens: 1000, output_tokens: 1000, total_tokens: 2000 };
    const answer = { id: "r", object: "response", status: "completed", model: "gpt-5.1", output, usage };
    const told = await vendor.ask({
      type: "openai",
      model: "gpt-5.1",
      path: "/v1/responses",
      body: { model: "gpt-5.1", input: "x" },
      answer,
    });
    expect(told.cost).toBeCloseTo(0.01125 + 0.02 + 0.0025 + 0.03, 12);
    expect(told.record).toMatchObject({ webSearches: 2, fileSearches: 1 });
    const picture = { ...answer, output: [call("image_generation_call")] };
    const unknown = await vendor.ask({
      type: "openai",
      model: "gpt-5.1",
      path: "/v1/responses",
      body: { model: "gpt-5.1", input: "x" },
      answer: picture,
    });
    expect(unknown.cost).toBeNull();
  });

  it("Google's searches: once an answer until Gemini 3, then each", async () => {
    const ask = (model: string) =>
      vendor.ask({
        type: "google",
        model,
        path: `/v1beta/models/${model}:generateContent`,
        body: { contents: [{ parts: [{ text: "x" }] }], tools: [{ google_search: {} }] },
        answer: {
          candidates: [
            {
              content: { parts: [{ text: "ok" }] },
              finishReason: "STOP",
              groundingMetadata: { webSearchQueries: ["a", "b"] },
            },
          ],
          usageMetadata: { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 },
        },
      });
    expect((await ask("gemini-2.5-flash")).cost).toBe(0.035);
    expect((await ask("gemini-3.8-flash")).cost).toBe(0.028);
  });

  it.each([[false], [true]])("Google's maps, whose price is in no list, streamed: %s", async (isStream) => {
    const answer = {
      candidates: [
        {
          content: { parts: [{ text: "ok" }] },
          finishReason: "STOP",
          groundingMetadata: { groundingChunks: [{ maps: { uri: "https://maps.google.com", title: "A" } }] },
        },
      ],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    };
    const method = isStream ? "streamGenerateContent?alt=sse" : "generateContent";
    const { cost } = await vendor.ask({
      type: "google",
      model: "gemini-2.5-flash",
      path: `/v1beta/models/gemini-2.5-flash:${method}`,
      body: { contents: [{ parts: [{ text: "x" }] }], tools: [{ googleMaps: {} }] },
      answer: isStream ? [answer] : answer,
    });
    expect(cost).toBeNull();
  });
});

describe("tokens that stand outside of the vendor's sums", () => {
  it("of compaction are the model's own, and those of advice have the price of the model that gave it", async () => {
    const iterations = [
      { type: "compaction", input_tokens: 50_000, output_tokens: 2_000 },
      { type: "message", input_tokens: 1000, output_tokens: 1000 },
      { type: "advisor_message", model: "claude-opus-4-8", input_tokens: 2000, output_tokens: 100 },
    ];
    for (const path of ["/v1/messages", "/v1/chat/completions"]) {
      const { cost, record } = await claude("claude-sonnet-4-5", { iterations }, path);
      expect(record, path).toMatchObject({ promptTokens: 53_000, completionTokens: 3_100 });
      expect(cost, path).toBeCloseTo(51 * 0.003 + 3 * 0.015 + 2 * 0.005 + 0.1 * 0.025, 12);
    }
  });

  it("and are told at the end of a stream", async () => {
    const iterations = [
      { type: "compaction", input_tokens: 55_000, output_tokens: 321 },
      { type: "message", input_tokens: 28, output_tokens: 200 },
    ];
    const answer = [
      { type: "message_start", message: { ...claudeAnswer({ input_tokens: 28, output_tokens: 1 }), content: [] } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "ok" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 28, output_tokens: 200, iterations },
      },
      { type: "message_stop" },
    ];
    for (const path of ["/v1/messages", "/v1/chat/completions"]) {
      const body = { model: "claude-sonnet-4-5", max_tokens: 1000, messages, stream: true };
      const { record } = await vendor.ask({ type: "anthropic", model: "claude-sonnet-4-5", path, body, answer });
      expect(record?.totalTokens, path).toBe(55_549);
    }
  });

  it("of caches have the names of many vendors", async () => {
    const written = { prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 500 } };
    const beside = { prompt_tokens_details: { cached_tokens: 100 }, cache_write_tokens: 500 };
    expect((await chat("openai", "gpt-5.6-sol", beside)).record).toMatchObject({ cacheWriteTokens: 500 });
    expect((await chat("openai", "gpt-5.6-sol", written)).record).toMatchObject({
      cachedTokens: 100,
      cacheWriteTokens: 500,
    });
    expect((await chat("mistral", "mistral-large-2512", { num_cached_tokens: 400 })).record?.cachedTokens).toBe(400);
    expect(
      (await chat("deepseek", "deepseek-flash", { prompt_cache_hit_tokens: 300, prompt_cache_miss_tokens: 700 })).record
        ?.cachedTokens,
    ).toBe(300);
    expect((await chat("moonshot", "kimi-k2-thinking", { cached_tokens: 200 })).record?.cachedTokens).toBe(200);
  });

  it("of llama.cpp's answers are told for each of them, and are summed; who tells a growing sum is believed in the last", async () => {
    const chunk = (choices: object[], usage?: object, rest: object = {}) => ({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices,
      ...(usage && { usage }),
      ...rest,
    });
    const piece = (index: number, finish: string | null = null) => ({
      index,
      delta: finish ? {} : { content: "ok" },
      finish_reason: finish,
    });
    const counts = (completion: number) => ({
      prompt_tokens: 10,
      completion_tokens: completion,
      total_tokens: 10 + completion,
    });
    const timings = { timings: { prompt_n: 1 } };
    const each = [
      chunk([piece(0)]),
      chunk([piece(0, "stop")]),
      chunk([], counts(5), timings),
      chunk([piece(1)]),
      chunk([piece(1, "stop")]),
      chunk([], counts(7), timings),
      "[DONE]",
    ];
    const ask = (type: string, answer: readonly (object | string)[]) =>
      vendor.ask({
        type,
        model: "m",
        path: "/v1/chat/completions",
        body: { model: "m", messages, n: 2, stream: true },
        answer,
      });
    expect((await ask("llamacpp", each)).record).toMatchObject({ promptTokens: 20, completionTokens: 12 });
    const growing = [
      chunk([piece(0)], counts(1)),
      chunk([piece(0, "stop")], counts(5)),
      chunk([], counts(7)),
      "[DONE]",
    ];
    expect((await ask("openai-compatible", growing)).record).toMatchObject({ promptTokens: 10, completionTokens: 7 });
  });
});

describe("sound", () => {
  it("without a price of its own makes the cost unknown, never that of text", async () => {
    const told = { completion_tokens_details: { audio_tokens: 900 } };
    expect((await chat("openai", "gpt-4o-audio-preview", told)).cost).toBeNull();
    expect((await chat("openai", "gpt-4o-audio-preview", {})).cost).toBe(0.0125);
    expect((await chat("openai", "gpt-audio", told)).cost).toBeCloseTo(0.0025 + 0.001 + 0.9 * 0.064, 12);
  });
});

describe("what the vendor says it charges", () => {
  it.each([
    ["openrouter", { cost: 0.00339336 }, 0.00339336],
    ["openrouter", { cost: 0.0004970133333333333 }, 0.000497013],
    ["openrouter", { cost: 0 }, 0],
    ["openrouter", { cost: 0.0001, is_byok: true, cost_details: { upstream_inference_cost: 0.002 } }, 0.0021],
    ["perplexity", { cost: { input_cost: 0.001, total_cost: 0.007 } }, 0.007],
    ["xai", { cost_in_usd_ticks: 37_756_000 }, 0.0037756],
    ["vercel-ai-gateway", { cost: "0.000279" }, 0.000279],
  ])("%s: %j", async (type, told, usd) => {
    const { cost, record } = await chat(type, "some/model", told);
    expect(cost).toBe(usd);
    expect(record?.priceVersion).toBe("vendor");
  });

  it("is not believed of those who do not sell by it", async () => {
    expect((await chat("openai", "gpt-5.1", { cost: 0.5 })).cost).toBe(0.01125);
  });
});

describe("a prompt that the vendor blocks", () => {
  it("has no output, whether it tells counts or none", async () => {
    const model = "gemini-2.5-flash";
    const ask = (told: object) =>
      vendor.ask({
        type: "google",
        model,
        path: `/v1beta/models/${model}:generateContent`,
        body: { contents: [{ parts: [{ text: "x" }] }] },
        answer: { promptFeedback: { blockReason: "SAFETY" }, modelVersion: model, ...told },
      });
    expect((await ask({ usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 } })).record).toMatchObject({
      promptTokens: 8,
      completionTokens: 0,
      estimated: false,
    });
    expect((await ask({ usageMetadata: { promptTokenCount: 8 } })).record).toMatchObject({
      promptTokens: 8,
      completionTokens: 0,
      estimated: false,
    });
    expect((await ask({})).record?.completionTokens).toBe(0);
  });
});
