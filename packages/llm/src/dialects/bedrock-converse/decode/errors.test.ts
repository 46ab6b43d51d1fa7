import { expect, it } from "vitest";
import { readError } from "./errors.ts";

it("bears what is no JSON", () => {
  expect(readError("<html>")).toEqual({ message: null, words: [] });
});
