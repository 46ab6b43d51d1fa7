import { describe, expect, it } from "vitest";
import type { ChatRequest, Message, Part } from "#hub.ts";
import { anthropicMessages } from "#dialects/anthropic-messages/index.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };
const foreign = "openai-chat";

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, model = "claude-sonnet-4-5"): Written {
  const { body, notes } = anthropicMessages.upstream.encodeRequest({ ...base, ...request }, { model, quirks: {} });
  return { body: JSON.parse(body) as Written["body"], notes };
}

const text = (words: string): Part => ({ kind: "text", text: words });
const says = (role: Message["role"], ...content: readonly Part[]): Message => ({ role, content });
const call = (id: string, argumentsText = "{}"): Part => ({ kind: "tool_call", id, name: "f", argumentsText });
const result = (callId: string, ...words: readonly string[]): Part => ({
  kind: "tool_result",
  callId,
  content: words.map((word) => ({ kind: "text", text: word })),
});

describe("a request of another dialect", () => {
  it("gets the limit that the dialect demands", () => {
    expect(encode({}, "claude-3-haiku-20240307").body["max_tokens"]).toBe(4_096);
    expect(encode({}, "claude-3-5-sonnet-latest").body["max_tokens"]).toBe(8_192);
    expect(encode({}, "claude-opus-4-8").body["max_tokens"]).toBe(32_000);
    expect(encode({ maxOutputTokens: 7 }).body["max_tokens"]).toBe(7);
  });

  it("goes without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      sampling: { temperature: 1.5, topK: 5, seed: 1, frequencyPenalty: 0, presencePenalty: 1 },
      stopSequences: ["x", "\n"],
      answers: 2,
      logprobs: 0,
      format: { kind: "json" },
      serviceTier: "flex",
      userId: "u",
      extras: { dialect: foreign, fields: { store: true } },
    });
    expect(body).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 32_000,
      messages: [],
      temperature: 1,
      top_k: 5,
      stop_sequences: ["x"],
      metadata: { user_id: "u" },
    });
    const lacks = ["store", "temperature", "stop of spaces", "JSON without a schema", "service_tier"];
    expect(notes.toSorted()).toEqual([...lacks, "presence_penalty", "seed", "n", "logprobs"].toSorted());
  });

  it("thinks no more where the thoughts before the call that was answered are lost: the vendor would refuse it", () => {
    const signature = { by: "anthropic-messages", value: "c2VhbGVk" };
    const thought: Part = { kind: "reasoning", text: "Hm.", signature };
    const talk = (...before: readonly Part[]): readonly Message[] => [
      says("user", text("Q")),
      says("assistant", ...before, call("a")),
      says("user", result("a", "A")),
    ];
    const reasoning = { effort: "medium" };
    expect(encode({ reasoning, messages: talk() })).toMatchObject({
      body: { max_tokens: 32_000 },
      notes: ["reasoning effort"],
    });
    expect(encode({ reasoning, messages: talk() }).body).not.toHaveProperty("thinking");
    const thinking = { type: "enabled", budget_tokens: 8_192 };
    expect(encode({ reasoning, messages: talk(thought) }).body["thinking"]).toEqual(thinking);
    const apart = [says("user", text("Q")), says("assistant", thought), says("assistant", call("a"))];
    const answered = [...apart, says("user", result("a", "A"))];
    expect(encode({ reasoning, messages: answered }).body["thinking"]).toEqual(thinking);
    const next = [says("assistant", text("So.")), says("user", text("And?"))];
    expect(encode({ reasoning, messages: [...talk(), ...next] }).body["thinking"]).toEqual(thinking);
    // Those that think as much as they want take what they get.
    expect(encode({ reasoning, messages: talk() }, "claude-opus-4-8").body["thinking"]).toEqual({ type: "adaptive" });
  });

  it("says how an answer must look where there is a schema", () => {
    const { body } = encode({ format: { kind: "schema", name: "n", schema: { type: "object" }, strict: true } });
    const schema = { type: "object", additionalProperties: false };
    expect(body["output_config"]).toEqual({ format: { type: "json_schema", schema } });
  });
});

describe("messages", () => {
  it("take turns: system messages stand before, those of one role are joined, results are first", () => {
    const { body } = encode({
      messages: [
        says("system", text("one")),
        says("user", text("a"), text(" ")),
        says("user", text("b")),
        says("assistant", call("x.1"), call("y")),
        says("user", result("x.1", "1")),
        says("system", text("two")),
        says("user", text("c"), result("y")),
        says("assistant"),
      ],
    });
    expect(body["system"]).toEqual([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]);
    expect(body["messages"]).toMatchObject([
      { role: "user", content: [{ text: "a" }, { text: "b" }] },
      { role: "assistant", content: [{ type: "tool_use", id: "x_1", input: {} }, { id: "y" }] },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "x_1", content: "1" }, { tool_use_id: "y" }, { text: "c" }],
      },
    ]);
  });

  it("of the system alone are what a user says", () => {
    expect(encode({ messages: [says("system", text("Hello"))] }).body).toMatchObject({
      messages: [{ role: "user", content: "Hello" }],
    });
  });

  it("keep arguments that are cut off", () => {
    const { body, notes } = encode({ messages: [says("assistant", call("a", '{"x":'))] });
    expect(body["messages"]).toMatchObject([{ content: [{ input: { arguments: '{"x":' } }] }]);
    expect(notes).toEqual(["arguments that are no JSON object"]);
  });

  it("hold thoughts with a seal only, byte for byte", () => {
    const { body, notes } = encode({
      messages: [
        says(
          "assistant",
          { kind: "reasoning", text: "a", signature: { by: "anthropic-messages", value: "Eq+/=" } },
          { kind: "reasoning", text: "", encrypted: { by: "anthropic-messages", value: "Em+/=" } },
          { kind: "reasoning", text: "b" },
        ),
      ],
    });
    const content = [
      { type: "thinking", thinking: "a", signature: "Eq+/=" },
      { type: "redacted_thinking", data: "Em+/=" },
    ];
    expect(body["messages"]).toEqual([{ role: "assistant", content }]);
    expect(notes).toEqual(["reasoning"]);
  });

  it("hold the media that the vendor reads, and note the others", () => {
    const data = (mediaType: string) => ({ kind: "data", mediaType, base64: "aGk=" }) as const;
    const { body, notes } = encode({
      messages: [
        says(
          "user",
          { kind: "image", source: data("image/jpg"), detail: "auto" },
          { kind: "image", source: data("image/tiff") },
          { kind: "image", source: { kind: "url", url: "https://example.com/a.png" } },
          { kind: "image", source: { kind: "file", fileId: "file-1" } },
          { kind: "document", source: data("application/pdf"), fileName: "a.pdf" },
          { kind: "document", source: data("text/markdown") },
          { kind: "audio", source: data("audio/wav") },
        ),
      ],
    });
    const content = [
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "aGk=" } },
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "aGk=" }, title: "a.pdf" },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "hi" } },
    ];
    expect(body["messages"]).toEqual([{ role: "user", content }]);
    expect(notes).toEqual(["image of type image/tiff", "image by file", "audio of type audio/wav"]);
  });
});

describe("tools", () => {
  const tools = [{ kind: "function", name: "f" }] as const;

  it("have a schema of an object, and a choice only where there are any", () => {
    const { body } = encode({ tools, toolChoice: { kind: "required" }, allowsParallelToolCalls: false });
    expect(body["tools"]).toEqual([{ name: "f", input_schema: { type: "object", properties: {} } }]);
    expect(body["tool_choice"]).toEqual({ type: "any", disable_parallel_tool_use: true });
    expect(encode({ toolChoice: { kind: "auto" } }).body).not.toHaveProperty("tool_choice");
    expect(encode({ tools, allowsParallelToolCalls: false }).body["tool_choice"]).toEqual({
      type: "auto",
      disable_parallel_tool_use: true,
    });
  });
});

describe("a wish to think", () => {
  const wish = (reasoning: object, more: Partial<ChatRequest> = {}, model?: string) => {
    const { body, notes } = encode({ reasoning, ...more }, model);
    return [body["thinking"], body["output_config"], body["max_tokens"], notes];
  };

  it("is a budget or a word, as the model takes it", () => {
    const budget = (tokens: number) => ({ type: "enabled", budget_tokens: tokens });
    expect(wish({ effort: "low" })).toEqual([budget(2_048), undefined, 32_000, []]);
    expect(wish({ effort: "high" }, { maxOutputTokens: 4_000 })).toEqual([budget(2_000), undefined, 4_000, []]);
    expect(wish({ budgetTokens: 30_000 })).toEqual([budget(30_000), undefined, 60_000, []]);
    expect(wish({ effort: "minimal" }, {}, "claude-opus-5")).toEqual([
      { type: "adaptive" },
      { effort: "low" },
      32_000,
      [],
    ]);
    expect(wish({ effort: "none" })).toEqual([{ type: "disabled" }, undefined, 32_000, []]);
  });

  it("is left out where it cannot be met, which is noted", () => {
    const nothing = [undefined, undefined, expect.any(Number), ["reasoning effort"]];
    expect(wish({ effort: "high" }, { maxOutputTokens: 1_000 })).toEqual(nothing);
    expect(wish({ effort: "high" }, {}, "claude-3-5-haiku-latest")).toEqual(nothing);
    expect(wish({ effort: "high" }, { toolChoice: { kind: "required" } })).toEqual(nothing);
  });

  it("leaves no room for sampling", () => {
    const { body, notes } = encode({ reasoning: { effort: "low" }, sampling: { temperature: 0, topP: 0.1, topK: 1 } });
    expect(body).not.toHaveProperty("temperature");
    expect(notes).toEqual(["temperature", "top_k", "top_p"]);
  });
});
