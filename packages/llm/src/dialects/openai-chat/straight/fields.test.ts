import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import type { Operation } from "#operations.ts";
import { parseRequest } from "./request.ts";

const messages = [{ role: "user", content: "hello" }];
const chat = (more: object = {}) => parse("chat.completions", { model: "m", messages, ...more });
const parse = (operation: Operation, body: object) => parseRequest(operation, Buffer.from(JSON.stringify(body)));

describe("what is asked for", () => {
  it.each([
    [{}, 1],
    [{ n: 4 }, 4],
    [{ n: null }, 1],
  ])("chat with %j writes %i answers", (more, answers) => {
    expect(chat(more).answers).toBe(answers);
  });

  it.each([
    ["a", {}, 1],
    [["a", "b"], {}, 2],
    [[1, 2, 3], {}, 1],
    [[[1], [2, 3]], { n: 2 }, 4],
    ["a", { n: 2, best_of: 5 }, 5],
  ])("completions of %j with %j write %i answers", (prompt, more, answers) => {
    expect(parse("completions", { model: "m", prompt, ...more }).answers).toBe(answers);
  });

  it("embeddings write none, and do not stream", () => {
    expect(parse("embeddings", { model: "m", input: "x", stream: true })).toMatchObject({
      answers: 0,
      maxOutputTokens: 0,
      stream: false,
    });
  });

  it("the larger of two maxima counts", () => {
    expect(chat().maxOutputTokens).toBeNull();
    expect(chat({ max_tokens: 9 }).maxOutputTokens).toBe(9);
    expect(chat({ max_tokens: 9, max_completion_tokens: 4 }).maxOutputTokens).toBe(9);
    expect(chat({ max_tokens: null, max_completion_tokens: 4 }).maxOutputTokens).toBe(4);
  });
});

describe("the guess of a prompt's size", () => {
  it("counts token numbers where there are nothing else", () => {
    expect(parse("completions", { model: "m", prompt: [5, 6, 7] }).promptTokensEstimate).toBe(3);
    expect(parse("embeddings", { model: "m", input: [[5], [6, 7]] }).promptTokensEstimate).toBe(3);
    expect(parse("completions", { model: "m", prompt: [[5], "x".repeat(300)] }).promptTokensEstimate).toBeGreaterThan(
      100,
    );
    expect(chat({ prompt: [1] }).promptTokensEstimate).toBeGreaterThan(10);
  });

  it("counts an image as an image, not as its base64", () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(1_000_000)}` } };
    const estimate = chat({
      messages: [{ role: "user", content: [{ type: "text", text: "what?" }, image] }],
    }).promptTokensEstimate;
    expect(estimate).toBeGreaterThan(1500);
    expect(estimate).toBeLessThan(1700);
  });
});

describe("a fault", () => {
  it("has the path of the value at fault, and says what was expected", () => {
    try {
      chat({ messages: [...messages, { role: "user", content: [{ type: "text" }, 7] }] });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(GhostError);
      expect(error).toMatchObject({
        param: "messages[1].content[1]",
        message: "Invalid 'messages[1].content[1]': expected a content part.",
      });
    }
  });
});
