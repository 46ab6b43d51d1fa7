import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ChatRequest, Message, Part } from "#hub.ts";
import { gemini } from "#dialects/gemini/index.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };
const foreign = "openai-chat";

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, model = "gemini-3-pro-preview"): Written {
  const { body, notes } = gemini.upstream.encodeRequest({ ...base, ...request }, { model, quirks: {} });
  return { body: JSON.parse(body) as Written["body"], notes };
}

const text = (words: string): Part => ({ kind: "text", text: words });
const says = (role: Message["role"], ...content: readonly Part[]): Message => ({ role, content });
const call = (id: string, argumentsText = "{}"): Part => ({ kind: "tool_call", id, name: `f${id}`, argumentsText });
const result = (callId: string, words: string, isError?: true): Part => ({
  kind: "tool_result",
  callId,
  content: [{ kind: "text", text: words }],
  ...(isError && { isError }),
});

describe("a request of another dialect", () => {
  it("has its wishes where the vendor looks for them", () => {
    const { body, notes } = encode({
      sampling: { temperature: 1.5, topP: 0.5, topK: 5, seed: 1, frequencyPenalty: 1, presencePenalty: -1 },
      stopSequences: ["x", "\n"],
      answers: 2,
      logprobs: 3,
      maxOutputTokens: 9,
      format: { kind: "schema", name: "n", schema: { type: "object", $defs: {} }, strict: true },
      serviceTier: "flex",
    });
    expect(body).toEqual({
      contents: [],
      generationConfig: {
        temperature: 1.5,
        topP: 0.5,
        topK: 5,
        seed: 1,
        frequencyPenalty: 1,
        presencePenalty: -1,
        stopSequences: ["x", "\n"],
        candidateCount: 2,
        responseLogprobs: true,
        logprobs: 3,
        maxOutputTokens: 9,
        responseMimeType: "application/json",
        responseJsonSchema: { type: "object", $defs: {} },
      },
      serviceTier: "flex",
    });
    expect(notes).toEqual([]);
  });

  it("goes without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      sampling: { seed: 2 ** 40 },
      stopSequences: ["1", "2", "3", "4", "5", "6"],
      allowsParallelToolCalls: false,
      userId: "u",
      serviceTier: "scale",
      extras: { dialect: foreign, fields: { store: true, metadata: null } },
      messages: [
        { ...says("user", { kind: "image", source: { kind: "file", fileId: "file-1" } }, text("x")), name: "ann" },
        says("assistant", { kind: "reasoning", text: "hm" }, text("y")),
      ],
      tools: [
        { kind: "function", name: "f", strict: true },
        { kind: "opaque", dialect: foreign, value: { type: "web_search" } },
      ],
    });
    expect(body).toEqual({
      contents: [
        { role: "user", parts: [{ text: "x" }] },
        { role: "model", parts: [{ text: "y" }] },
      ],
      tools: [{ functionDeclarations: [{ name: "f" }] }],
      generationConfig: { stopSequences: ["1", "2", "3", "4", "5"] },
    });
    const lacks = ["store", "seed", "stop", "parallel_tool_calls", "user", "service_tier", "image by file", "name"];
    expect(notes.toSorted()).toEqual([...lacks, "reasoning", "strict", "web_search"].toSorted());
  });

  it.each([
    [{ kind: "auto" }, { mode: "AUTO" }],
    [{ kind: "none" }, { mode: "NONE" }],
    [{ kind: "required" }, { mode: "ANY" }],
    [
      { kind: "function", name: "f" },
      { mode: "ANY", allowedFunctionNames: ["f"] },
    ],
  ] as const)("chooses tools: %j", (toolChoice, functionCallingConfig) => {
    expect(encode({ toolChoice, tools: [{ kind: "function", name: "f" }] }).body["toolConfig"]).toEqual({
      functionCallingConfig,
    });
    expect(encode({ toolChoice }).body).toEqual({ contents: [] });
  });

  it.each([
    ["gemini-3-pro-preview", { effort: "minimal" }, { thinkingLevel: "LOW", includeThoughts: true }, 0],
    ["gemini-3-pro-preview", { effort: "medium" }, { thinkingLevel: "HIGH", includeThoughts: true }, 0],
    ["gemini-3-flash-preview", { effort: "minimal" }, { thinkingLevel: "MINIMAL", includeThoughts: true }, 0],
    ["gemini-3-flash-preview", { effort: "xhigh" }, { thinkingLevel: "HIGH", includeThoughts: true }, 0],
    ["gemini-3-flash-preview", { effort: "none" }, { thinkingLevel: "MINIMAL" }, 1],
    ["gemini-flash-latest", { budgetTokens: 700 }, { thinkingBudget: 700, includeThoughts: true }, 0],
    ["gemini-2.5-flash", { effort: "low" }, { thinkingBudget: 1_024, includeThoughts: true }, 0],
    ["gemini-2.5-flash", { effort: "none" }, { thinkingBudget: 0 }, 0],
    ["gemini-2.5-flash", { budgetTokens: 99_999 }, { thinkingBudget: 24_576, includeThoughts: true }, 0],
    ["gemini-2.5-pro", { effort: "none" }, { thinkingBudget: 128 }, 1],
    ["gemini-2.0-flash", { effort: "high" }, undefined, 1],
    ["gemini-2.0-flash", { effort: "none" }, undefined, 0],
  ] as const)("%s thinks as asked: %j", (model, reasoning, thinkingConfig, noted) => {
    const { body, notes } = encode({ reasoning }, model);
    expect(body["generationConfig"]).toEqual(thinkingConfig && { thinkingConfig });
    expect(notes).toHaveLength(noted);
  });
});

describe("messages", () => {
  const talk = [
    says("system", text("one")),
    says("user", text("a"), text("")),
    says("user", text("b")),
    says("assistant", text("c"), call("x"), call("y", '{"cut')),
    says("user", result("x", "plain")),
    says("system", text("two")),
    says("user", text("d"), result("y", '{"an":"object"}')),
    says("assistant"),
    says("user", result("lost", "oh", true)),
  ];

  it("take turns, with the instructions apart and the results first", () => {
    const { body, notes } = encode({ messages: talk }, "gemini-2.5-flash");
    expect(body["systemInstruction"]).toEqual({ parts: [{ text: "one" }, { text: "two" }] });
    expect(body["contents"]).toEqual([
      { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      {
        role: "model",
        parts: [
          { text: "c" },
          { functionCall: { id: "x", name: "fx", args: {} } },
          { functionCall: { id: "y", name: "fy", args: { arguments: '{"cut' } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "x", name: "fx", response: { result: "plain" } } },
          { functionResponse: { id: "y", name: "fy", response: { result: '{"an":"object"}' } } },
          { functionResponse: { id: "lost", name: "lost", response: { error: "oh" } } },
          { text: "d" },
        ],
      },
    ]);
    expect(notes).toEqual(["arguments that are no JSON object"]);
  });

  it("have results in the order of the calls, by which the vendor tells them apart", () => {
    const calls = says("assistant", call("1"), call("2"), call("3"));
    const results = [says("user", result("3", "C"), result("1", "A")), says("user", result("2", "B"))];
    const { body } = encode({ messages: [says("user", text("Q")), calls, ...results] });
    expect(JSON.stringify(body)).toMatch(/"result":"A".*"result":"B".*"result":"C"/);
  });

  it("of others have the seal that the vendor takes for them, on each step's first call", () => {
    const seals = (model: string) =>
      JSON.stringify(encode({ messages: talk }, model).body).match(/"thoughtSignature":"[^"]*"/g) ?? [];
    expect(seals("gemini-3-pro-preview")).toEqual(['"thoughtSignature":"skip_thought_signature_validator"']);
    expect(seals("gemini-2.5-flash")).toEqual([]);
  });

  it("keep the vendor's own seals, also one that stands before the call", () => {
    const signature = { by: "gemini", value: "c2VhbA==" };
    const seal: Part = { kind: "reasoning", text: "", signature };
    const sealed: Part = { kind: "tool_call", id: "z", name: "fz", argumentsText: "{}", signature };
    const { body } = encode({
      messages: [says("assistant", seal, call("x")), says("user", text("u")), says("assistant", sealed)],
    });
    expect(body["contents"]).toEqual([
      { role: "model", parts: [{ functionCall: { id: "x", name: "fx", args: {} }, thoughtSignature: "c2VhbA==" }] },
      { role: "user", parts: [{ text: "u" }] },
      { role: "model", parts: [{ functionCall: { id: "z", name: "fz", args: {} }, thoughtSignature: "c2VhbA==" }] },
    ]);
  });

  it("of the system alone are what a user says", () => {
    expect(encode({ messages: [says("system", text("Hello"))] }).body).toEqual({
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    });
  });

  it("have media by their type, within a result where the model takes that", () => {
    const image = { kind: "image", source: { kind: "data", mediaType: "image/jpg", base64: "aGk=" } } as const;
    const page: Part = { kind: "document", source: { kind: "url", url: "https://example.com/a.pdf?x=1" } };
    const sound: Part = { kind: "audio", source: { kind: "data", mediaType: "audio/mpeg", base64: "aGk=" } };
    const shown: Part = { kind: "tool_result", callId: "x", name: "f", content: [{ kind: "text", text: "ok" }, image] };
    const inlineData = { mimeType: "image/jpeg", data: "aGk=" };
    const messages = [says("user", page, sound), says("assistant", call("x")), says("user", shown)];
    const partsIn = (model: string) =>
      (encode({ messages }, model).body["contents"] as { parts: unknown }[]).map(({ parts }) => parts);
    const answered = { id: "x", name: "f", response: { result: "ok" } };
    expect(partsIn("gemini-2.5-flash")).toMatchObject([
      [
        { fileData: { mimeType: "application/pdf", fileUri: "https://example.com/a.pdf?x=1" } },
        { inlineData: { mimeType: "audio/mpeg", data: "aGk=" } },
      ],
      [{}],
      [{ functionResponse: answered }, { inlineData }],
    ]);
    expect(partsIn("gemini-3-pro-preview")[2]).toEqual([
      { functionResponse: { ...answered, parts: [{ inlineData }] } },
    ]);
  });

  it("of an Anthropic client carry the seal of a call there and back", () => {
    const answer = JSON.stringify({
      candidates: [
        {
          content: { parts: [{ functionCall: { name: "f", args: {} }, thoughtSignature: "c2VhbA==" }], role: "model" },
          finishReason: "STOP",
        },
      ],
    });
    const read = gemini.upstream.decodeResult(Buffer.from(answer));
    if (read === null) throw new Error("is an answer");
    const { client } = dialects["anthropic-messages"];
    const body = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }] };
    const asked = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(body)));
    const { content } = JSON.parse(client.encodeResult(read, asked)) as { readonly content: readonly unknown[] };
    const history = { ...body, messages: [...body.messages, { role: "assistant", content }] };
    const again = client.decodeRequest(client.parseRequest("chat.completions", Buffer.from(JSON.stringify(history))));
    expect(encode(again).body["contents"]).toMatchObject([
      { role: "user" },
      { role: "model", parts: [{ functionCall: { name: "f" }, thoughtSignature: "c2VhbA==" }] },
    ]);
  });
});

describe("keys that are more than keys to assignments", () => {
  it("come back as they were", () => {
    const odd = '"__proto__":{"a":1}';
    const part = `{"text":"x",${odd}}`;
    const body = `{"contents":[{"parts":[${part}],${odd}}],"systemInstruction":{"parts":[${part}],${odd}},"generationConfig":{"topP":1,${odd}},"toolConfig":{${odd}},"tools":[{"functionDeclarations":[{"name":"f",${odd}}],${odd}}],${odd}}`;
    const line = { model: "m", query: "" };
    const request = gemini.client.parseRequest("chat.completions", Buffer.from(body), line);
    const edits = { model: "m", quirks: {} };
    const { body: again } = gemini.upstream.encodeRequest(gemini.client.decodeRequest(request), edits);
    expect(again.match(/__proto__/g)).toEqual(body.match(/__proto__/g));
    expect(JSON.parse(again)).toEqual(JSON.parse(body));
  });
});
