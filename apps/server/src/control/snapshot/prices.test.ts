import { providers } from "@ghostllm/llm";
import { describe, expect, it } from "vitest";
import { knowModel, rememberCatalog } from "./prices.ts";
import type { PriceOverrides } from "./prices.ts";

const none: PriceOverrides = { inputPrice: null, outputPrice: null, cachedInputPrice: null };

function know(type: string, model: string, overrides: Partial<PriceOverrides> | null) {
  const definition = providers.find((candidate) => candidate.type === type);
  if (definition === undefined) throw new Error(`No provider type ${type}`);
  return knowModel(definition, model, overrides && { ...none, ...overrides }).prices?.at(-1)?.price ?? null;
}

describe("the price of a model", () => {
  it("is the catalogue's where nothing is overridden", () => {
    const listed = know("openai", "gpt-4o", null);
    expect(listed?.cachedInput?.base).toBe(1_250_000_000);
    expect(know("openai", "gpt-4o", {})).toEqual(listed);
  });

  it("takes each override by itself and keeps the rest", () => {
    expect(know("openai", "gpt-4o", { outputPrice: 7 })).toMatchObject({
      input: { base: 2_500_000_000 },
      cachedInput: { base: 1_250_000_000 },
      output: { base: 7 },
      version: "override",
    });
  });

  it("never charges more for cached input than for other input", () => {
    expect(know("openai", "gpt-4o", { inputPrice: 0, outputPrice: 0 })?.cachedInput?.base).toBe(0);
    expect(know("openai", "gpt-4o", { inputPrice: 2_000_000_000 })?.cachedInput?.base).toBe(1_250_000_000);
    expect(know("openai", "gpt-4o", { inputPrice: 5, cachedInputPrice: 9 })?.cachedInput?.base).toBe(9);
  });

  it("is 0 on the operator's own hardware, and unknown for a stranger", () => {
    expect(know("ollama", "whatever", null)).toMatchObject({ input: { base: 0 }, version: "free" });
    expect(know("openai-compatible", "whatever", null)).toBeNull();
    expect(know("openai-compatible", "whatever", { inputPrice: 1 })).toBeNull();
    expect(know("openai-compatible", "whatever", { inputPrice: 1, outputPrice: 2 })).toMatchObject({
      input: { base: 1 },
      output: { base: 2 },
    });
  });

  it("is the same when it is remembered", () => {
    const lookUp = rememberCatalog();
    expect(lookUp("openai", "gpt-4o")).toEqual(lookUp("openai", "gpt-4o"));
    expect(lookUp("openai", "gpt-4o")).toBe(lookUp("openai", "gpt-4o"));
    expect(lookUp("openai", "unheard of")).toBeNull();
  });
});
