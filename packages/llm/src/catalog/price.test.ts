import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { costOf, priceAt } from "./price.ts";
import type { Price } from "./price.ts";

const usd = 1_000_000_000;
const price = (change: Partial<Price> = {}): Price => ({
  input: { base: 3 * usd },
  output: { base: 15 * usd },
  version: "t",
  ...change,
});
const usage = (promptTokens: number, completionTokens: number, cachedTokens = 0, reasoningTokens = 0) => ({
  promptTokens,
  completionTokens,
  cachedTokens,
  reasoningTokens,
});

describe("costOf", () => {
  it.each([
    ["input and output", usage(1000, 100), price(), 4_500_000],
    ["cached input without a price of its own", usage(1000, 0, 1000), price(), 3_000_000],
    ["cached input", usage(1000, 0, 400), price({ cachedInput: { base: usd } }), 2_200_000],
    [
      "tokens written into the cache",
      { ...usage(1000, 0, 400), cacheWriteTokens: 100, cacheWriteHourTokens: 50 },
      price({ cacheWrite: { base: 4 * usd }, cacheWriteHour: { base: 6 * usd } }),
      (450 + 400) * 3000 + 100 * 4000 + 50 * 6000,
    ],
    [
      "tokens written into the cache without a price of their own",
      { ...usage(10, 0), cacheWriteTokens: 4, cacheWriteHourTokens: 400 },
      price(),
      30_000,
    ],
    ["reasoning", usage(0, 100, 0, 40), price({ reasoning: { base: 20 * usd } }), 1_700_000],
    ["more reasoning than output", usage(0, 100, 0, 4000), price({ reasoning: { base: 20 * usd } }), 2_000_000],
    [
      "sound",
      { ...usage(1000, 100, 400, 10), audioPromptTokens: 300, cachedAudioTokens: 50, audioCompletionTokens: 60 },
      price({
        cachedInput: { base: usd },
        audioInput: { base: 10 * usd },
        cachedAudio: { base: 2 * usd },
        audioOutput: { base: 40 * usd },
      }),
      350 * 3000 + 250 * 10_000 + 350 * 1000 + 50 * 2000 + 40 * 15_000 + 60 * 40_000,
    ],
    [
      "pictures",
      { ...usage(1000, 100, 0, 10), imagePromptTokens: 300, imageCompletionTokens: 60 },
      price({ imageInput: { base: 10 * usd }, imageOutput: { base: 40 * usd } }),
      700 * 3000 + 300 * 10_000 + 40 * 15_000 + 60 * 40_000,
    ],
    [
      "more sound than there was",
      { ...usage(10, 10), audioPromptTokens: 99, audioCompletionTokens: 99 },
      price(),
      null,
    ],
    [
      "more pictures than there were",
      { ...usage(10, 10), imagePromptTokens: 99, imageCompletionTokens: 99 },
      price({ imageOutput: { base: 20 * usd } }),
      230_000,
    ],
    ["a fee", usage(0, 0), price({ perRequest: 7 }), 7],
    ["nothing", usage(0, 0), price(), 0],
  ])("%s", (_name, used, at, nanos) => {
    expect(costOf(used, at)).toBe(nanos);
  });

  it("takes all tokens at the rate of the last tier that the prompt exceeds", () => {
    const tiers = [
      { above: 100, rate: 6 * usd },
      { above: 200, rate: 9 * usd },
    ];
    const tiered = price({ input: { base: 3 * usd, tiers }, output: { base: usd, tiers } });
    expect(costOf(usage(100, 1), tiered)).toBe(100 * 3000 + 1000);
    expect(costOf(usage(101, 1), tiered)).toBe(101 * 6000 + 6000);
    expect(costOf(usage(201, 1), tiered)).toBe(201 * 9000 + 9000);
  });

  it("is exact to half a nano-USD, also where a number cannot hold the products", () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const chance = chanceFrom(seed);
      const size = chance.pick([10, 100_000, 2 ** 31]);
      const used = usage(chance.below(size), chance.below(size), chance.below(size), chance.below(size));
      const rates = Array.from({ length: 4 }, () => chance.below(chance.pick([1000, 10 * usd, 900_000 * usd]))) as [
        number,
        number,
        number,
        number,
      ];
      const [input, output, cachedInput, reasoning] = rates.map((base) => ({ base })) as [
        Price["input"],
        Price["input"],
        Price["input"],
        Price["input"],
      ];
      const cached = Math.min(used.cachedTokens, used.promptTokens);
      const thought = Math.min(used.reasoningTokens, used.completionTokens);
      const parts: readonly (readonly [number, number])[] = [
        [used.promptTokens - cached, rates[0]],
        [used.completionTokens - thought, rates[1]],
        [cached, rates[2]],
        [thought, rates[3]],
      ];
      const exact = parts.reduce((sum, [tokens, rate]) => sum + BigInt(tokens) * BigInt(rate), 0n);
      const expected = Number((exact + 500_000n) / 1_000_000n);
      expect(costOf(used, price({ input, output, cachedInput, reasoning })), `seed ${seed}`).toBe(expected);
    }
  });
});

describe("priceAt", () => {
  const named = (version: string): Price => price({ version });
  const hour = 3_600_000;
  const day = Date.UTC(2026, 5, 1);

  it("takes the last entry that applies", () => {
    const schedule = [{ price: named("old") }, { price: named("new"), fromMs: day }];
    expect(priceAt(schedule, day - 1)?.version).toBe("old");
    expect(priceAt(schedule, day)?.version).toBe("new");
  });

  it("knows hours of the day, also over midnight", () => {
    const schedule = [{ price: named("day") }, { price: named("night"), dailyMs: { start: 22 * hour, end: 6 * hour } }];
    const at = (hours: number): string | undefined => priceAt(schedule, day + hours * hour)?.version;
    expect([at(0), at(5.99), at(6), at(21.99), at(22), at(23)]).toEqual([
      "night",
      "night",
      "day",
      "day",
      "night",
      "night",
    ]);
  });

  it("is null where none applies", () => {
    expect(priceAt([], day)).toBeNull();
    expect(priceAt([{ price: named("later"), fromMs: day }], day - 1)).toBeNull();
  });
});
