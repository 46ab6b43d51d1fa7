import { describe, expect, it } from "vitest";
import { readUsage, readUsageOf } from "./usage.ts";

const usage = (promptTokens: number, completionTokens: number, cachedTokens = 0, reasoningTokens = 0) => ({
  promptTokens,
  completionTokens,
  cachedTokens,
  reasoningTokens,
});

describe("readUsage", () => {
  it.each([
    [
      "OpenAI",
      {
        prompt_tokens: 9,
        completion_tokens: 5,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      usage(9, 5, 4, 3),
    ],
    ["DeepSeek", { prompt_tokens: 9, completion_tokens: 5, prompt_cache_hit_tokens: 4 }, usage(9, 5, 4)],
    ["Moonshot and Together", { prompt_tokens: 9, completion_tokens: 5, cached_tokens: 4 }, usage(9, 5, 4)],
    ["Voyage, which tells the sum alone", { total_tokens: 9 }, usage(9, 0)],
    ["Perplexity", { prompt_tokens: 9, completion_tokens: 5, reasoning_tokens: 2 }, usage(9, 5, 0, 2)],
    [
      "xAI, which counts reasoning beside",
      { prompt_tokens: 9, completion_tokens: 5, total_tokens: 21, completion_tokens_details: { reasoning_tokens: 7 } },
      usage(9, 12, 0, 7),
    ],
    ["embeddings", { prompt_tokens: 9, total_tokens: 9 }, usage(9, 0)],
    ["nulls", { prompt_tokens: 9, completion_tokens: null, prompt_tokens_details: null }, usage(9, 0)],
    [
      "more than can be",
      { prompt_tokens: 1e300, completion_tokens: 2, cached_tokens: Number.NaN },
      usage(Number.MAX_SAFE_INTEGER, 2),
    ],
    ["fractions", { prompt_tokens: 8.6, completion_tokens: 1 }, usage(9, 1)],
    ["nothing", {}, usage(0, 0)],
  ])("of %s", (_name, told, expected) => {
    expect(readUsage(told)).toEqual(expected);
  });

  const nonsense = [
    { prompt_tokens: "9", completion_tokens: 1 },
    { prompt_tokens: 9, completion_tokens: -1 },
  ];
  it.each([null, undefined, [], "9", 9, ...nonsense])("of %j is none", (told) => {
    expect(readUsage(told)).toBeNull();
  });

  it("finds Groq's place for it", () => {
    expect(readUsageOf({ x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } })).toEqual(usage(1, 2));
    expect(readUsageOf({ usage: null, choices: [] })).toBeNull();
  });
});
