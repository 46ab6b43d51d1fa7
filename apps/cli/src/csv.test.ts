import { describe, expect, it } from "vitest";
import { parseCsv, writeCsv } from "./csv.ts";

describe("CSV", () => {
  it("comes back as it was written", () => {
    const rows = [
      ["a,b", 'say "x"', ""],
      ["two\nlines", " spaces ", "ü"],
    ];
    const text = writeCsv(["one", "two", "three"], rows).join("\n");
    expect(parseCsv(`\uFEFF${text}\n`).map((row) => Object.values(row))).toEqual(rows);
  });

  it("is read with any ends of lines, and without those at the end", () => {
    expect(parseCsv("a,b\r\n1,2\r\n\r\n")).toEqual([{ a: "1", b: "2" }]);
    expect(parseCsv("a\r1\r2")).toEqual([{ a: "1" }, { a: "2" }]);
    expect(parseCsv("")).toEqual([]);
  });

  it("makes no formula of what people have called things", () => {
    expect(writeCsv(["a", "b"], [["=1+1", "-2.5"]])).toEqual(["a,b", "'=1+1,-2.5"]);
  });

  it.each([
    ["a,b\n1", "Row 1 has 1 cells"],
    ['a\n"1', "a quote that does not end"],
    ['a\nx"y', "a quote"],
  ])("says what is wrong with %j", (text, words) => {
    expect(() => parseCsv(text)).toThrow(words);
  });
});
