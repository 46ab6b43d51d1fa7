import { expect, it } from "vitest";
import { parseJson, stringify, wordOf } from "./json.ts";

it("what is nested too deeply to be written is undefined", () => {
  expect(stringify({ a: [1, "x"] })).toBe('{"a":[1,"x"]}');
  expect(stringify(parseJson(`${"[".repeat(50_000)}1${"]".repeat(50_000)}`))).toBeUndefined();
});

it("only what is no object is a word", () => {
  expect(["a", 1, true, null, undefined].map(wordOf)).toEqual(["a", "1", "true", "null", "undefined"]);
  expect([{}, ["a"], { toString: 1 }, parseJson(`${"[".repeat(50_000)}${"]".repeat(50_000)}`)].map(wordOf)).toEqual(
    Array.from({ length: 4 }, () => ""),
  );
});
