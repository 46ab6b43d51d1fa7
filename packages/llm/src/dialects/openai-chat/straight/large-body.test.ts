import { describe, expect, it } from "vitest";
import { parseRequest } from "./request.ts";

const words = "The harbour opens at seven, and the tide turns at noon. ";

function makeRequest(change: object, length = 40_000): Buffer {
  const content = words.repeat(Math.ceil(length / words.length));
  return Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }], ...change }));
}

/** What is read, without the bytes it was read from. */
function read(body: Buffer) {
  const { body: _body, members: _members, ...fields } = parseRequest("chat.completions", body);
  return fields;
}

describe("a large chat request is read without parsing its messages", () => {
  it.each([
    {},
    { stream: true, stream_options: { include_usage: true } },
    { n: 3, max_tokens: 77, tools: [{ type: "function", function: { name: "f" } }] },
    { "unknown field": { deep: [[["]}"]]] }, temperature: 1 },
  ])("%j gives what a small one gives", (change) => {
    const large = read(makeRequest(change));
    const small = read(makeRequest(change, 100));
    expect({ ...large, promptTokensEstimate: 0 }).toEqual({ ...small, promptTokensEstimate: 0 });
    expect(large.promptTokensEstimate).toBeGreaterThan(13_000);
  });

  it("still refuses wrong types with their path", () => {
    expect(() => read(makeRequest({ stream: "yes" }))).toThrow("Invalid 'stream'");
    expect(() => read(makeRequest({ messages: words.repeat(1000) }))).toThrow("Invalid 'messages'");
    expect(() => read(makeRequest({ messages: [words.repeat(1000)] }))).toThrow("Invalid 'messages[0]'");
  });

  it("does not take an image in base64 for text", () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(60_000)}` } };
    const { promptTokensEstimate } = read(makeRequest({ messages: [{ role: "user", content: [image] }] }, 1));
    expect(promptTokensEstimate).toBeLessThan(2_000);
  });

  it("counts images that are only named, and is not fooled by the key of prototypes", () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const content = [{ type: "text", text: words.repeat(500) }, ...Array.from({ length: 50 }, () => image)];
    expect(read(makeRequest({ messages: [{ role: "user", content }] })).promptTokensEstimate).toBeGreaterThan(75_000);
    const body = makeRequest({}).toString("utf8").replace("{", '{"__proto__":{"max_tokens":1,"n":99},');
    expect(read(Buffer.from(body))).toMatchObject({ maxOutputTokens: null, answers: 1 });
  });

  it("takes the last of two models, as a parser does", () => {
    const body = makeRequest({}).toString("utf8").replace(/\}$/, ',"model":"second"}');
    expect(read(Buffer.from(body)).model).toBe("second");
  });
});
