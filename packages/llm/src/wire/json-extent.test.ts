import { describe, expect, it } from "vitest";
import { workOf } from "#testing/work-of.ts";
import { JsonExtent } from "./json-extent.ts";

const bounds = { depth: 5, values: 20 };

function read(text: string, size: number, limits = bounds) {
  const extent = new JsonExtent(limits);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const exceeded = extent.push(bytes.subarray(at, at + size));
    if (exceeded !== null) return exceeded;
  }
  return null;
}

const long = "word, [word] {word} ".repeat(20);

describe("the extent of a document is told in pieces of any size", () => {
  it.each([
    ["[[[[[]]]]]", null],
    ["[[[[[[", "depth"],
    [`{"a":{"b":[{"c":[{}]}]}}`, "depth"],
    [`[${"1,".repeat(18)}1]`, null],
    [`[${"1,".repeat(20)}1]`, "values"],
    [`{${Array.from({ length: 22 }, (_, index) => `"${index}":0`).join()}}`, "values"],
    ["[],".repeat(12), "values"],
    [JSON.stringify({ a: long, b: `${long}"[[[[[[[`, c: `\\\\"${long}\\` }), null],
    [`["${"\\\\".repeat(200)}","${'\\"[[[[[[,,,,'.repeat(200)}"]`, null],
    [`["${"\\\\".repeat(200)}",[[[[[[`, "depth"],
    [`["${"x".repeat(300)}\\\\",[[[[[["`, "depth"],
    [`["${"x".repeat(300)}\\\\\\",[[[[[["`, null],
  ])("document %#", (text, expected) => {
    for (const size of [1, 2, 3, 7, 64, 100, 10_000]) expect(read(text, size), `pieces of ${size}`).toBe(expected);
  });

  it("in a time that grows with its length alone", () => {
    const inputs = ["[", '"', '\\"', "\\", '"",', '{"":', "x", ",", '"a\\\\\\"'].map(
      (piece) => `["${piece.repeat(2 ** 21 / piece.length)}`,
    );
    for (const input of inputs) {
      const work = workOf(() => read(input, 65_536, { depth: Infinity, values: Infinity }));
      expect(work, input.slice(0, 8)).toBeLessThan(800);
    }
  });
});
