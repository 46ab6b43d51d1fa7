import { describe, expect, it } from "vitest";
import type { Budget } from "#api/queries.ts";
import { basisWords, forecastWords, stateOf } from "./budget-words.ts";

const now = Date.parse("2026-11-28T12:00:00.000Z");
const usual: NonNullable<Budget["forecast"]> = {
  ...{ outcome: "exhausts", since: "2026-11-21T12:00:00.000Z", recent_usd: "7", per_day_usd: "1" },
  ...{ exhausted_at: "2026-12-01T12:00:00.000Z", at_end_usd: null },
};
const words = (changed: Partial<typeof usual>, ends_at: string | null = null) =>
  forecastWords({ forecast: { ...usual, ...changed }, ends_at }, now);

describe("a budget in words", () => {
  it("says when the cap is met, or that it is not", () => {
    expect(words({})).toBe("Cap in 3 days");
    expect(words({ exhausted_at: "2026-12-20T12:00:00.000Z" })).toBe("Cap on Dec 20");
    expect(words({ exhausted_at: "2027-11-20T12:00:00.000Z" })).toBe("Cap on Nov 20, 2027");
    expect(words({ outcome: "lasts", exhausted_at: null })).toBe("Lasts for years");
    expect(words({ outcome: "lasts", exhausted_at: null }, "2026-12-03T12:00:00.000Z")).toBe("Lasts until Dec 3");
    expect(words({ outcome: "too_little_data" })).toBe("Too little data");
    expect(words({ outcome: "from a newer server" })).toBe("from a newer server");
    expect(forecastWords({ forecast: null, ends_at: null }, now)).toBeNull();
  });

  it("says what that rests on", () => {
    expect(basisWords(usual)).toBe("At $1.00 a day, as since Nov 21, until Dec 1");
    expect(basisWords({ ...usual, exhausted_at: null, at_end_usd: "9.5" })).toBe(
      "At $1.00 a day, as since Nov 21, $9.50 in the end",
    );
    expect(basisWords({ ...usual, per_day_usd: null })).toMatch(
      /^\$7.00 since Nov 21: nothing can be said before a day/,
    );
  });

  it("names each state, also one that is not known here", () => {
    expect(stateOf({ state: "near" })).toEqual({ tone: "warn", word: "near its cap" });
    expect(stateOf({ state: "paused" })).toEqual({ tone: "off", word: "paused" });
  });
});
