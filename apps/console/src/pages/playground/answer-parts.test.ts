import { describe, expect, it } from "vitest";
import { splitAnswer } from "./answer-parts.ts";

const text = (of: string) => ({ kind: "text", text: of, language: "" });
const code = (of: string, language = "") => ({ kind: "code", text: of, language });

describe("an answer", () => {
  it.each([
    ["plain", "one\n\ntwo", [text("one\n\ntwo")]],
    [
      "with code in the middle",
      "a\n\n```ts\nconst a = 1;\n```\n\nb",
      [text("a"), code("const a = 1;", "ts"), text("b")],
    ],
    ["with code that has not ended", "a\n```\nx\n", [text("a"), code("x\n")]],
    ["with a fence in a longer one", "````md\n```\nx\n```\n````", [code("```\nx\n```", "md")]],
    ["with a fence of tildes", "~~~\n```\n~~~", [code("```")]],
    ["with code in a line", "say ```x``` now", [text("say ```x``` now")]],
    ["empty", "", []],
  ])("%s", (_, answer, parts) => {
    expect(splitAnswer(answer)).toEqual(parts);
  });
});
