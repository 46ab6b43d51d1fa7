import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ChatRequest, Message, Part } from "#hub.ts";
import { openaiResponses } from "#dialects/openai-responses/index.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };
const foreign = "openai-chat";

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, model = "gpt-5-mini"): Written {
  const { body, notes } = openaiResponses.upstream.encodeRequest({ ...base, ...request }, { model, quirks: {} });
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
  it("leaves nothing with the vendor, and gets thoughts that can be given back from those who think", () => {
    expect(encode({}).body).toEqual({
      model: "gpt-5-mini",
      input: [],
      include: ["reasoning.encrypted_content"],
      store: false,
    });
    for (const model of ["gpt-4o", "gpt-4.1-mini", "openai/gpt-4o", "chatgpt-4o-latest", "gpt-3.5-turbo"])
      expect(encode({}, model).body, model).not.toHaveProperty("include");
    for (const model of ["o3", "gpt-5.2", "grok-4", "gpt-oss-20b"])
      expect(encode({}, model).body, model).toHaveProperty("include");
  });

  it("names no user by more than vendors take, who refuse the whole request", () => {
    const userId = JSON.stringify({ device_id: "f".repeat(64), session_id: "s" });
    expect(encode({ userId, extras: { dialect: foreign, fields: {} } })).toMatchObject({ notes: ["user"] });
    expect(encode({ userId, extras: { dialect: foreign, fields: {} } }).body).not.toHaveProperty("user");
    expect(encode({ userId: "ada@example.com" })).toMatchObject({ body: { user: "ada@example.com" }, notes: [] });
    const own = { dialect: "openai-responses", fields: {} };
    expect(encode({ userId, extras: own }).body["user"]).toBe(userId);
  });

  it("goes without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      sampling: { temperature: 1.5, topP: 0.5, topK: 5, seed: 1, frequencyPenalty: 0, presencePenalty: 1 },
      stopSequences: ["x"],
      answers: 2,
      maxOutputTokens: 5,
      serviceTier: "batch",
      userId: "u",
      extras: { dialect: foreign, fields: { logit_bias: {} } },
    });
    expect(body).toMatchObject({ temperature: 1.5, top_p: 0.5, max_output_tokens: 16, user: "u" });
    const lacks = ["logit_bias", "a limit below 16 output tokens", "service_tier", "top_k", "presence_penalty"];
    expect(notes.toSorted()).toEqual([...lacks, "seed", "stop", "n"].toSorted());
  });

  it("says how to think, how to answer, and how sure to be", () => {
    const { body, notes } = encode({
      reasoning: { budgetTokens: 9_000 },
      format: { kind: "schema", schema: { type: "object" }, strict: true },
      logprobs: 2,
    });
    expect(body["reasoning"]).toEqual({ effort: "medium", summary: "auto" });
    const format = { type: "json_schema", name: "answer", schema: { type: "object" }, strict: true };
    expect(body["text"]).toEqual({ format });
    expect(body["include"]).toEqual(["reasoning.encrypted_content", "message.output_text.logprobs"]);
    expect(body["top_logprobs"]).toBe(2);
    expect(notes).toEqual(["reasoning budget"]);
    expect(encode({ reasoning: { effort: "none" } }).body["reasoning"]).toEqual({ effort: "none" });
    expect(encode({ reasoning: { effort: "default" } })).toMatchObject({ notes: ["reasoning effort"] });
  });

  it("writes tools flat, and not strict unless they are", () => {
    const { body } = encode({
      tools: [
        { kind: "function", name: "f" },
        { kind: "function", name: "g", parameters: { type: "object" }, strict: true },
        { kind: "opaque", dialect: foreign, value: { type: "web_search_preview" } },
      ],
      toolChoice: { kind: "function", name: "f" },
      allowsParallelToolCalls: false,
    });
    expect(body["tools"]).toEqual([
      { type: "function", name: "f", parameters: { type: "object", properties: {} }, strict: false },
      { type: "function", name: "g", parameters: { type: "object" }, strict: true },
    ]);
    expect(body).toMatchObject({ tool_choice: { type: "function", name: "f" }, parallel_tool_calls: false });
  });
});

describe("a conversation", () => {
  it("begins with instructions, and keeps every other message in its place", () => {
    const { body } = encode({
      messages: [
        says("system", text("one"), text("two")),
        says("user", text("a")),
        says("assistant", text("b"), call("x"), call("y", "")),
        says("user", text("c"), result("y", "1"), result("x", "2", "3")),
        says("system", text("late")),
        says("assistant", { kind: "refusal", text: "no" }),
      ],
    });
    expect(body["instructions"]).toBe("one\n\ntwo");
    expect(body["input"]).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { type: "function_call", call_id: "x", name: "f", arguments: "{}" },
      { type: "function_call", call_id: "y", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "y", output: "1" },
      {
        type: "function_call_output",
        call_id: "x",
        output: [
          { type: "input_text", text: "2" },
          { type: "input_text", text: "3" },
        ],
      },
      { role: "user", content: "c" },
      { role: "system", content: "late" },
      { role: "assistant", content: "no" },
    ]);
  });

  it("of instructions alone has something to answer to", () => {
    const { body } = encode({ messages: [says("system", text("Hello"))] });
    expect(body).not.toHaveProperty("instructions");
    expect(body["input"]).toEqual([{ role: "system", content: "Hello" }]);
  });

  it("holds thoughts with the vendor's seal, if something follows them", () => {
    const sealed: Part = { kind: "reasoning", text: "", encrypted: { by: "openai-responses", value: "gA+/=" } };
    const item = { type: "reasoning", summary: [], encrypted_content: "gA+/=" };
    expect(encode({ messages: [says("assistant", sealed, call("x"))] }).body["input"]).toMatchObject([
      item,
      { type: "function_call" },
    ]);
    const loose = encode({ messages: [says("assistant", text("a"), sealed)] });
    expect(loose).toMatchObject({ body: { input: [{ content: "a" }] }, notes: ["reasoning"] });
    const plain = encode({ messages: [says("assistant", { kind: "reasoning", text: "b" }, text("a"))] });
    expect(plain).toMatchObject({ body: { input: [{ content: "a" }] }, notes: ["reasoning"] });
  });

  it("holds the media that the vendor reads, also in results, and notes the others", () => {
    const data = (mediaType: string) => ({ kind: "data", mediaType, base64: "aGk=" }) as const;
    const image = { kind: "image", source: data("image/png"), detail: "low" } as const;
    const { body, notes } = encode({
      messages: [
        says(
          "user",
          { kind: "tool_result", callId: "x", content: [image] },
          { kind: "image", source: { kind: "url", url: "https://example.com/a.png" } },
          { kind: "image", source: { kind: "file", fileId: "file-1" } },
          { kind: "document", source: data("application/pdf"), fileName: "a.pdf" },
          { kind: "document", source: { kind: "url", url: "https://example.com/a.pdf" } },
          { kind: "document", source: data("text/markdown") },
          { kind: "audio", source: data("audio/wav") },
        ),
        says("assistant", image),
      ],
    });
    const written = { type: "input_image", image_url: "data:image/png;base64,aGk=", detail: "low" };
    expect(body["input"]).toEqual([
      { type: "function_call_output", call_id: "x", output: [written] },
      {
        role: "user",
        content: [
          { type: "input_image", image_url: "https://example.com/a.png", detail: "auto" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,aGk=" },
          { type: "input_file", file_url: "https://example.com/a.pdf" },
          { type: "input_text", text: "hi" },
        ],
      },
    ]);
    expect(notes).toEqual(["image by file", "audio by data", "image of the assistant"]);
  });
});

describe("what only a vendor that keeps answers understands", () => {
  const refused = (fields: object) => () => {
    const body = Buffer.from(JSON.stringify({ model: "m", input: "x", ...fields }));
    return openaiResponses.client.decodeRequest(openaiResponses.client.parseRequest("chat.completions", body));
  };

  it.each([
    ["previous_response_id", { previous_response_id: "resp_1" }],
    ["conversation", { conversation: { id: "conv_1" } }],
    ["prompt", { prompt: { id: "pmpt_1" } }],
    ["background", { background: true }],
    ["store", { store: true }],
    [
      "input[1]",
      {
        input: [
          { role: "user", content: "x" },
          { type: "item_reference", id: "msg_1" },
        ],
      },
    ],
    ["input[0]", { input: [{ id: "msg_1" }] }],
  ])("%s is refused with its name", (param, fields) => {
    expect(refused(fields)).toThrow(expect.objectContaining({ code: "invalid_request_error", param }) as Error);
  });

  it("is no matter where it asks for nothing", () => {
    expect(refused({ previous_response_id: null, background: false, store: false, prompt: null })).not.toThrow();
  });
});

describe("tools that only this dialect has, for a vendor of another", () => {
  const body = {
    model: "m",
    input: "x",
    tools: [
      { type: "function", name: "a__b" },
      { type: "custom", name: "apply_patch", description: "Edits.", format: { type: "text" } },
      {
        type: "namespace",
        name: "a",
        tools: [
          { type: "function", name: "b" },
          { type: "function", name: "c" },
        ],
      },
      { type: "namespace", name: "n".repeat(40), tools: [{ type: "function", name: "m".repeat(40) }] },
      { type: "local_shell" },
    ],
    tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", namespace: "a", name: "c" }] },
  };
  const cross = (fields: object) => {
    const { client } = openaiResponses;
    const parsed = client.parseRequest("chat.completions", Buffer.from(JSON.stringify({ ...body, ...fields })));
    const { upstream } = dialects["openai-chat"];
    const sent = upstream.encodeRequest(client.decodeRequest(parsed), { model: "m", quirks: {} });
    const { tools } = JSON.parse(sent.body) as { tools: { function: { name: string; parameters: object } }[] };
    return { tools: tools.map((tool) => tool.function), notes: sent.notes };
  };

  it("are functions with names of their own, or noted", () => {
    const { tools, notes } = cross({ tool_choice: "auto" });
    const long = `${"n".repeat(40)}__${"m".repeat(22 - 2)}`.slice(0, 62);
    expect(tools.map(({ name }) => name)).toEqual(["a__b", "apply_patch", "a__b_2", "a__c", `${long}_4`]);
    expect(tools[1]?.parameters).toMatchObject({ required: ["input"], properties: { input: { type: "string" } } });
    expect(notes).toEqual(["local_shell"]);
  });

  it("are left out where they may not be called", () => {
    const { tools, notes } = cross({});
    expect(tools.map(({ name }) => name)).toEqual(["a__c"]);
    expect(notes.toSorted()).toEqual(["custom", "function", "local_shell", "namespace"]);
  });
});
