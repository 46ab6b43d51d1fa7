import { expect, it } from "vitest";
import { indented, messagesOf } from "./messages.ts";

it.each([
  ["a chat", { messages: [{ role: "user", content: "Hi" }] }, [{ speaker: "user", text: "Hi" }]],
  [
    "parts, and what is none of a text",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "See" },
            { type: "image_url", image_url: { url: "u" } },
          ],
        },
      ],
    },
    [{ speaker: "user", text: 'See\n{"type":"image_url","image_url":{"url":"u"}}' }],
  ],
  [
    "Anthropic's, with a system prompt",
    { system: [{ type: "text", text: "Be brief" }], messages: [{ role: "assistant", content: "Yes" }] },
    [
      { speaker: "system", text: "Be brief" },
      { speaker: "assistant", text: "Yes" },
    ],
  ],
  [
    "Gemini's",
    { systemInstruction: { parts: [{ text: "S" }] }, contents: [{ parts: [{ text: "A" }, { text: "B" }] }] },
    [
      { speaker: "system", text: "S" },
      { speaker: "user", text: "A\nB" },
    ],
  ],
  [
    "responses",
    { instructions: "I", input: "Ask" },
    [
      { speaker: "system", text: "I" },
      { speaker: "user", text: "Ask" },
    ],
  ],
  [
    "embeddings",
    { input: ["a", "b"] },
    [
      { speaker: "user", text: "a" },
      { speaker: "user", text: "b" },
    ],
  ],
])("reads %s", (_name, body, messages) => {
  expect(messagesOf(JSON.stringify(body))).toEqual(messages);
});

it.each(["", "{", "[1]", '{"query":"x"}', '{"messages":[]}'])("finds no messages in %j", (body) => {
  expect(messagesOf(body)).toBeNull();
});

it("shows what is cut as it is", () => {
  expect(indented('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(indented('{"a":')).toBe('{"a":');
});
