import { describe, expect, it } from "vitest";
import { workOf } from "../../../../packages/llm/src/testing/work-of.ts";
import { matchesPattern } from "./principal.ts";

describe("matchesPattern", () => {
  it.each([
    ["gpt-4o", "gpt-4o", true],
    ["gpt-4o", "gpt-4o-mini", false],
    ["gpt-4o", "GPT-4o", false],
    ["*", "", true],
    ["*", "anything/at:all", true],
    ["", "", true],
    ["", "a", false],
    ["gpt-*", "gpt-4o", true],
    ["gpt-*", "gpt-", true],
    ["gpt-*", "my-gpt-4o", false],
    ["*-mini", "gpt-4o-mini", true],
    ["*-mini", "gpt-4o-mini-x", false],
    ["openai/*", "openai/gpt-4o", true],
    ["openai/*", "azure-openai/gpt-4o", false],
    ["*/gpt-*-mini", "openai/gpt-4o-mini", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["ab*ba", "aba", false],
    ["a**b", "ab", true],
    ["*a*b*", "xxaxxbxx", true],
    ["*a*b*", "xxbxxaxx", false],
    ["a.c", "abc", false],
    ["(a+)+$", "(a+)+$", true],
    ["[ab]", "a", false],
  ])("%j and %j: %s", (pattern, name, matches) => {
    expect(matchesPattern(pattern, name)).toBe(matches);
  });

  it("agrees with the same pattern as a regular expression", () => {
    let state = 1;
    const below = (limit: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % limit;
    };
    const write = (letters: string): string =>
      Array.from({ length: below(7) }, () => letters.charAt(below(letters.length))).join("");
    let matches = 0;
    for (let turn = 0; turn < 20_000; turn += 1) {
      const pattern = write("ab**");
      const name = write("ab");
      const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name);
      expect(matchesPattern(pattern, name), `${pattern} ${name}`).toBe(expected);
      if (expected) matches += 1;
    }
    expect(matches).toBeGreaterThan(1000);
  });

  it("takes no time for patterns that would make a regular expression stumble", () => {
    const match = (): void => expect(matchesPattern(`${"*a".repeat(5000)}b`, "a".repeat(50_000))).toBe(false);
    expect(workOf(match)).toBeLessThan(2_000);
  });
});
