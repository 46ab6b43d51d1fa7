import { describe, expect, it } from "vitest";
import type { ChatRequest, Message, Part } from "#hub.ts";
import { bedrockConverse } from "#dialects/bedrock-converse/index.ts";
import { workOf } from "#testing/work-of.ts";

const base: ChatRequest = { model: "asked", messages: [], tools: [], sampling: {}, stopSequences: [], stream: false };

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function encode(request: Partial<ChatRequest>, model = "amazon.nova-lite-v1:0"): Written {
  const { body, notes } = bedrockConverse.upstream.encodeRequest({ ...base, ...request }, { model, quirks: {} });
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

describe("a request", () => {
  it("has its sampling and limits in fields of the dialect, and top_k in one of the model's", () => {
    const asked = {
      messages: [says("user", text("Hello"))],
      maxOutputTokens: 100,
      sampling: { temperature: 0.5, topP: 0.9, topK: 5 },
      stopSequences: ["x", " "],
      serviceTier: "flex",
    };
    const { body, notes } = encode(asked);
    expect(body).toEqual({
      messages: [{ role: "user", content: [{ text: "Hello" }] }],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ["x"] },
      additionalModelRequestFields: { inferenceConfig: { topK: 5 } },
      serviceTier: { type: "flex" },
    });
    expect(notes).toEqual(["stop of spaces"]);
    expect(encode(asked, "mistral.x").body["additionalModelRequestFields"]).toEqual({ top_k: 5 });
    expect(encode(asked, "cohere.x").body["additionalModelRequestFields"]).toEqual({ k: 5 });
    expect(encode(asked, "meta.llama").notes).toContain("top_k");
  });

  it("goes without what the dialect lacks, which is noted", () => {
    const { body, notes } = encode({
      sampling: { seed: 1, frequencyPenalty: 0, presencePenalty: 1 },
      answers: 2,
      logprobs: 0,
      format: { kind: "json" },
      serviceTier: "scale",
      userId: "u",
      allowsParallelToolCalls: false,
      extras: { dialect: "openai-chat", fields: { store: true } },
    });
    expect(body).toEqual({ messages: [] });
    const lacks = ["store", "JSON without a schema", "service_tier", "presence_penalty", "seed", "n", "logprobs"];
    expect(notes.toSorted()).toEqual([...lacks, "user", "parallel_tool_calls"].toSorted());
  });

  it("tells the schema of its answer as a text", () => {
    const { body } = encode({ format: { kind: "schema", name: "n", schema: { type: "object" }, strict: true } });
    const jsonSchema = { schema: '{"type":"object","additionalProperties":false}', name: "n" };
    expect(body["outputConfig"]).toEqual({ textFormat: { type: "json_schema", structure: { jsonSchema } } });
  });
});

describe("messages", () => {
  it("take turns: system messages stand before, those of one role are joined, results are first", () => {
    const { body } = encode({
      messages: [
        says("system", text("one")),
        says("user", text("a"), text(" ")),
        says("user", text("b")),
        says("assistant", call("x.1"), call("y", "")),
        says("user", result("x.1", "1")),
        says("system", text("two")),
        says("user", text("c"), { ...result("y"), isError: true } as Part),
        says("assistant"),
      ],
    });
    expect(body["system"]).toEqual([{ text: "one" }, { text: "two" }]);
    expect(body["messages"]).toEqual([
      { role: "user", content: [{ text: "a" }, { text: "b" }] },
      {
        role: "assistant",
        content: [
          { toolUse: { toolUseId: "x_1", name: "f", input: {} } },
          { toolUse: { toolUseId: "y", name: "f", input: {} } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "x_1", content: [{ text: "1" }] } },
          { toolResult: { toolUseId: "y", content: [], status: "error" } },
          { text: "c" },
        ],
      },
    ]);
  });

  it("of the system alone are what a user says", () => {
    expect(encode({ messages: [says("system", text("Hello"))] }).body).toEqual({
      messages: [{ role: "user", content: [{ text: "Hello" }] }],
    });
  });

  it("mark what is to be kept with blocks of their own", () => {
    const { body, notes } = encode({
      messages: [
        says("system", { kind: "text", text: "one", cache: { ttl: "1h" } }),
        { ...says("user", { kind: "text", text: "a", cache: {} }, text("b")), cache: { ttl: "2d" } },
      ],
      tools: [{ kind: "function", name: "f", cache: {} }],
    });
    const mark = { cachePoint: { type: "default" } };
    expect(body["system"]).toEqual([{ text: "one" }, { cachePoint: { type: "default", ttl: "1h" } }]);
    expect(body["messages"]).toEqual([{ role: "user", content: [{ text: "a" }, mark, { text: "b" }, mark] }]);
    expect(body["toolConfig"]).toMatchObject({ tools: [{ toolSpec: { name: "f" } }, mark] });
    expect(notes).toEqual(["cache ttl"]);
  });

  it("keep arguments that are cut off, and ids that are too long", () => {
    const id = `call_${"x".repeat(80)}`;
    const { body, notes } = encode({
      messages: [says("assistant", call(id, '{"x":')), says("user", result(id))],
    });
    const short = "x".repeat(64);
    expect(body["messages"]).toMatchObject([
      { content: [{ toolUse: { toolUseId: short, input: { arguments: '{"x":' } } }] },
      { content: [{ toolResult: { toolUseId: short } }] },
    ]);
    expect(notes).toEqual(["arguments that are no JSON object"]);
  });

  it("hold thoughts with a seal only, byte for byte", () => {
    const by = "bedrock-converse";
    const { body, notes } = encode({
      messages: [
        says(
          "assistant",
          { kind: "reasoning", text: "a", signature: { by, value: "Eq+/=" } },
          { kind: "reasoning", text: "", encrypted: { by, value: "Em+/=" } },
          { kind: "reasoning", text: "b" },
        ),
      ],
    });
    const content = [
      { reasoningContent: { reasoningText: { text: "a", signature: "Eq+/=" } } },
      { reasoningContent: { redactedContent: "Em+/=" } },
    ];
    expect(body["messages"]).toEqual([{ role: "assistant", content }]);
    expect(notes).toEqual(["reasoning"]);
  });

  it("hold media in bytes or from S3, documents by names of their own, and note the others", () => {
    const data = (mediaType: string) => ({ kind: "data", mediaType, base64: "aGk=" }) as const;
    const { body, notes } = encode({
      messages: [
        says(
          "user",
          { kind: "image", source: data("image/jpg"), detail: "high" },
          { kind: "image", source: data("image/tiff") },
          { kind: "image", source: { kind: "url", url: "https://example.com/a.png" } },
          { kind: "image", source: { kind: "url", url: "s3://bucket/a.PNG" } },
          { kind: "image", source: { kind: "file", fileId: "file-1" } },
          { kind: "document", source: data("application/pdf"), fileName: "Bill (2_3).pdf" },
          { kind: "document", source: data("application/pdf"), fileName: "Bill (2_3).pdf" },
          { kind: "document", source: data("text/plain; charset=utf-8") },
          { kind: "document", source: data("video/mp4") },
          { kind: "audio", source: data("audio/wav") },
        ),
      ],
    });
    const source = { bytes: "aGk=" };
    const content = [
      { image: { format: "jpeg", source } },
      { image: { format: "png", source: { s3Location: { uri: "s3://bucket/a.PNG" } } } },
      { document: { format: "pdf", name: "Bill (2 3)", source } },
      { document: { format: "pdf", name: "Bill (2 3) 2", source } },
      { document: { format: "txt", name: "document", source } },
      { video: { format: "mp4", source } },
      { audio: { format: "wav", source } },
    ];
    expect(body["messages"]).toEqual([{ role: "user", content }]);
    expect(notes).toEqual(["detail", "image of type image/tiff", "image by url", "image by file"]);
  });

  it("of many documents with one name are named in short time", () => {
    const document: Part = {
      kind: "document",
      source: { kind: "data", mediaType: "application/pdf", base64: "" },
      fileName: "a",
    };
    let written = "";
    const work = workOf(() => {
      const { body } = encode({ messages: [says("user", ...Array.from({ length: 20_000 }, () => document))] });
      written = JSON.stringify(body);
    });
    expect(work).toBeLessThan(2_000);
    const names = [...written.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(20_000);
  });
});

describe("tools", () => {
  const closed = { additionalProperties: false };
  const tools = [{ kind: "function", name: "f", description: "", parameters: closed, strict: true }] as const;

  it("have a schema of an object, and a choice", () => {
    const choose = (toolChoice: ChatRequest["toolChoice"]) =>
      encode({ tools, ...(toolChoice && { toolChoice }) }).body["toolConfig"];
    const written = [{ toolSpec: { name: "f", strict: true, inputSchema: { json: { type: "object", ...closed } } } }];
    expect(choose(undefined)).toEqual({ tools: written });
    expect(choose({ kind: "auto" })).toEqual({ tools: written, toolChoice: { auto: {} } });
    expect(choose({ kind: "required" })).toEqual({ tools: written, toolChoice: { any: {} } });
    expect(choose({ kind: "function", name: "f" })).toEqual({ tools: written, toolChoice: { tool: { name: "f" } } });
    expect(encode({ toolChoice: { kind: "auto" } }).body).not.toHaveProperty("toolConfig");
  });

  it("are left out where no call is wanted, unless there were calls before", () => {
    const toolChoice = { kind: "none" } as const;
    const fresh = encode({ tools, toolChoice });
    expect(fresh.body).not.toHaveProperty("toolConfig");
    expect(fresh.notes).toEqual([]);
    const later = encode({ tools, toolChoice, messages: [says("assistant", call("a"))] });
    expect(later.body["toolConfig"]).toMatchObject({ tools: [{}] });
    expect(later.notes).toEqual(["tool_choice none"]);
  });

  it("of other types are noted", () => {
    const { notes } = encode({ tools: [{ kind: "opaque", dialect: "x", value: { type: "web_search" } }] });
    expect(notes).toEqual(["web_search"]);
  });
});

describe("a wish to think", () => {
  const wish = (model: string, reasoning: object, more: Partial<ChatRequest> = {}) => {
    const { body, notes } = encode({ reasoning, ...more }, model);
    return [body["additionalModelRequestFields"], body["inferenceConfig"], notes];
  };

  it("is told in the model's own fields", () => {
    expect(wish("openai.gpt-oss-120b-1:0", { effort: "xhigh" })).toEqual([{ reasoning_effort: "high" }, undefined, []]);
    expect(wish("us.amazon.nova-2-lite-v1:0", { effort: "low" })).toEqual([
      { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } },
      undefined,
      [],
    ]);
    expect(wish("claude", { effort: "low" })).toEqual([
      { thinking: { type: "enabled", budget_tokens: 2_048 } },
      { maxTokens: 4_096 },
      [],
    ]);
    expect(wish("claude", { budgetTokens: 9_000 }, { maxOutputTokens: 4_000 })).toEqual([
      { thinking: { type: "enabled", budget_tokens: 2_000 } },
      { maxTokens: 4_000 },
      [],
    ]);
    expect(wish("claude", { effort: "none" })).toEqual([undefined, undefined, []]);
  });

  it("leaves no room for sampling with Claude, and for nothing with Nova at its highest", () => {
    const sampling = { temperature: 0, topP: 0.1, topK: 1 };
    const [fields, inference, notes] = wish("claude", { effort: "low" }, { sampling });
    expect([fields, inference]).toEqual([{ thinking: expect.any(Object) }, { maxTokens: 4_096 }]);
    expect(notes).toEqual(["temperature", "top_p", "top_k"]);
    const nova = "us.amazon.nova-2-lite-v1:0";
    expect(wish(nova, { effort: "high" })[0]).toMatchObject({ reasoningConfig: { maxReasoningEffort: "high" } });
    expect(wish(nova, { effort: "high" }, { maxOutputTokens: 9 })).toEqual([
      { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
      { maxTokens: 9 },
      ["reasoning effort"],
    ]);
  });

  it("is left out where it cannot be met, which is noted", () => {
    const nothing = [undefined, expect.anything(), ["reasoning effort"]];
    expect(wish("meta.llama", { effort: "high" }, { maxOutputTokens: 1 })).toEqual(nothing);
    expect(wish("claude", { effort: "high" }, { maxOutputTokens: 1_000 })).toEqual(nothing);
    const forced = { toolChoice: { kind: "required" }, maxOutputTokens: 5_000 } as const;
    expect(wish("claude", { effort: "high" }, forced)).toEqual(nothing);
    expect(wish("openai.gpt-oss", { budgetTokens: 5 })).toEqual([undefined, undefined, ["reasoning budget"]]);
  });
});
