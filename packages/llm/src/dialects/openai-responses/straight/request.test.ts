import { describe, expect, it } from "vitest";
import { passageBetween } from "#dialects/passage/passage-between.ts";
import { openaiResponses } from "#dialects/openai-responses/index.ts";

const { client, upstream } = openaiResponses;
const words = "The harbour opens at seven, and the tide turns at noon. ";

function makeRequest(change: object, length = 40_000): Buffer {
  const content = words.repeat(Math.ceil(length / words.length));
  return Buffer.from(JSON.stringify({ model: "m", input: [{ role: "user", content }], ...change }));
}

/** What is read, without the bytes it was read from. */
function read(body: Buffer) {
  const { body: _body, members: _members, ...fields } = client.parseRequest("chat.completions", body);
  return fields;
}

describe("a request", () => {
  it.each([
    {},
    { stream: true, max_output_tokens: 77 },
    { tools: [{ type: "function", name: "f" }], instructions: "Be kind.", reasoning: { effort: "low" } },
    { "unknown field": { deep: [[["]}"]]] }, temperature: 1 },
  ])("that is large is read as a small one is: %j", (change) => {
    const large = read(makeRequest(change));
    const small = read(makeRequest(change, 100));
    expect({ ...large, promptTokensEstimate: 0 }).toEqual({ ...small, promptTokensEstimate: 0 });
    expect(large.promptTokensEstimate).toBeGreaterThan(13_000);
  });

  it.each([
    ["model", { model: 1 }],
    ["input", { input: 7 }],
    ["input[0]", { input: ["x"] }],
    ["instructions", { instructions: [] }],
    ["stream", { stream: "yes" }],
    ["max_output_tokens", { max_output_tokens: -1 }],
    ["tools", { tools: {} }],
  ])("is refused with the path of its fault: %s", (path, change) => {
    expect(() => read(makeRequest(change))).toThrow(`Invalid '${path}'`);
    expect(() => read(makeRequest(change, 1))).toThrow(`Invalid '${path}'`);
  });

  it("need not have an input, which the vendor may hold", () => {
    expect(read(Buffer.from('{"model":"m","previous_response_id":"resp_1"}'))).toMatchObject({ model: "m" });
  });

  it.each([
    { type: "input_image", image_url: `data:image/png;base64,${"A".repeat(60_000)}` },
    { type: "input_file", filename: "a.pdf", file_data: "A".repeat(60_000) },
  ])("does not take media in base64 for text", (part) => {
    for (const item of [
      { role: "user", content: [part] },
      { type: "function_call_output", call_id: "c", output: [part] },
    ])
      expect(read(makeRequest({ input: [item] })).promptTokensEstimate).toBeLessThan(3_200);
  });

  it("has a prompt in words, for a count of its tokens", () => {
    const input = [
      { role: "user", content: "one" },
      { role: "user", content: [{ type: "input_text", text: "two" }] },
      { type: "function_call", name: "three", arguments: "{}" },
      { type: "function_call_output", output: "four" },
    ];
    const told = client.readPromptText(JSON.stringify({ instructions: "zero", input, tools: [{ name: "five" }] }));
    for (const word of ["zero", "one", "two", "three", "four", "five"]) expect(told).toContain(word);
    expect(client.readPromptText('{"input":"alone"}')).toContain("alone");
    expect(client.readPromptText("no JSON")).toBe("\n\n");
  });

  it("gets the target's model in its place, and nothing else", () => {
    const body = '{ "input" : "x", "model":"m", "store": true, "n": 1.0 }';
    const parsed = client.parseRequest("chat.completions", Buffer.from(body));
    expect(upstream.editRequest(parsed, { model: "other", quirks: {} }).toString()).toBe(
      body.replace('"m"', '"other"'),
    );
  });
});

describe("a conversation that another vendor had a part in", () => {
  const sealed = { type: "reasoning", summary: [], encrypted_content: "ghostllm.anthropic-messages.signature:Eq" };
  const edit = (input: readonly object[]): unknown => {
    const parsed = client.parseRequest("chat.completions", Buffer.from(JSON.stringify({ model: "m", input, n: 1 })));
    const straight = passageBetween(openaiResponses, openaiResponses, "chat.completions");
    return JSON.parse(straight.encodeRequest(parsed, { model: "other", quirks: {} }).body.toString());
  };

  it("goes to a vendor of the dialect without the seals of that one", () => {
    const own = { type: "reasoning", summary: [], encrypted_content: "gAAAA" };
    const said = { role: "user", content: 'He said "ghostllm.x.y"' };
    expect(edit([own, sealed, said])).toEqual({ model: "other", input: [own, said], n: 1 });
    expect(edit([own, said])).toEqual({ model: "other", input: [own, said], n: 1 });
  });
});

describe("the text of an answer that is cut off", () => {
  it("is all that has come", () => {
    const cut = '{"output":[{"type":"message","content":[{"type":"output_text","text":"A \\"tide';
    expect(upstream.readText(cut, false)).toBe('A \\"tide');
  });
});
