// A budget holds against the worst that a request can cause: the vendor answers with just that, and is either not asked or
// does not cost more than the budget.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chanceFrom } from "../../../packages/llm/src/testing/random.ts";
import { PricedVendor } from "./support/priced-vendor.ts";
import type { Asked } from "./support/priced-vendor.ts";

let vendor: PricedVendor;
beforeAll(async () => {
  vendor = await PricedVendor.start();
});
afterAll(() => vendor.close());

const messages = [{ role: "user", content: "x" }];
const long = "word ".repeat(60_000);

function claudeAnswer(usage: object) {
  const content = [{ type: "text", text: "ok" }];
  return {
    id: "m",
    type: "message",
    role: "assistant",
    model: "c",
    content,
    stop_reason: "end_turn",
    stop_sequence: null,
    usage,
  };
}

function chatAnswer(usage: object, rest: object = {}) {
  const choices = [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }];
  return { id: "c", object: "chat.completion", created: 1, model: "m", choices, usage, ...rest };
}

const claude = (body: object, usage: object, model = "claude-sonnet-4-5"): Asked => ({
  type: "anthropic",
  model,
  path: "/v1/messages",
  body: { model, max_tokens: 10, messages, ...body },
  answer: claudeAnswer({ input_tokens: 3, output_tokens: 10, ...usage }),
});

const chat = (model: string, body: object, usage: object, rest: object = {}): Asked => ({
  type: "openai",
  model,
  path: "/v1/chat/completions",
  body: { model, messages, max_completion_tokens: 1000, ...body },
  answer: chatAnswer({ prompt_tokens: 5, completion_tokens: 1000, ...usage }, rest),
});

const marked = (ttl?: string) => ({
  messages: [
    {
      role: "user",
      content: [{ type: "text", text: long, cache_control: { type: "ephemeral", ...(ttl && { ttl }) } }],
    },
  ],
});

/** Cost most when they are worst; each names a budget that this does not fit into. */
const worst: readonly (readonly [name: string, asked: Asked, budget: number])[] = [
  [
    "a prompt kept for an hour",
    claude(marked("1h"), {
      cache_creation_input_tokens: 100_000,
      cache_creation: { ephemeral_1h_input_tokens: 100_000 },
    }),
    0.32,
  ],
  ["a prompt kept for five minutes", claude(marked(), { cache_creation_input_tokens: 100_000 }), 0.32],
  [
    "fast mode",
    claude({ speed: "fast", max_tokens: 1000 }, { output_tokens: 1000, speed: "fast" }, "claude-opus-4-8"),
    0.03,
  ],
  [
    "one geography",
    claude({ inference_geo: "us", max_tokens: 1000 }, { output_tokens: 1000, inference_geo: "us" }, "claude-opus-4-8"),
    0.026,
  ],
  [
    "searches of the web",
    claude(
      { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 5 }] },
      { server_tool_use: { web_search_requests: 5 } },
    ),
    0.04,
  ],
  [
    "the limit that is written for the client",
    {
      ...claude({}, { input_tokens: 20_000, output_tokens: 32_000 }, "claude-opus-4-1"),
      path: "/v1/chat/completions",
      body: { model: "claude-opus-4-1", messages: [{ role: "user", content: "word ".repeat(12_000) }] },
    },
    1.3,
  ],
  [
    "thoughts, and the limit that is written for them",
    {
      ...claude({}, { output_tokens: 32_768 }, "claude-opus-4-5"),
      path: "/v1/chat/completions",
      body: { model: "claude-opus-4-5", messages, reasoning_effort: "high" },
    },
    0.8,
  ],
  ["the priority class", chat("gpt-5.1", { service_tier: "priority" }, {}, { service_tier: "priority" }), 0.012],
  ["several answers", chat("gpt-5.1", { n: 3 }, { completion_tokens: 3000 }), 0.025],
  [
    "sound that is heard",
    chat(
      "gpt-audio",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "input_audio", input_audio: { data: "A".repeat(90_000), format: "mp3" } }],
          },
        ],
      },
      { prompt_tokens: 850, prompt_tokens_details: { audio_tokens: 800 } },
    ),
    0.025,
  ],
  [
    "sound that is made",
    chat(
      "gpt-audio",
      { modalities: ["text", "audio"], audio: { voice: "a", format: "mp3" } },
      { completion_tokens_details: { audio_tokens: 1000 } },
    ),
    0.03,
  ],
  [
    "pictures for a small model",
    chat(
      "gpt-4o-mini",
      {
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] }],
      },
      { prompt_tokens: 37_000 },
    ),
    0.005,
  ],
  [
    "a long prompt",
    chat(
      "gpt-5.4",
      { messages: [{ role: "user", content: "word ".repeat(170_000) }], max_completion_tokens: 10 },
      { prompt_tokens: 283_000, completion_tokens: 10 },
    ),
    1,
  ],
  [
    "a cache that writes unasked",
    chat(
      "gpt-5.6-sol",
      { messages: [{ role: "user", content: long }], max_completion_tokens: 10 },
      { prompt_tokens: 100_000, completion_tokens: 10, prompt_tokens_details: { cache_write_tokens: 100_000 } },
    ),
    0.45,
  ],
  [
    "a file that the vendor has",
    {
      ...chat(
        "gpt-5.1",
        { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }] },
        { prompt_tokens: 200_000 },
      ),
    },
    0.1,
  ],
  [
    "a document that the vendor fetches",
    claude(
      {
        messages: [
          { role: "user", content: [{ type: "document", source: { type: "url", url: "https://example.com/a.pdf" } }] },
        ],
      },
      { input_tokens: 150_000 },
    ),
    0.1,
  ],
  [
    "an earlier conversation",
    {
      type: "openai",
      model: "gpt-5.1",
      path: "/v1/responses",
      body: { model: "gpt-5.1", input: "x", previous_response_id: "resp_1", max_output_tokens: 10 },
      answer: {
        id: "r",
        object: "response",
        status: "completed",
        model: "m",
        output: [],
        usage: { input_tokens: 300_000, output_tokens: 10 },
      },
    },
    0.1,
  ],
  [
    "pictures that are made",
    {
      type: "google",
      model: "gemini-2.5-flash-image",
      path: "/v1beta/models/gemini-2.5-flash-image:generateContent",
      body: { contents: [{ parts: [{ text: "x" }] }], generationConfig: { maxOutputTokens: 1300 } },
      answer: {
        candidates: [{ content: { parts: [{ text: "ok" }] }, finishReason: "STOP" }],
        usageMetadata: {
          promptTokenCount: 1,
          candidatesTokenCount: 1290,
          totalTokenCount: 1291,
          candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1290 }],
        },
      },
    },
    0.01,
  ],
];

const pdf = "A".repeat(40_000);
const dense = "1 2 3 4 5 6 7 8 9 ".repeat(3_000);

const responses = (body: object, input_tokens: number, output_tokens = 10): Asked => ({
  type: "openai",
  model: "gpt-5.1",
  path: "/v1/responses",
  body: { model: "gpt-5.1", max_output_tokens: 10, input: "x", ...body },
  answer: { id: "r", object: "response", status: "completed", output: [], usage: { input_tokens, output_tokens } },
});

const gemini = (body: object, usage: object, model = "gemini-2.5-flash"): Asked => ({
  type: "google",
  model,
  path: `/v1beta/models/${model}:generateContent`,
  body: { contents: [{ parts: [{ text: "x" }] }], generationConfig: { maxOutputTokens: 10 }, ...body },
  answer: {
    candidates: [{ content: { parts: [{ text: "ok" }] }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 10, totalTokenCount: 15, ...usage },
  },
});

const chatOf = (part: object, model = "gpt-5.1") => ({ model, messages: [{ role: "user", content: [part] }] });
const inputOf = (part: object) => ({ input: [{ role: "user", content: [part] }] });
const partOf = (part: object) => ({ contents: [{ role: "user", parts: [part] }] });
const pdfFile = { filename: "a.pdf", file_data: `data:application/pdf;base64,${pdf}` };
const pdfBlock = { type: "document", source: { type: "base64", media_type: "application/pdf", data: pdf } };

/** As above: of each kind in each dialect the answer that costs most, and what it must not fit into. */
const kinds: typeof worst = [
  ["a PDF: chat", chat("gpt-5.1", chatOf({ type: "file", file: pdfFile }), { prompt_tokens: 350_000 }), 0.4],
  ["a PDF: responses", responses(inputOf({ type: "input_file", ...pdfFile }), 350_000), 0.4],
  ["a PDF: messages", claude({ messages: [{ role: "user", content: [pdfBlock] }] }, { input_tokens: 190_000 }), 0.5],
  [
    "a PDF: gemini",
    gemini(partOf({ inlineData: { mimeType: "application/pdf", data: pdf } }), { promptTokenCount: 900_000 }),
    0.2,
  ],
  [
    "a PDF: chat for messages",
    {
      ...claude({}, { input_tokens: 190_000 }),
      path: "/v1/chat/completions",
      body: { ...chatOf({ type: "file", file: pdfFile }, "claude-sonnet-4-5"), max_tokens: 10 },
    },
    0.5,
  ],
  [
    "a PDF in the place of a picture",
    chat("gpt-5.1", chatOf({ type: "image_url", image_url: { url: `data:application/pdf;base64,${pdf}` } }), {
      prompt_tokens: 350_000,
    }),
    0.4,
  ],
  [
    "a kind of content that nobody knew",
    chat("gpt-5.1", chatOf({ type: "hologram_url", hologram_url: { url: "u" } }), { prompt_tokens: 350_000 }),
    0.4,
  ],
  [
    "a file by URL: responses",
    responses(inputOf({ type: "input_file", file_url: "https://a.example/b" }), 350_000),
    0.4,
  ],
  [
    "a film by URL: gemini",
    gemini(partOf({ file_data: { file_uri: "https://a.example/b" } }), { promptTokenCount: 900_000 }),
    0.2,
  ],
  [
    "sound: gemini",
    gemini(partOf({ inline_data: { mime_type: "audio/flac", data: "A".repeat(2_000) } }), {
      promptTokenCount: 100_000,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 100_000 }],
    }),
    0.09,
  ],
  [
    "a spoken answer of before",
    chat(
      "gpt-audio",
      { messages: [{ role: "assistant", audio: { id: "audio_1" } }] },
      { prompt_tokens: 100_000, prompt_tokens_details: { audio_tokens: 100_000 } },
    ),
    3,
  ],
  ["kept thoughts", responses({ input: [{ type: "reasoning", id: "rs_1", summary: [] }] }, 300_000), 0.3],
  ["a kept prompt", responses({ prompt: { variables: { a: { b: "c" } }, id: "pmpt_1" } }, 300_000), 0.3],
  ["cached content", gemini({ cached_content: "cachedContents/1" }, { promptTokenCount: 900_000 }), 0.2],
  [
    "a dense prompt",
    chat("gpt-5.1", { messages: [{ role: "user", content: dense }] }, { prompt_tokens: 54_000 }),
    0.06,
  ],
  [
    "a dense prompt: messages",
    claude({ messages: [{ role: "user", content: dense }] }, { input_tokens: 54_000 }),
    0.15,
  ],
  ["a dense prompt: gemini", gemini(partOf({ text: dense }), { promptTokenCount: 54_000 }), 0.015],
  ["no limit: chat", chat("gpt-5.1", { max_completion_tokens: 0 }, { completion_tokens: 128_000 }), 1.2],
  [
    "no limit beside one",
    chat("gpt-5.1", { max_completion_tokens: 10, max_tokens: 0 }, { completion_tokens: 128_000 }),
    1.2,
  ],
  ["no limit: messages", claude({ max_tokens: 0 }, { output_tokens: 64_000 }), 0.9],
  ["no limit: responses", responses({ max_output_tokens: 0 }, 5, 128_000), 1.2],
  [
    "no limit: gemini",
    gemini({ generationConfig: { maxOutputTokens: 0 } }, { candidatesTokenCount: 65_000, totalTokenCount: 65_005 }),
    0.15,
  ],
  [
    "two limits: chat",
    chat("gpt-5.1", { max_completion_tokens: 10, max_tokens: 50_000 }, { completion_tokens: 50_000 }),
    0.4,
  ],
  [
    "two limits: gemini",
    gemini(
      { generationConfig: { maxOutputTokens: 10, max_output_tokens: "50000" } },
      { candidatesTokenCount: 50_000, totalTokenCount: 50_005 },
    ),
    0.1,
  ],
  [
    "a limit twice",
    {
      ...gemini({}, { candidatesTokenCount: 50_000, totalTokenCount: 50_005 }),
      text: '{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":50000,"maxOutputTokens":10}}',
    },
    0.1,
  ],
  [
    "numbers of answers twice",
    gemini(
      { generationConfig: { maxOutputTokens: 1000, candidateCount: 1, candidate_count: 8 } },
      { candidatesTokenCount: 8_000, totalTokenCount: 8_005 },
    ),
    0.01,
  ],
  [
    "thoughts beyond the limit",
    claude({ thinking: { type: "enabled", budget_tokens: 30_000 } }, { output_tokens: 30_010 }),
    0.4,
  ],
  [
    "what is foretold",
    chat(
      "gpt-4o",
      { max_completion_tokens: 10, prediction: { type: "content", content: "word ".repeat(2_000) } },
      { completion_tokens: 2_010 },
    ),
    0.015,
  ],
  [
    "rounds of searches",
    claude(
      { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }] },
      { input_tokens: 500_000, output_tokens: 30, server_tool_use: { web_search_requests: 2 } },
    ),
    1.4,
  ],
  [
    "rounds of other tools",
    responses({ tools: [{ type: "mcp", server_url: "https://a.example" }], max_tool_calls: 2 }, 1_100_000),
    1.3,
  ],
  [
    "a model that reads more by a header",
    {
      ...claude({ messages: [{ role: "user", content: [pdfBlock] }] }, { input_tokens: 900_000 }),
      headers: { "anthropic-beta": "context-1m-2025-08-07" },
    },
    5,
  ],
];

describe("the worst case of", () => {
  it.each([...worst, ...kinds])("%s", async (_name, asked, budget) => {
    const { status, text } = await vendor.ask({ ...asked, budget });
    expect(status, text).toBe(429);
    // With enough of a budget it is admitted, and what was held is enough.
    const free = await vendor.ask(asked);
    expect(free.status, free.text).toBe(200);
    expect(free.cost).toBeGreaterThan(budget);
    const held = await vendor.ask({ ...asked, budget: 100 });
    expect(held.status, held.text).toBe(200);
    const most = /may cost up to ([\d.]+) USD/.exec(text)?.[1];
    expect(held.cost).toBeLessThanOrEqual(Number(most));
  });
});

/** What a request can be made of in each dialect, and what the vendor may make of it. */
interface Ingredient {
  readonly part?: object;
  readonly field?: object;
  /** Tokens of the prompt; Infinity is all that the model can read. */
  readonly prompt?: number;
  readonly hour?: true;
  readonly times?: number;
}

interface Kitchen {
  readonly ingredients: readonly Ingredient[];
  readonly text: (text: string) => object;
  readonly asked: (parts: readonly object[], fields: object, limit: number, usage: Counts) => Asked;
  readonly context: number;
}

interface Counts {
  readonly prompt: number;
  readonly completion: number;
  readonly hour: boolean;
}

const url = "https://a.example/b";
const kitchens: readonly Kitchen[] = [
  {
    context: 400_000,
    text: (text) => ({ type: "text", text }),
    ingredients: [
      { part: { type: "image_url", image_url: { url, detail: "high" } }, prompt: 1_445 },
      { part: { type: "file", file: { file_id: "f" } }, prompt: Infinity },
      { part: { type: "file", file: pdfFile }, prompt: Infinity },
      { field: { n: 3 }, times: 3 },
      { field: { tools: [{ type: "function", function: { name: "f" } }] }, prompt: 900 },
      { field: { response_format: { type: "json_schema", json_schema: { name: "j", schema: {} } } }, prompt: 800 },
    ],
    asked: (parts, fields, limit, { prompt, completion }) =>
      chat(
        "gpt-5.1",
        { messages: [{ role: "user", content: parts }], max_completion_tokens: limit, ...fields },
        { prompt_tokens: prompt, completion_tokens: completion },
      ),
  },
  {
    context: 200_000,
    text: (text) => ({ type: "text", text }),
    ingredients: [
      { part: { type: "image", source: { type: "url", url } }, prompt: 4_784 },
      { part: { type: "document", source: { type: "url", url } }, prompt: Infinity },
      { part: pdfBlock, prompt: Infinity },
      { part: { type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }, hour: true },
      { field: { tools: [{ name: "f", input_schema: { type: "object" } }] }, prompt: 900 },
      { field: { tools: [{ type: "bash_20250124", name: "bash" }] }, prompt: 2_000 },
    ],
    asked: (parts, fields, limit, { prompt, completion, hour }) =>
      claude(
        { messages: [{ role: "user", content: parts }], max_tokens: limit, ...fields },
        {
          ...(hour
            ? {
                input_tokens: 0,
                cache_creation_input_tokens: prompt,
                cache_creation: { ephemeral_1h_input_tokens: prompt },
              }
            : { input_tokens: prompt, cache_creation_input_tokens: 0 }),
          output_tokens: completion,
        },
      ),
  },
  {
    context: 1_048_576,
    text: (text) => ({ text }),
    ingredients: [
      { part: { inlineData: { mimeType: "image/png", data: "A".repeat(400) } }, prompt: 4_128 },
      { part: { inlineData: { mimeType: "application/pdf", data: pdf } }, prompt: Infinity },
      { part: { file_data: { file_uri: url } }, prompt: Infinity },
      { field: { tools: [{ functionDeclarations: [{ name: "f" }] }] }, prompt: 900 },
    ],
    asked: (parts, fields, limit, { prompt, completion }) =>
      gemini(
        { contents: [{ role: "user", parts }], generationConfig: { maxOutputTokens: limit }, ...fields },
        { promptTokenCount: prompt, candidatesTokenCount: completion, totalTokenCount: prompt + completion },
      ),
  },
];

describe("whatever a request is made of", () => {
  it.each(Array.from({ length: 45 }, (_, index) => index + 1))("it costs no more than was held: %d", async (seed) => {
    const chance = chanceFrom(seed);
    const kitchen = kitchens[seed % kitchens.length];
    if (kitchen === undefined) throw new Error("no kitchen");
    const { ingredients, text, asked, context } = kitchen;
    const taken = ingredients.filter(() => chance.below(3) === 0);
    const words = "1 2 ".repeat(chance.below(2_000));
    const parts = [text(words), ...taken.flatMap(({ part }) => (part === undefined ? [] : [part]))];
    const fields = Object.assign({}, ...taken.map(({ field }) => field)) as object;
    const limit = 1 + chance.below(5_000);
    // A token a byte of text, as no tokenizer exceeds it, and what the vendor makes of the rest.
    const prompt = Math.min(
      context,
      taken.reduce((sum, one) => sum + (one.prompt ?? 0), words.length + 1),
    );
    const completion = limit * Math.max(1, ...taken.map(({ times }) => times ?? 1));
    const hour = taken.some((one) => one.hour);
    const question = asked(parts, fields, limit, { prompt, completion, hour });
    const refused = await vendor.ask({ ...question, budget: 0.000_000_1 });
    expect(refused.status, refused.text).toBe(429);
    const most = Number(/may cost up to ([\d.]+) USD/.exec(refused.text)?.[1]);
    const { cost } = await vendor.ask(question);
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThanOrEqual(most);
  });
});

describe("what cannot be bounded is refused with what to do about it", () => {
  it.each<[string, Asked, string]>([
    [
      "searches without an end",
      claude({ tools: [{ type: "web_search_20250305", name: "web_search" }] }, {}),
      "max_uses",
    ],
    ["tools without an end", responses({ tools: [{ type: "code_interpreter" }] }, 9), "max_tool_calls"],
    ["a tool that nobody knew", responses({ tools: [{ type: "time_machine" }] }, 9), "time_machine"],
    ["a tool that nobody knew: gemini", gemini({ tools: [{ timeMachine: {} }] }, {}), "timemachine"],
    ["other models", chat("gpt-5.1", { models: ["gpt-5.1", "gpt-5-pro"] }, {}), "other than"],
    [
      "no limit of a model of unknown length",
      { ...chat("gpt-5.1", { max_completion_tokens: 0 }, {}), contextLength: null },
      "context length",
    ],
    [
      "advice",
      claude({ tools: [{ type: "advisor_20260301", name: "advisor", model: "claude-opus-4-8" }] }, {}),
      "advice",
    ],
    ["a class without a price", chat("gpt-4o-search-preview-2030", { service_tier: "priority" }, {}), "price"],
    ["a class that the model has no price in", chat("gpt-4o", { service_tier: "scale" }, {}), "'scale'"],
    ["sound without a price", chat("gpt-4o-audio-preview", { modalities: ["text", "audio"] }, {}), "sound"],
    [
      "pictures of a tool",
      {
        ...chat("gpt-5.1", {}, {}),
        path: "/v1/responses",
        body: { model: "gpt-5.1", input: "x", tools: [{ type: "image_generation" }] },
      },
      "pictures",
    ],
    [
      "a file for a model of unknown length",
      {
        ...claude(
          { messages: [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: "f" } }] }] },
          {},
        ),
        contextLength: null,
      },
      "context length",
    ],
  ])("%s", async (_name, asked, word) => {
    const { status, text, record } = await vendor.ask({ ...asked, budget: 100 });
    expect(status).toBe(403);
    expect(text).toContain(word);
    expect(record).toBeUndefined();
  });

  it("and words of a conversation, or tools of the client, are none of that", async () => {
    const tools = [
      { type: "function", function: { name: "web_search", parameters: { type: "object", properties: {} } } },
    ];
    const content = 'Say {"type":"web_search_20250305"} and "service_tier":"priority", "previous_response_id":"x"';
    const { status } = await vendor.ask({
      ...chat("gpt-4o", { messages: [{ role: "user", content }], tools }, {}),
      budget: 0.02,
    });
    expect(status).toBe(200);
  });
});
