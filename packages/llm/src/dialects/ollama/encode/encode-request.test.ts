import { describe, expect, it } from "vitest";
import type { ChatRequest, Message, Part } from "#hub.ts";
import { ollama } from "#dialects/ollama/index.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };
const foreign = "openai-chat";

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, model = "qwen3"): Written {
  const { body, notes } = ollama.upstream.encodeRequest({ ...base, ...request }, { model, quirks: {} });
  return { body: JSON.parse(body) as Written["body"], notes };
}

const text = (words: string) => ({ kind: "text", text: words }) as const;
const says = (role: Message["role"], ...content: readonly Part[]): Message => ({ role, content });
const call = (id: string, argumentsText: string): Part => ({ kind: "tool_call", id, name: `f_${id}`, argumentsText });
const messagesOf = (...messages: readonly Message[]) => encode({ messages }).body["messages"];

describe("a request of another dialect", () => {
  it("says whether it wants a stream, since silence means one", () => {
    expect(encode({ stream: false }).body["stream"]).toBe(false);
    expect(encode({ stream: true }).body["stream"]).toBe(true);
  });

  it("tunes the answer in options", () => {
    const { body, notes } = encode({
      sampling: { temperature: 1, topP: 0.5, topK: 5, seed: 1, frequencyPenalty: 0, presencePenalty: 1 },
      maxOutputTokens: 9,
      stopSequences: ["x"],
      logprobs: 2,
    });
    const sampling = { temperature: 1, top_p: 0.5, top_k: 5, seed: 1, frequency_penalty: 0, presence_penalty: 1 };
    expect(body["options"]).toEqual({ ...sampling, num_predict: 9, stop: ["x"] });
    expect(body).toMatchObject({ logprobs: true, top_logprobs: 2 });
    expect(notes).toEqual([]);
  });

  it("goes without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      answers: 2,
      serviceTier: "flex",
      userId: "u",
      allowsParallelToolCalls: false,
      toolChoice: { kind: "function", name: "f" },
      tools: [{ kind: "function", name: "f" }],
      extras: { dialect: foreign, fields: { store: true } },
      messages: [{ role: "user", content: [text("x")], name: "ann", cache: {} }],
    });
    expect(body).toEqual({
      model: "qwen3",
      messages: [{ role: "user", content: "x" }],
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }],
      stream: false,
    });
    const lacks = ["store", "tool_choice", "parallel_tool_calls", "name", "cache_control", "n", "service_tier", "user"];
    expect(notes.toSorted()).toEqual(lacks.toSorted());
  });

  it("tells of no tools where none may be called", () => {
    const { body, notes } = encode({ tools: [{ kind: "function", name: "f" }], toolChoice: { kind: "none" } });
    expect(body).not.toHaveProperty("tools");
    expect(notes).toEqual([]);
  });

  it("says how an answer must look", () => {
    const schema = { type: "object" };
    expect(encode({ format: { kind: "schema", name: "n", schema, strict: true } }).body["format"]).toEqual(schema);
    expect(encode({ format: { kind: "json" } }).body["format"]).toBe("json");
    expect(encode({ format: { kind: "text" } }).body).not.toHaveProperty("format");
  });

  it.each([
    ["gpt-oss:20b", { effort: "high" }, "high", []],
    ["gpt-oss:20b", { effort: "minimal" }, "low", []],
    ["gpt-oss:20b", { budgetTokens: 2_000 }, "low", ["reasoning budget"]],
    ["qwen3", { effort: "low" }, true, ["reasoning effort"]],
    ["qwen3", { budgetTokens: 2_000 }, true, ["reasoning budget"]],
    ["qwen3", { effort: "none" }, false, []],
  ] as const)("%s thinks as it was asked to: %j", (model, reasoning, think, noted) => {
    const { body, notes } = encode({ reasoning }, model);
    expect(body["think"]).toBe(think);
    expect(notes).toEqual(noted);
  });
});

describe("messages", () => {
  it("are one text each: those of a user stand apart, those of an answer are one", () => {
    expect(
      messagesOf(
        says("system", text("one"), text("two")),
        says("user", text("a"), text("b")),
        says("assistant", text("c"), text("d"), { kind: "refusal", text: "e" }),
      ),
    ).toEqual([
      { role: "system", content: "one\n\ntwo" },
      { role: "user", content: "a\n\nb" },
      { role: "assistant", content: "cde" },
    ]);
  });

  it("carry thoughts, calls and results by name and id", () => {
    const result: Part = { kind: "tool_result", callId: "a", content: [text("4"), text("°C")], isError: true };
    const { body, notes } = encode({
      messages: [
        says("assistant", { kind: "reasoning", text: "hm" }, call("a", '{"x":1}'), call("b", "")),
        says("user", result, { kind: "tool_result", callId: "?", content: [] }, text("and?")),
      ],
    });
    expect(body["messages"]).toEqual([
      {
        role: "assistant",
        content: "",
        thinking: "hm",
        tool_calls: [
          { id: "a", function: { name: "f_a", arguments: { x: 1 } } },
          { id: "b", function: { name: "f_b", arguments: {} } },
        ],
      },
      { role: "tool", content: "4\n\n°C", tool_name: "f_a", tool_call_id: "a" },
      { role: "tool", content: "", tool_call_id: "?" },
      { role: "user", content: "and?" },
    ]);
    expect(notes).toEqual(["is_error"]);
  });

  it("keep arguments that are no object within one, which is noted", () => {
    const { body, notes } = encode({ messages: [says("assistant", call("a", '{"cut'), call("b", "[1]"))] });
    expect(body["messages"]).toMatchObject([
      {
        tool_calls: [
          { function: { arguments: { arguments: '{"cut' } } },
          { function: { arguments: { arguments: "[1]" } } },
        ],
      },
    ]);
    expect(notes).toEqual(["arguments that are no JSON object"]);
  });

  it("hold images as bytes alone, and plain documents as their words", () => {
    const data = (mediaType: string, words: string) =>
      ({ kind: "data", mediaType, base64: Buffer.from(words).toString("base64") }) as const;
    const { body, notes } = encode({
      messages: [
        says(
          "user",
          text("Look:"),
          { kind: "image", source: data("image/png", "png"), detail: "low" },
          { kind: "image", source: { kind: "url", url: "https://example.com/a.png" } },
          { kind: "document", source: data("text/plain", "wörds") },
          { kind: "document", source: data("application/pdf", "pdf") },
          { kind: "audio", source: data("audio/wav", "wav") },
        ),
      ],
    });
    expect(body["messages"]).toEqual([{ role: "user", content: "Look:\n\nwörds", images: ["cG5n"] }]);
    expect(notes).toEqual(["detail", "image by url", "document by data", "audio by data"]);
  });
});

describe("embeddings", () => {
  const asked = { model: "asked", inputs: ["a", "b"], wantsBase64: true };

  it("are asked for with all texts, and what has no place is noted", () => {
    const { encodeRequest } = ollama.upstream.embeddings;
    const request = { ...asked, dimensions: 64, task: "RETRIEVAL_QUERY", userId: "u" };
    const { body, notes } = encodeRequest(request, { model: "m", quirks: {} });
    expect(JSON.parse(body)).toEqual({ model: "m", input: ["a", "b"], dimensions: 64 });
    expect(notes).toEqual(["task", "user"]);
  });

  it("of token numbers are refused", () => {
    const { encodeRequest } = ollama.upstream.embeddings;
    expect(() => encodeRequest({ ...asked, inputs: [[1, 2]] }, { model: "m", quirks: {} })).toThrow(/texts only/);
  });
});
