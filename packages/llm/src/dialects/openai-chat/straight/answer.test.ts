import { describe, expect, it } from "vitest";
import { readAnswer, readText } from "./answer.ts";

describe("readAnswer", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 5 };
  const large = { data: [{ embedding: "x".repeat(100_000), usage: { prompt_tokens: 9 } }], usage };

  it.each([
    ["small", JSON.stringify({ choices: [], usage })],
    ["large", JSON.stringify(large)],
    ["large with its usage first", JSON.stringify({ usage, data: large.data, x: 1 })],
    ["large with a key twice", JSON.stringify(large).replace("{", '{"a":1,"a":2,')],
  ])("reads the usage of a %s answer", (_name, text) => {
    expect(readAnswer(Buffer.from(text))).toMatchObject({
      usage: { promptTokens: 3, completionTokens: 5 },
      broken: false,
    });
  });

  it.each(["", "<html>", "[]", '{"a":', JSON.stringify(large).slice(0, -1)])("takes %s for broken", (text) => {
    expect(readAnswer(Buffer.from(text))).toEqual({ usage: null, broken: true });
  });
});

describe("readText", () => {
  it("reads everything that the model wrote", () => {
    const message = {
      reasoning_content: "think ",
      content: [
        { type: "text", text: "say " },
        { type: "text", text: ["no"] },
      ],
      tool_calls: [{ function: { name: "f", arguments: "{}" } }],
    };
    expect(readText(JSON.stringify({ choices: [{ message }, { text: " and" }] }), false)).toBe("think say f{} and");
  });

  it("reads the deltas of a stream, and passes over what is no JSON", () => {
    const frame = (text: string): string => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;
    expect(readText(`${frame("a")}: c\n\ndata: {"cho\n\n${frame("b")}data: [DONE]\n\n`, true)).toBe("ab");
  });

  it("reads an answer that is cut off as far as it goes", () => {
    const text = JSON.stringify({ choices: [{ message: { role: "assistant", content: 'one "two" three' } }] });
    expect(readText(text.slice(0, text.indexOf("three") + 2), false)).toBe('one \\"two\\" th');
  });
});
