import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { costLines } from "./cost-lines.ts";
import { costOf } from "./price.ts";
import type { Price } from "./price.ts";

const usd = 1_000_000_000;
const price: Price = {
  input: { base: 3 * usd, tiers: [{ above: 1000, rate: 6 * usd }] },
  output: { base: 15 * usd },
  cachedInput: { base: usd / 10 },
  cacheWrite: { base: 4 * usd },
  cacheWriteHour: { base: 6 * usd },
  reasoning: { base: 20 * usd },
  audioInput: { base: 10 * usd },
  cachedAudio: { base: 2 * usd },
  audioOutput: { base: 40 * usd },
  imageOutput: { base: 30 * usd },
  perRequest: 7,
  perWebSearch: 10_000_000,
  perFileSearch: 2_500_000,
  geographies: { us: { times: 11, per: 10 } },
  version: "t",
};

const none = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

describe("the lines of a cost", () => {
  it("name each class of which there was something, at the rate that was applied", () => {
    const usage = { ...none, promptTokens: 2000, cachedTokens: 500, completionTokens: 10, webSearches: 2 };
    expect(costLines(usage, price)).toEqual({
      lines: [
        { kind: "input", count: 1500, rate: 6 * usd, per: "million" },
        { kind: "cached_input", count: 500, rate: usd / 10, per: "million" },
        { kind: "output", count: 10, rate: 15 * usd, per: "million" },
        { kind: "request", count: 1, rate: 7, per: "one" },
        { kind: "web_searches", count: 2, rate: 10_000_000, per: "one" },
      ],
      factor: { times: 1, per: 1 },
    });
  });

  it("are none of what is free", () => {
    expect(costLines({ ...none, promptTokens: 5 }, { ...price, isFree: true }).lines).toEqual([]);
  });

  it("come to the cost, whatever was used", () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const chance = chanceFrom(seed);
      const below = (): number => chance.below(chance.pick([1, 50, 5000]));
      const usage = {
        ...{ promptTokens: below(), completionTokens: below(), cachedTokens: below(), reasoningTokens: below() },
        ...{ cacheWriteTokens: below(), cacheWriteHourTokens: below(), audioPromptTokens: below() },
        ...{ cachedAudioTokens: below(), audioCompletionTokens: below(), imageCompletionTokens: below() },
        ...{ webSearches: below(), fileSearches: below() },
        ...(chance.below(2) === 0 && { geography: "us" }),
      };
      const { lines, factor } = costLines(usage, price);
      const sumOf = (per: string): bigint =>
        lines
          .filter((line) => line.per === per)
          .reduce((sum, { count, rate }) => sum + BigInt(count) * BigInt(rate), 0n);
      const unit = 1_000_000n * BigInt(factor.per);
      const tokens = (sumOf("million") * BigInt(factor.times) * 2n + unit) / (2n * unit);
      expect(Number(tokens + sumOf("one")), `seed ${seed}`).toBe(costOf(usage, price));
    }
  });
});
