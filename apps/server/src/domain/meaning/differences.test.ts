// What a look at the words keeps apart, whatever their vectors say: the pairs are those of tests/semantic.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { differencesOf } from "./differences.ts";

interface Pair {
  readonly kind: string;
  readonly one: string;
  readonly other: string;
}

const file = new URL("../../../../../tests/semantic/pairs.json", import.meta.url);
const pairs = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<"nearMisses" | "paraphrases", readonly Pair[]>>;
const isTold = ({ one, other }: Pair): boolean => differencesOf(one, other).length === 0;

describe("two texts", () => {
  it("that look alike and ask for something else are kept apart, all but a few that were said in quite other words", () => {
    expect(pairs.nearMisses.length).toBeGreaterThan(500);
    const told = pairs.nearMisses.filter(isTold);
    const straight = told.filter(({ kind }) => !kind.endsWith("rephrased"));
    expect(new Set(straight.map(({ one }) => one.slice(-27)))).toEqual(new Set(["what does a cardiologist do"]));
    expect(told.length).toBeLessThanOrEqual(16);
  });

  it("that ask for the same are taken for it, most of those that differ in small words alone", () => {
    const share = (kind: string): number => {
      const some = pairs.paraphrases.filter((pair) => pair.kind === kind);
      return some.filter(isTold).length / some.length;
    };
    expect(share("small words")).toBeGreaterThan(0.95);
    expect(share("own words")).toBeGreaterThan(0.4);
  });

  it("are told by the same, whichever comes first", () => {
    for (const { one, other } of [...pairs.nearMisses, ...pairs.paraphrases])
      expect(differencesOf(other, one), `${one} | ${other}`).toEqual(differencesOf(one, other));
  });

  it.each([
    ["numbers", "What is 15% of 240?", "What is 15% of 420?"],
    ["numbers", "Give me three ideas.", "Give me ten ideas."],
    ["units", "How much is 5 miles in metres?", "How much is 5 miles in feet?"],
    ["dates", "Is the shop open on Monday?", "Is the shop open on Sunday?"],
    ["languages", "Answer in German.", "Answer in French."],
    ["names", "Who founded the town of Bath?", "Who founded the town of York?"],
    ["quoted", "What does 'casa' mean?", "What does 'cama' mean?"],
    ["code", "Why is user_id null?", "Why is order_id null?"],
    ["negation", "Which birds can fly?", "Which birds can't fly?"],
    ["quantity", "Which river is the longest?", "Which river is the shortest?"],
    ["opposite", "How do I enable it in the settings?", "How do I disable it in the settings?"],
    ["order", "Is a dog bigger than a cat?", "Is a cat bigger than a dog?"],
    ["word", "How do I train a puppy?", "How do I train a parrot?"],
    ["added", "How do I delete a branch?", "How do I delete a remote branch?"],
    ["script", "Hello world", "Hello мир"],
  ])("differ in their %s", (kind, one, other) => {
    expect(differencesOf(one, other)).toContain(kind);
  });

  it("of any length and kind take little time", () => {
    const began = performance.now();
    for (const text of [
      "a ".repeat(1_000),
      "'".repeat(2_000),
      "1,".repeat(1_000),
      "A.b".repeat(600),
      "-".repeat(2_000),
      "日本語".repeat(600),
    ])
      differencesOf(text, `${text}x`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
