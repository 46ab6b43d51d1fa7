import { expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { endOfString, nextQuote, someString } from "./json-strings.ts";

/** One byte after the other. */
function endByBytes(json: Buffer, from: number): number {
  for (let at = from; at < json.length; at += 1) {
    if (json[at] === 0x22) return at + 1;
    if (json[at] === 0x5c) at += 1;
  }
  return -1;
}

const runs = ["\\", "\\\\", '\\"', '"', "\\u0041", "ü", "😀", "", "x", "x".repeat(47), "y".repeat(48), "z".repeat(200)];

it("finds the end of a string, wherever escapes and quotation marks stand in it", () => {
  for (let seed = 1; seed <= 5_000; seed += 1) {
    const chance = chanceFrom(seed);
    const json = Buffer.from(Array.from({ length: chance.below(12) }, () => chance.pick(runs)).join(""));
    const from = chance.below(3);
    expect(endOfString(json, from), `seed ${seed}`).toBe(endByBytes(json, from));
    expect(nextQuote(json, from)).toBe(json.indexOf('"', from));
  }
});

it("goes from string to string, in large documents and in small ones", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const chance = chanceFrom(seed);
    const strings = Array.from({ length: chance.below(40) }, () => JSON.stringify(chance.pick(runs)));
    const filling = chance.pick([1, 30, 5_000]);
    const json = Buffer.from(`[${strings.join(`,${" ".repeat(filling)}`)}]`);
    const found: string[] = [];
    const isLast = (at: number): boolean => {
      found.push(json.toString("utf8", at - 1, endOfString(json, at)));
      return false;
    };
    for (let time = 0; time < 2; time += 1) {
      found.length = 0;
      expect(someString(json, isLast)).toBe(false);
      expect(found, `seed ${seed}`).toEqual(strings);
    }
    if (strings.length > 0) expect(someString(json, () => true)).toBe(true);
  }
  const many = Buffer.from(JSON.stringify(Array.from({ length: 5_000 }, String)));
  let count = 0;
  someString(many, () => (count += 1) < 0);
  expect(count).toBe(5_000);
});
