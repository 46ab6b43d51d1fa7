import { describe, expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { openaiResponses } from "#dialects/openai-responses/index.ts";

const { client } = openaiResponses;
const start: ChatEvent = { kind: "start", id: "msg_1", model: "claude", createdSeconds: 7 };
const index = 0;
const ending: readonly ChatEvent[] = [{ kind: "finish", index, finish: "stop" }, { kind: "end" }];

interface WireEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

function write(events: readonly ChatEvent[], fields: object = {}): readonly WireEvent[] {
  const body = Buffer.from(JSON.stringify({ model: "m", input: "x", stream: true, ...fields }));
  const encoder = client.createStreamEncoder(client.parseRequest("chat.completions", body));
  const text = events.map((event) => encoder.encode(event)).join("");
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as WireEvent);
}

const typesOf = (events: readonly WireEvent[]) => events.map(({ type }) => type.replace(/^response\./, ""));
const lastOf = (events: readonly WireEvent[]) => events.at(-1)?.["response"] as Readonly<Record<string, unknown>>;

describe("a stream", () => {
  it("tells a text in its item and part, numbered, and the whole answer at its end", () => {
    const usage = { promptTokens: 5, completionTokens: 6, cachedTokens: 1, reasoningTokens: 2, cacheWriteTokens: 3 };
    const citation = { url: "https://example.com", title: "T", startIndex: 0, endIndex: 2 };
    const events = write(
      [
        start,
        { kind: "text", index, text: "Ah" },
        { kind: "text", index, text: "oy" },
        { kind: "citation", index, citation },
        { kind: "logprobs", index, logprobs: { content: [{ token: "Ahoy", logprob: -1, bytes: null }] } },
        { kind: "usage", usage },
        ...ending,
      ],
      { instructions: "Be kind.", temperature: 0.5, metadata: { a: "b" } },
    );
    expect(typesOf(events)).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.annotation.added",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_event, number) => number));
    const annotation = { type: "url_citation", start_index: 0, end_index: 2, url: "https://example.com", title: "T" };
    const logprobs = [{ token: "Ahoy", logprob: -1, bytes: [], top_logprobs: [] }];
    const content = [{ type: "output_text", text: "Ahoy", annotations: [annotation], logprobs }];
    expect(lastOf(events)).toMatchObject({
      id: "resp_msg_1",
      object: "response",
      created_at: 7,
      status: "completed",
      model: "claude",
      instructions: "Be kind.",
      temperature: 0.5,
      metadata: { a: "b" },
      store: false,
      output: [{ id: "msg_msg_1_0", type: "message", status: "completed", role: "assistant", content }],
      usage: {
        input_tokens: 5,
        input_tokens_details: { cached_tokens: 1, cache_write_tokens: 3 },
        output_tokens: 6,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 11,
      },
    });
  });

  it("tells thoughts with their seals, a seal alone, and the seal of a call before it", () => {
    const events = write([
      start,
      { kind: "reasoning", index, text: "Hm" },
      { kind: "reasoning_signature", index, signature: { by: "anthropic-messages", value: "Eq" } },
      { kind: "reasoning_encrypted", index, encrypted: { by: "anthropic-messages", value: "Em" } },
      { kind: "tool_call", index, call: 0, id: "c", name: "f", signature: { by: "google", value: "Gs" } },
      { kind: "tool_arguments", index, call: 0, text: "{}" },
      ...ending,
    ]);
    expect(lastOf(events)["output"]).toMatchObject([
      {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "Hm" }],
        encrypted_content: "ghostllm.anthropic-messages.signature:Eq",
      },
      { type: "reasoning", summary: [], encrypted_content: "ghostllm.anthropic-messages.Em" },
      { type: "reasoning", summary: [], encrypted_content: "ghostllm.google.call:Gs" },
      { type: "function_call", call_id: "c", arguments: "{}" },
    ]);
    const input = lastOf(events)["output"];
    const body = Buffer.from(JSON.stringify({ model: "m", input }));
    const { messages } = client.decodeRequest(client.parseRequest("chat.completions", body));
    expect(messages[0]?.content).toMatchObject([
      { kind: "reasoning", text: "Hm", signature: { by: "anthropic-messages", value: "Eq" } },
      { kind: "reasoning", text: "", encrypted: { by: "anthropic-messages", value: "Em" } },
      { kind: "tool_call", id: "c", signature: { by: "google", value: "Gs" } },
    ]);
  });

  it("tells calls one after another, though their pieces came mixed, and gives arguments to those without", () => {
    const events = write([
      start,
      { kind: "tool_call", index, call: 0, id: "a", name: "f" },
      { kind: "tool_call", index, call: 1, id: "b", name: "g" },
      { kind: "tool_arguments", index, call: 1, text: "{}" },
      { kind: "tool_arguments", index, call: 0, text: '{"x":1}' },
      { kind: "tool_call", index, call: 2, id: "c", name: "h" },
      ...ending,
    ]);
    expect(lastOf(events)["output"]).toMatchObject([
      { id: "fc_msg_1_0", call_id: "a", name: "f", arguments: '{"x":1}', status: "completed" },
      { id: "fc_msg_1_1", call_id: "b", name: "g", arguments: "{}" },
      { id: "fc_msg_1_2", call_id: "c", name: "h", arguments: "{}" },
    ]);
    const done = events.filter(({ type }) => type === "response.function_call_arguments.done");
    expect(done.map((event) => [event["item_id"], event["name"], event["arguments"]])).toEqual([
      ["fc_msg_1_0", "f", '{"x":1}'],
      ["fc_msg_1_1", "g", "{}"],
      ["fc_msg_1_2", "h", "{}"],
    ]);
  });

  it("gives calls back as the request lists their tools: in namespaces, and with a text", () => {
    const tools = [
      { type: "custom", name: "apply_patch" },
      { type: "namespace", name: "mcp", tools: [{ type: "function", name: "list" }] },
    ];
    const call = (number: number, name: string, text: string): readonly ChatEvent[] => [
      { kind: "tool_call", index, call: number, id: `c${number}`, name },
      { kind: "tool_arguments", index, call: number, text: text.slice(0, 4) },
      { kind: "tool_arguments", index, call: number, text: text.slice(4) },
    ];
    const calls = [
      ...call(0, "apply_patch", '{"input":"*** Begin"}'),
      ...call(1, "mcp__list", '{"x":1}'),
      ...call(2, "apply_patch", "*** Bare"),
    ];
    const events = write([start, ...calls, ...ending], { tools });
    expect(lastOf(events)["output"]).toMatchObject([
      { type: "custom_tool_call", call_id: "c0", name: "apply_patch", input: "*** Begin" },
      { type: "function_call", call_id: "c1", namespace: "mcp", name: "list", arguments: '{"x":1}' },
      { type: "custom_tool_call", call_id: "c2", name: "apply_patch", input: "*** Bare" },
    ]);
    const told = events.filter(({ type }) => type.startsWith("response.custom_tool_call_input"));
    expect(told.map((event) => event["delta"] ?? event["input"])).toEqual([
      "*** Begin",
      "*** Begin",
      "*** Bare",
      "*** Bare",
    ]);
  });

  it("tells an image that was made, and knows the first choice only", () => {
    const source = { kind: "data", mediaType: "image/png", base64: "aGk=" } as const;
    const events = write([
      start,
      { kind: "text", index: 1, text: "other" },
      { kind: "media", index, part: { kind: "image", source } },
      ...ending,
    ]);
    expect(lastOf(events)["output"]).toMatchObject([{ type: "image_generation_call", result: "aGk=" }]);
  });

  it.each([
    ["length", [], "incomplete", { reason: "max_output_tokens" }],
    ["content_filter", [], "incomplete", { reason: "content_filter" }],
    ["refusal", [], "incomplete", { reason: "content_filter" }],
    ["refusal", [{ kind: "refusal", index, text: "No." }], "completed", null],
  ] as const)("that ended by %s is as it is", (finish, said, status, details) => {
    const events = write([start, ...said, { kind: "finish", index, finish }, { kind: "end" }]);
    expect(lastOf(events)).toMatchObject({ status, incomplete_details: details });
    expect(events.at(-1)?.type).toBe(`response.${status}`);
  });

  it("that failed says so twice, as the vendor's do", () => {
    const events = write([
      start,
      { kind: "text", index, text: "A" },
      { kind: "error", message: "slow", code: "rate_limit_error" },
    ]);
    const [error, failed] = events.slice(-2);
    expect(error).toMatchObject({
      type: "error",
      message: "slow",
      code: "rate_limit_exceeded",
      error: { message: "slow" },
    });
    expect(failed).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "rate_limit_exceeded", message: "slow" }, output: [] },
    });
  });
});
