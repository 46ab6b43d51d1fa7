import { builtInPrices, providers } from "@ghostllm/llm";
import { describe, expect, it } from "vitest";
import type { PriceOverrides } from "#domain/price-overrides.ts";
import { knowModel } from "./known-prices.ts";

const usd = 1_000_000_000;
const none: PriceOverrides = { inputPrice: null, outputPrice: null, cachedInputPrice: null, furtherPrices: {} };

function know(type: string, model: string, overrides: Partial<PriceOverrides> | null) {
  const definition = providers.find((candidate) => candidate.type === type);
  if (definition === undefined) throw new Error(`No provider type ${type}`);
  const provider = { definition, baseUrl: "https://vendor.test", settings: {} };
  const known = knowModel(provider, model, overrides && { ...none, ...overrides }, builtInPrices());
  return known.prices?.[0]?.price ?? null;
}

describe("the price of a model", () => {
  it("is the list's where nothing is overridden", () => {
    const listed = know("openai", "gpt-4o", null);
    expect(listed?.cachedInput?.base).toBe(1.25 * usd);
    expect(know("openai", "gpt-4o", {})).toEqual(listed);
  });

  it("takes each override by itself and keeps the rest", () => {
    expect(know("openai", "gpt-4o", { outputPrice: 7 })).toMatchObject({
      input: { base: 2.5 * usd },
      cachedInput: { base: 1.25 * usd },
      output: { base: 7 },
      perWebSearch: 10_000_000,
      version: "override",
    });
  });

  it("of input takes with it what the list has of classes that follow from the old one", () => {
    const claude = know("anthropic", "claude-sonnet-4-5", { inputPrice: 2 * usd });
    expect(claude).toMatchObject({ input: { base: 2 * usd }, output: { base: 15 * usd }, perWebSearch: 10_000_000 });
    expect(claude?.input.tiers).toBeUndefined();
    for (const name of ["cachedInput", "cacheWrite", "cacheWriteHour"]) expect(claude).not.toHaveProperty(name);
    const spoken = know("openai", "gpt-realtime", { outputPrice: usd });
    expect(spoken).toMatchObject({ audioInput: { base: 32 * usd }, output: { base: usd } });
    expect(spoken).not.toHaveProperty("audioOutput");
  });

  it("keeps the classes of service as many times dearer or cheaper as in the list, or as the operator says", () => {
    const own = know("openai", "gpt-5.1", { inputPrice: usd, outputPrice: 8 * usd });
    expect(own?.classes?.["priority"]).toMatchObject({ input: { base: 2 * usd }, output: { base: 16 * usd } });
    const said = know("openai", "gpt-5.1", { furtherPrices: { serviceClasses: { priority: 3_000_000, scale: 0 } } });
    expect(said?.classes?.["priority"]?.input.base).toBe(3.75 * usd);
    expect(said?.classes?.["flex"]?.input.base).toBe(0.625 * usd);
    expect(said?.classes?.["scale"]?.output.base).toBe(0);
  });

  it("can be set for every class, and for long prompts", () => {
    const furtherPrices = {
      cacheWrite: 3,
      cacheWriteHour: 4,
      reasoning: 5,
      audioInput: 6,
      cachedAudio: 7,
      audioOutput: 8,
      imageInput: 9,
      cachedImage: 10,
      imageOutput: 11,
      perRequest: 12,
      perWebSearch: 13,
      perFileSearch: 14,
      perContainer: 15,
      longPrompts: [{ above: 100, input: 20, cacheWrite: 30 }],
    };
    const price = know("openai-compatible", "mine", { inputPrice: 1, outputPrice: 2, furtherPrices });
    expect(price).toEqual({
      input: { base: 1, tiers: [{ above: 100, rate: 20 }] },
      output: { base: 2 },
      cacheWrite: { base: 3, tiers: [{ above: 100, rate: 30 }] },
      cacheWriteHour: { base: 4 },
      reasoning: { base: 5 },
      audioInput: { base: 6 },
      cachedAudio: { base: 7 },
      audioOutput: { base: 8 },
      imageInput: { base: 9 },
      cachedImage: { base: 10 },
      imageOutput: { base: 11 },
      perRequest: 12,
      perWebSearch: 13,
      perFileSearch: 14,
      perContainer: 15,
      isOverride: true,
      version: "override",
    });
  });

  it("is 0 on the operator's own hardware, and unknown for a stranger", () => {
    expect(know("ollama", "whatever", null)).toMatchObject({ isFree: true, version: "free" });
    expect(know("openai-compatible", "whatever", null)).toBeNull();
    expect(know("openai-compatible", "whatever", { inputPrice: 1 })).toBeNull();
    expect(know("openai-compatible", "whatever", { inputPrice: 1, outputPrice: 2 })).toMatchObject({
      input: { base: 1 },
      output: { base: 2 },
    });
  });
});
