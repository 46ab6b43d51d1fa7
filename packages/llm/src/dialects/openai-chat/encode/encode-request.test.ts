import { describe, expect, it } from "vitest";
import type { ChatRequest, Message, Part, ToolChoice } from "#hub.ts";
import type { Quirks } from "#providers/definition.ts";
import { openaiChat } from "#dialects/openai-chat/index.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };
const foreign = "anthropic-messages";

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, quirks: Quirks = {}): Written {
  const { body, notes } = openaiChat.upstream.encodeRequest({ ...base, ...request }, { model: "target", quirks });
  return { body: JSON.parse(body) as Written["body"], notes };
}

function encodeMessages(messages: readonly Message[], quirks: Quirks = {}): Written & { readonly messages: unknown } {
  const written = encode({ messages }, quirks);
  return { ...written, messages: written.body["messages"] };
}

const assistant = (...content: readonly Part[]): Message => ({ role: "assistant", content });
const user = (...content: readonly Part[]): Message => ({ role: "user", content });
const text = (words: string): Part => ({ kind: "text", text: words });
const image: Part = { kind: "image", source: { kind: "data", mediaType: "image/png", base64: "aW1n" } };

describe("a request of another dialect", () => {
  it("goes to the target's model, without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      sampling: { temperature: 1, topK: 5 },
      maxOutputTokens: 7,
      stopSequences: ["x"],
      extras: { dialect: foreign, fields: { container: "c", mcp_servers: null }, spelling: { system: "string" } },
    });
    expect(body).toEqual({ model: "target", messages: [], temperature: 1, max_completion_tokens: 7, stop: ["x"] });
    expect(notes).toEqual(["top_k", "container"]);
  });

  it("names no user by more than vendors take, who refuse the whole request", () => {
    const userId = JSON.stringify({ device_id: "f".repeat(64), session_id: "s" });
    expect(encode({ userId, extras: { dialect: foreign, fields: {} } })).toMatchObject({ notes: ["user"] });
    expect(encode({ userId, extras: { dialect: foreign, fields: {} } }).body).not.toHaveProperty("user");
    expect(encode({ userId: "ada@example.com" })).toMatchObject({ body: { user: "ada@example.com" }, notes: [] });
    const own = { dialect: "openai-chat", fields: {} };
    expect(encode({ userId, extras: own }).body["user"]).toBe(userId);
  });

  it("asks for usage in every stream", () => {
    expect(encode({ stream: true }).body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it("turns a budget for thinking into a word", () => {
    const effortFor = (budgetTokens: number) => encode({ reasoning: { budgetTokens } }).body["reasoning_effort"];
    expect([1_024, 4_096, 20_000].map(effortFor)).toEqual(["low", "medium", "high"]);
    expect(encode({ reasoning: { budgetTokens: 1 } }).notes).toEqual(["reasoning budget"]);
    expect(encode({ reasoning: { effort: "minimal" } })).toMatchObject({
      body: { reasoning_effort: "minimal" },
      notes: [],
    });
  });

  it("names a schema that has no name", () => {
    const { body } = encode({ format: { kind: "schema", schema: { type: "object" } } });
    expect(body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", schema: { type: "object" } },
    });
  });

  it("leaves out tools and parts that only their own dialect knows, by their types", () => {
    const opaque = (type: string) => ({ kind: "opaque", dialect: foreign, value: { type } }) as const;
    const { body, notes } = encode({
      tools: [
        opaque("computer_20250124"),
        { kind: "function", name: "f", extras: { dialect: foreign, fields: { defer: 1 } } },
      ],
      messages: [assistant(opaque("server_tool_use"), text("x"))],
    });
    expect(body["tools"]).toEqual([{ type: "function", function: { name: "f" } }]);
    expect(body["messages"]).toEqual([{ role: "assistant", content: "x" }]);
    expect(notes.toSorted()).toEqual(["computer_20250124", "defer", "server_tool_use"]);
  });
});

describe("results of tools", () => {
  const call = (id: string): Part => ({ kind: "tool_call", id, name: "f", argumentsText: "{}" });
  const result = (callId: string, ...content: readonly Part[]): Part =>
    ({ kind: "tool_result", callId, content }) as Part;

  it("are messages right behind the calls, before what the user says in the same turn", () => {
    const { messages } = encodeMessages([
      assistant(call("a"), call("b")),
      user(text("first"), result("a", text("1")), result("b", text("2"), text("3"))),
    ]);
    expect(messages).toMatchObject([
      { role: "assistant", content: null, tool_calls: [{ id: "a" }, { id: "b" }] },
      { role: "tool", tool_call_id: "a", content: "1" },
      { role: "tool", tool_call_id: "b", content: [{ text: "2" }, { text: "3" }] },
      { role: "user", content: "first" },
    ]);
  });

  it("hold no images: these move behind the last of the results", () => {
    const { messages } = encodeMessages([
      assistant(call("a"), call("b")),
      user(result("a", text("see"), image)),
      user(result("b", image)),
      user(text("What is it?")),
    ]);
    const moved = [{ type: "image_url", image_url: { url: "data:image/png;base64,aW1n" } }];
    expect(messages).toMatchObject([
      { role: "assistant" },
      { role: "tool", tool_call_id: "a", content: "see" },
      { role: "tool", tool_call_id: "b", content: "" },
      { role: "user", content: moved },
      { role: "user", content: moved },
      { role: "user", content: "What is it?" },
    ]);
  });

  it("cannot say that they are errors, nor name the tool", () => {
    const failed: Part = { kind: "tool_result", callId: "a", name: "f", isError: true, content: [] };
    const { messages, notes } = encodeMessages([user(failed)]);
    expect(messages).toEqual([{ role: "tool", tool_call_id: "a", content: "" }]);
    expect(notes).toEqual(["is_error"]);
  });
});

describe("media", () => {
  it("are written where the dialect has a place, and noted where not", () => {
    const pdf = { kind: "data", mediaType: "application/pdf", base64: "UERG" } as const;
    const plain = { kind: "data", mediaType: "text/plain", base64: Buffer.from("wörds").toString("base64") } as const;
    const { messages, notes } = encodeMessages([
      user(
        { kind: "document", source: pdf },
        { kind: "document", source: plain },
        { kind: "audio", source: { kind: "data", mediaType: "audio/x-wav", base64: "d2F2" } },
        { kind: "document", source: { kind: "url", url: "https://example.com/a.pdf" } },
        { kind: "image", source: { kind: "file", fileId: "file_1" } },
      ),
    ]);
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "file", file: { filename: "document.pdf", file_data: "data:application/pdf;base64,UERG" } },
          { type: "text", text: "wörds" },
          { type: "input_audio", input_audio: { data: "d2F2", format: "wav" } },
        ],
      },
    ]);
    expect(notes).toEqual(["document by url", "image by file"]);
  });
});

describe("what a vendor takes beyond the dialect", () => {
  const thought: Part = { kind: "reasoning", text: "hm", signature: { by: "openai-chat", value: "c2ln" } };
  const marked: Message = { role: "user", content: [{ kind: "text", text: "x", cache: { ttl: "1h" } }] };

  it.each([
    ["reasoning_content", { reasoning_content: "hm" }],
    ["reasoning", { reasoning: "hm" }],
    ["reasoning_details", { reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "c2ln" }] }],
  ] as const)("%s", (extension, field) => {
    const { messages, notes } = encodeMessages([assistant(thought, text("x"))], { takes: [extension] });
    expect(messages).toEqual([{ role: "assistant", content: "x", ...field }]);
    expect(notes).toEqual([]);
  });

  it("is not sent to others", () => {
    const { messages, notes } = encodeMessages([assistant(thought, text("x")), marked]);
    expect(messages).toEqual([
      { role: "assistant", content: "x" },
      { role: "user", content: [{ type: "text", text: "x" }] },
    ]);
    expect(notes).toEqual(["reasoning", "cache_control"]);
  });

  it("cache marks, top_k and the older name of the limit", () => {
    const quirks: Quirks = { takes: ["cache_control", "top_k"], outputLimit: "max_tokens" };
    const { body, notes } = encode({ messages: [marked], sampling: { topK: 3 }, maxOutputTokens: 4 }, quirks);
    const content = [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }];
    expect(body).toEqual({ model: "target", messages: [{ role: "user", content }], top_k: 3, max_tokens: 4 });
    expect(notes).toEqual([]);
  });
});

describe("what a vendor takes in another way", () => {
  const call = (id: string): Part => ({ kind: "tool_call", id, name: "f", argumentsText: "{}" });
  const result = (callId: string): Part => ({ kind: "tool_result", callId, content: [] });

  it("fields that it refuses are left out, and noted where they said something", () => {
    const refuses = ["user", "n", "logprobs", "top_logprobs", "frequency_penalty"];
    const quirks: Quirks = { refuses, messageFields: { user: ["role", "content"] } };
    const { body, notes } = encode(
      {
        userId: "u",
        answers: 1,
        logprobs: 2,
        sampling: { frequencyPenalty: 0, presencePenalty: 1 },
        messages: [{ role: "user", content: [{ kind: "text", text: "x" }], name: "ann" }],
      },
      quirks,
    );
    expect(body).toEqual({ model: "target", messages: [{ role: "user", content: "x" }], presence_penalty: 1 });
    expect(notes.toSorted()).toEqual(["logprobs", "name", "top_logprobs", "user"]);
  });

  it("the seed and the word that a tool must be called", () => {
    const quirks: Quirks = { seed: "random_seed", mustCall: "any" };
    const asked = (toolChoice: ToolChoice) => encode({ toolChoice, sampling: { seed: 7 } }, quirks).body;
    expect(asked({ kind: "required" })).toEqual({ model: "target", messages: [], tool_choice: "any", random_seed: 7 });
    expect(asked({ kind: "auto" })).toMatchObject({ tool_choice: "auto" });
    expect(asked({ kind: "function", name: "f" })).toMatchObject({
      tool_choice: { type: "function", function: { name: "f" } },
    });
  });

  it("ids of calls: what has not its form is replaced, the same by the same", () => {
    const ids = ["toolu_01A09q90qw90lq917835lq9", "call_1", "call_2", "D681PevKs", ""];
    const messages = [assistant(...ids.map(call)), user(...ids.map(result))];
    const [spoken, ...results] = encodeMessages(messages, { callIds: "nine letters or digits" }).messages as {
      readonly tool_calls?: readonly { readonly id: string }[];
      readonly tool_call_id?: string;
    }[];
    const written = spoken?.tool_calls?.map(({ id }) => id) ?? [];
    for (const id of written) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(new Set(written).size).toBe(ids.length);
    expect(written[3]).toBe("D681PevKs");
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(written);
  });

  it("thoughts as parts of the content", () => {
    const thought: Part = { kind: "reasoning", text: "hm" };
    const { messages, notes } = encodeMessages([assistant(thought, { kind: "text", text: "x" })], {
      takes: ["thinking"],
    });
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "x" },
    ];
    expect(messages).toEqual([{ role: "assistant", content }]);
    expect(notes).toEqual([]);
  });

  it("is not asked for a usage that it tells to everybody", () => {
    expect(encode({ stream: true }, { streamUsage: "unasked" }).body).not.toHaveProperty("stream_options");
    expect(encode({ stream: true }).body).toHaveProperty("stream_options", { include_usage: true });
  });
});
