import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { costOf } from "./price.ts";
import { withinSense } from "./sense.ts";

const usage = (change: object = {}) => ({
  promptTokens: 10,
  completionTokens: 5,
  cachedTokens: 0,
  reasoningTokens: 0,
  ...change,
});

describe("usage that makes sense", () => {
  it("is passed on as it is", () => {
    const told = usage({ promptTokens: 900_000, webSearches: 3, vendorCostNanos: 5 });
    expect(withinSense(told, 128_000)).toBe(told);
    expect(withinSense(told, null)).toBe(told);
  });
});

describe("usage beyond any sense", () => {
  it.each<[object, object]>([
    [
      { promptTokens: 1e13, cachedTokens: 1e12 },
      { promptTokens: 1000, cachedTokens: 1000, completionTokens: 5 },
    ],
    [
      { completionTokens: 1e15, reasoningTokens: 7 },
      { promptTokens: 10, completionTokens: 1000, reasoningTokens: 7 },
    ],
    [{ webSearches: 1e9 }, { webSearches: 1000, promptTokens: 10 }],
    [{ vendorCostNanos: 1e15 }, { vendorCostNanos: undefined, promptTokens: 10 }],
    [
      { byOthers: [{ model: "m", usage: usage({ promptTokens: 1e14 }) }] },
      { byOthers: [{ model: "m", usage: expect.objectContaining({ promptTokens: 1000 }) }] },
    ],
  ])("%j is bounded by what the model can read and write", (told, bounded) => {
    const whole = usage(told);
    const result = withinSense(whole, 1000);
    expect(result).not.toBe(whole);
    expect({ vendorCostNanos: undefined, ...result }).toMatchObject(bounded);
  });

  it("costs what can be written down, whatever was told and whatever the price", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const chance = chanceFrom(seed);
      const count = () => chance.pick([0, 1, 1e6, 1e13, Number.MAX_SAFE_INTEGER]);
      const told = usage({ promptTokens: count(), completionTokens: count(), cachedTokens: count() });
      const rate = { base: chance.pick([0, 1_000_000_000, 600_000_000_000]) };
      const sensible = withinSense(told, chance.pick([null, 4096, 1_000_000]));
      const cost = costOf(sensible, { input: rate, output: rate, version: "t" });
      expect(Number.isSafeInteger(cost), `seed ${seed}`).toBe(true);
    }
  });
});
