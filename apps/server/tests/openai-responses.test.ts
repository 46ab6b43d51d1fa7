// The official SDK's `responses` in front of vendors of the dialect and of others.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const model = "some-model";

interface Stage {
  readonly upstream: FakeUpstream;
  readonly gateway: TestGateway;
  readonly openai: OpenAI;
}

async function setStage(): Promise<Stage> {
  const upstream = await startFakeUpstream();
  const gateway = await startGateway(makeSnapshot({ targets: [] }));
  return { upstream, gateway, openai: new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 }) };
}

async function clear({ gateway, upstream }: Stage): Promise<void> {
  await gateway.close();
  await upstream.close();
}

function aim({ gateway, upstream }: Stage, type: string): void {
  gateway.swap(makeSnapshot({ targets: [makeTarget(makeProvider(type, upstream.url), model)] }));
  upstream.clear();
}

/** A stream in the vendors' form, each event named by its type. */
function eventsOf(events: readonly { readonly type: string; readonly [field: string]: unknown }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const streamed = { "content-type": "text/event-stream" };

const usage = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 16,
};
const message = {
  id: "msg_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text: "At noon.", annotations: [], logprobs: [] }],
};
const response = {
  id: "resp_1",
  object: "response",
  created_at: 1_770_000_000,
  status: "completed",
  error: null,
  incomplete_details: null,
  model,
  output: [{ id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAAA+/=" }, message],
  parallel_tool_calls: true,
  tool_choice: "auto",
  tools: [],
  usage,
};

describe("POST /v1/responses, to a vendor of the dialect", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => clear(stage));

  it("passes the request, also what only such a vendor understands, and the answer", async () => {
    aim(stage, "openai");
    stage.upstream.script({ kind: "answer", body: response });
    const request = { model, input: "When?", previous_response_id: "resp_0", store: true };
    const answer = await stage.openai.responses.create(request);
    expect(stage.upstream.received.at(-1)?.path).toBe("/responses");
    expect(stage.upstream.received.at(-1)?.json()).toEqual(request);
    expect(answer).toMatchObject({ id: "resp_1", output_text: "At noon.", usage });
    expect(stage.gateway.records.at(-1)).toMatchObject({ promptTokens: 7, completionTokens: 9, reasoningTokens: 4 });
  });

  it("passes errors, and is told of those within a stream", async () => {
    aim(stage, "openai");
    const error = { message: "No such response.", type: "invalid_request_error", param: "previous_response_id" };
    stage.upstream.script({ kind: "answer", status: 400, body: { error: { ...error, code: null } } });
    const asked = stage.openai.responses.create({ model, input: "x", previous_response_id: "resp_9" });
    await expect(asked).rejects.toMatchObject({ status: 400, param: "previous_response_id" });
    const delta = { item_id: "msg_1", output_index: 0, content_index: 0, delta: "At", logprobs: [] };
    const started = { ...response, status: "in_progress", output: [], usage: null };
    const opened = { ...message, status: "in_progress", content: [] };
    const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
    const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
    const text = eventsOf([
      { type: "response.created", sequence_number: 0, response: started },
      { type: "response.output_item.added", sequence_number: 1, output_index: 0, item: opened },
      { type: "response.content_part.added", sequence_number: 2, ...place, part },
      { type: "response.output_text.delta", sequence_number: 3, ...delta },
    ]);
    stage.upstream.script({
      kind: "cut",
      after: { bytes: text.length },
      of: { kind: "raw", text, headers: streamed, perEvent: true },
    });
    const cut = stage.openai.responses.stream({ model, input: "x" });
    await expect(cut.finalResponse()).rejects.toThrow(OpenAI.APIError);
    expect(stage.gateway.records.at(-1)).toMatchObject({ status: "error" });
  });

  it("errors of ours have the vendor's form", async () => {
    aim(stage, "openai");
    const { responses } = new OpenAI({ apiKey: "gk-unknown", baseURL: `${stage.gateway.url}/v1`, maxRetries: 0 });
    await expect(responses.create({ model, input: "x" })).rejects.toThrow(OpenAI.AuthenticationError);
    await expect(stage.openai.responses.create({ model: "nobody-has-it", input: "x" })).rejects.toThrow(
      OpenAI.NotFoundError,
    );
    const wrong = stage.openai.responses.create({ model, input: 7 as unknown as string });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: "input" });
  });
});

const tools = [
  {
    type: "function" as const,
    name: "get_tide",
    parameters: { type: "object", properties: { harbour: { type: "string" } } },
    strict: false,
  },
  { type: "custom" as const, name: "apply_patch", description: "Edits files." },
];

describe("POST /v1/responses, to a vendor of openai-chat", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    aim(stage, "fireworks");
  });
  afterAll(() => clear(stage));

  it("a whole answer, with calls of both kinds of tools", async () => {
    const toolCalls = [
      { name: "get_tide", arguments: { harbour: "Whitby" } },
      { name: "apply_patch", arguments: { input: "*** Begin" } },
    ];
    stage.upstream.script({ kind: "chat", text: "I look.", toolCalls });
    const answer = await stage.openai.responses.create({ model, instructions: "Be brief.", input: "When?", tools });
    expect(stage.upstream.received.at(-1)?.path).toBe("/chat/completions");
    expect(stage.upstream.received.at(-1)?.json()).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "When?" },
      ],
      tools: [{ function: { name: "get_tide" } }, { function: { name: "apply_patch" } }],
    });
    expect(answer).toMatchObject({ status: "completed", output_text: "I look.", instructions: "Be brief." });
    expect(answer.output.slice(1)).toMatchObject([
      { type: "function_call", name: "get_tide", arguments: '{"harbour":"Whitby"}' },
      { type: "custom_tool_call", name: "apply_patch", input: "*** Begin" },
    ]);
  });

  it("a stream, as the SDK gathers it, and the next request with all that it told", async () => {
    const toolCalls = [
      { name: "get_tide", arguments: { harbour: "Whitby" } },
      { name: "apply_patch", arguments: { input: "*** Begin" } },
    ];
    stage.upstream.script({ kind: "chat", reasoning: "Hm.", text: "I look for the tide.", toolCalls });
    const stream = stage.openai.responses.stream({ model, input: "When?", tools });
    const texts: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => texts.push(delta));
    const answer = await stream.finalResponse();
    expect(texts.join("")).toBe("I look for the tide.");
    expect(answer.output.map(({ type }) => type)).toEqual([
      "reasoning",
      "function_call",
      "custom_tool_call",
      "message",
    ]);
    expect(answer.usage?.output_tokens).toBeGreaterThan(0);
    stage.upstream.script({ kind: "chat", text: "At noon." });
    const [tide = "", patch = ""] = answer.output.flatMap((item) => ("call_id" in item ? [item.call_id] : []));
    const results = [
      { type: "function_call_output", call_id: tide, output: "12:00" },
      { type: "custom_tool_call_output", call_id: patch, output: "done" },
    ];
    const input = [{ role: "user" as const, content: "When?" }, ...answer.output, ...results];
    await stage.openai.responses.create({ model, input: input as OpenAI.Responses.ResponseInput, tools });
    expect(stage.upstream.received.at(-1)?.json()).toMatchObject({
      messages: [
        { role: "user", content: "When?" },
        {
          role: "assistant",
          content: "I look for the tide.",
          tool_calls: [
            { id: tide, function: { name: "get_tide" } },
            { id: patch, function: { name: "apply_patch", arguments: '{"input":"*** Begin"}' } },
          ],
        },
        { role: "tool", tool_call_id: tide, content: "12:00" },
        { role: "tool", tool_call_id: patch, content: "done" },
      ],
    });
  });

  it("what only a vendor that keeps answers understands is a 400 that says so", async () => {
    const before = stage.upstream.received.length;
    const asked = stage.openai.responses.create({ model, input: "x", previous_response_id: "resp_1" });
    await expect(asked).rejects.toMatchObject({ status: 400, param: "previous_response_id" });
    await expect(asked).rejects.toThrow("send the whole conversation");
    expect(stage.upstream.received.length).toBe(before);
  });

  it("errors of the vendor, before and within a stream", async () => {
    const error = { message: "Slow down.", type: "rate_limit_error", code: "rate_limit_exceeded" };
    stage.upstream.script({ kind: "answer", status: 429, body: { error } });
    const asked = stage.openai.responses.create({ model, input: "x" });
    await expect(asked).rejects.toThrow(OpenAI.RateLimitError);
    stage.upstream.script({ kind: "chat", chunks: 10, errorAfterChunks: 3 });
    const stream = stage.openai.responses.stream({ model, input: "x" });
    await expect(stream.finalResponse()).rejects.toThrow(OpenAI.APIError);
  });
});

describe("POST /v1/responses, to Anthropic", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    aim(stage, "anthropic");
  });
  afterAll(() => clear(stage));

  it("a signature of thoughts goes to the client and comes back byte for byte", async () => {
    const signature = "EqQBCgIYAhIM+/==";
    const content = [
      { type: "thinking", thinking: "Hm.", signature },
      { type: "tool_use", id: "toolu_1", name: "get_tide", input: { harbour: "Whitby" } },
    ];
    const body = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model,
      content,
      stop_reason: "tool_use",
      usage: {},
    };
    stage.upstream.script({ kind: "answer", body });
    const answer = await stage.openai.responses.create({ model, input: "When?", tools });
    expect(answer.output).toMatchObject([{ type: "reasoning" }, { type: "function_call", call_id: "toolu_1" }]);
    stage.upstream.script({ kind: "answer", body });
    const result = { type: "function_call_output" as const, call_id: "toolu_1", output: "12:00" };
    const input = [{ role: "user" as const, content: "When?" }, ...answer.output, result];
    await stage.openai.responses.create({ model, input: input as OpenAI.Responses.ResponseInput, tools });
    const sent = stage.upstream.received.at(-1)?.json() as { messages: unknown[] };
    expect(sent.messages).toEqual([
      { role: "user", content: "When?" },
      { role: "assistant", content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "12:00" }] },
    ]);
  });
});
