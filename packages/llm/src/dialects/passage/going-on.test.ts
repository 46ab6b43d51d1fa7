import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { Operation } from "#operations.ts";
import { providers } from "#providers/index.ts";
import { prefillOf } from "./prefill.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { AnswerGoingOn, readBegun, requestToGoOn } from "./going-on.ts";
import { Joint } from "./joint.ts";

const event = (data: JsonObject): string => `event: ${String(data["type"])}\ndata: ${JSON.stringify(data)}\n\n`;
const chat: Operation = "chat.completions";

const asked = {
  "openai-chat": { model: "m", stream: true, max_tokens: 50, messages: [{ role: "user", content: "hi" }] },
  "openai-responses": { model: "m", stream: true, max_output_tokens: 50, input: "hi" },
  "anthropic-messages": { model: "m", stream: true, max_tokens: 50, messages: [{ role: "user", content: "hi" }] },
  gemini: { generationConfig: { maxOutputTokens: 50 }, contents: [{ role: "user", parts: [{ text: "hi" }] }] },
  ollama: { model: "m", options: { num_predict: 50 }, messages: [{ role: "user", content: "hi" }] },
} as const;
type Name = keyof typeof asked;

function requestOf(name: Name, change: JsonObject = {}) {
  const body = Buffer.from(JSON.stringify({ ...asked[name], ...change }));
  return dialects[name].client.parseRequest(chat, body, { model: "m", stream: true, query: "alt=sse" });
}

const names = Object.keys(asked) as Name[];

describe.each(names)("a request of %s", (name) => {
  it("asks for what comes behind a text, and for so much less", () => {
    const dialect = dialects[name];
    const request = requestToGoOn(dialect, requestOf(name), { text: "one two \n", tokens: 20 });
    expect(request).toMatchObject({ model: "m", stream: true, maxOutputTokens: 30 });
    const messages = dialect.client.decodeRequest(request ?? requestOf(name)).messages;
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(JSON.stringify(messages[1])).toContain('"one two"');
  });

  it("is no request for it where a model has spoken last", () => {
    const { member, fromSaidText } = dialects[name].client.conversation;
    const request = requestOf(name, { [member]: [fromSaidText("so")] });
    expect(requestToGoOn(dialects[name], request, { text: "one", tokens: 1 })).toBeNull();
  });
});

const anthropic = [
  event({
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "c",
      content: [],
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  }),
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  event({ type: "ping" }),
  event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "one " } }),
] as const;
const response = { id: "resp_1", object: "response", created_at: 5, model: "g", status: "in_progress", output: [] };
const message = { id: "msg_abc", type: "message", status: "in_progress", role: "assistant", content: [] };
const at = { item_id: "msg_abc", output_index: 0, content_index: 0 };
const responses = [
  event({ type: "response.created", sequence_number: 0, response }),
  event({ type: "response.output_item.added", sequence_number: 4, output_index: 0, item: message }),
  event({
    type: "response.content_part.added",
    sequence_number: 5,
    ...at,
    part: { type: "output_text", text: "", annotations: [] },
  }),
  event({ type: "response.output_text.delta", sequence_number: 9, ...at, delta: "one " }),
] as const;

function goOn(name: Name, told: string, more: readonly string[]): string {
  const begun = readBegun(dialects[name], requestOf(name), Buffer.from(told));
  if (typeof begun === "string") throw new Error(begun);
  const going = new AnswerGoingOn(dialects[name], begun, "continues");
  const frames = more.map((frame) => going.push(Buffer.from(frame))?.toString() ?? "");
  return frames.join("") + (going.end()?.toString() ?? "");
}

describe("a stream of a vendor's own", () => {
  it("goes on in the block that is open, and tells its usage at the end", () => {
    const other = [
      event({
        type: "message_start",
        message: {
          id: "msg_2",
          type: "message",
          role: "assistant",
          model: "d",
          content: [],
          usage: { input_tokens: 9, output_tokens: 1 },
        },
      }),
      event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
      event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "two" } }),
      event({ type: "content_block_stop", index: 0 }),
      event({
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 4 },
      }),
      event({ type: "message_stop" }),
    ];
    const told = goOn("anthropic-messages", anthropic.join(""), other);
    const events = told
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => parseJson(line.slice(5)));
    expect(events).toEqual([
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "two" } },
      { type: "content_block_stop", index: 0 },
      expect.objectContaining({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null } }),
      { type: "message_stop" },
    ]);
  });

  it("goes on with the numbers and ids that it had, and ends with all of the text", () => {
    const other = [
      ...responses.slice(0, 3),
      event({ type: "response.output_text.delta", sequence_number: 3, ...at, item_id: "msg_x", delta: "two" }),
    ];
    const end = event({
      type: "response.completed",
      sequence_number: 7,
      response: { ...response, status: "completed", output: [] },
    });
    const told = goOn("openai-responses", responses.join(""), [...other, end]);
    const events = told
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => parseJson(line.slice(5)))
      .filter(isObject);
    expect(events.map(({ sequence_number: number }) => number)).toEqual([10, 11, 12, 13, 14]);
    expect(events[0]).toMatchObject({ type: "response.output_text.delta", item_id: "msg_abc", delta: "two" });
    const last = { id: "resp_1", output: [{ id: "msg_abc", content: [{ text: "one two" }] }] };
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: last });
  });

  it.each<[string, Name, readonly string[], string]>([
    [
      "a block that is over",
      "anthropic-messages",
      [...anthropic, event({ type: "content_block_stop", index: 0 })],
      "closed",
    ],
    ["half an event", "anthropic-messages", [...anthropic, "event: content_block_delta\ndata: {"], "closed"],
    ["no text", "anthropic-messages", anthropic.slice(0, 3), "nothing"],
    [
      "a part that is over",
      "openai-responses",
      [...responses, event({ type: "response.output_text.done", ...at, text: "one " })],
      "closed",
    ],
    [
      "a call",
      "anthropic-messages",
      [
        ...anthropic,
        event({
          type: "content_block_start",
          index: 1,
          content_block: { type: "tool_use", id: "t", name: "f", input: {} },
        }),
      ],
      "not_text",
    ],
    [
      "a thought",
      "anthropic-messages",
      [
        ...anthropic.slice(0, 1),
        event({
          type: "content_block_start",
          index: 0,
          content_block: { type: "thinking", thinking: "", signature: "" },
        }),
        event({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } }),
        anthropic[3],
      ],
      "not_text",
    ],
  ])("with %s is not gone on with", (_name, name, frames, why) => {
    expect(readBegun(dialects[name], requestOf(name), Buffer.from(frames.join("")))).toBe(why);
  });
});

describe("where a text and its rest meet", () => {
  const meet = (told: string, prefill: "continues" | "repeats", ...pieces: string[]): string => {
    const joint = new Joint(told, prefill);
    return told + pieces.map((piece) => joint.push(piece)).join("") + joint.rest();
  };

  it.each<[string, "continues" | "repeats", string[], string]>([
    ["one", "continues", [" two"], "one two"],
    ["one", "continues", ["one", " more"], "oneone more"],
    ["one ", "continues", [" ", "two"], "one two"],
    ["one ", "continues", ["two"], "one two"],
    ["one\n", "continues", ["\n\n", "two"], "one\n\ntwo"],
    ["one two", "repeats", ["one", " two three"], "one two three"],
    ["one two", "repeats", ["one", " too"], "one twoone too"],
    ["one ", "repeats", ["one", " two"], "one two"],
    ["one two", "repeats", [" three"], "one two three"],
    ["one two", "repeats", ["on"], "one twoon"],
  ])("%j, %s: %j", (told, prefill, pieces, whole) => {
    expect(meet(told, prefill, ...pieces)).toBe(whole);
  });
});

it.each<[string, string, "continues" | "repeats" | null]>([
  ["anthropic", "claude-sonnet-4-5", "continues"],
  ["anthropic", "claude-3-5-haiku-20241022", "continues"],
  ["anthropic", "claude-sonnet-4-6", null],
  ["anthropic", "some-model-of-others", null],
  ["bedrock", "anthropic.claude-sonnet-4-5-v1:0", "continues"],
  ["bedrock", "amazon.nova-lite-v1:0", null],
  ["vertex-anthropic", "claude-haiku-4-5", "continues"],
  ["mistral", "mistral-large-latest", "repeats"],
  ["ollama", "llama3", "continues"],
  ["llamacpp", "m", "continues"],
  ["openai", "gpt-4o", null],
  ["openai-compatible", "m", null],
  ["google", "gemini-2.5-pro", null],
])("%s/%s: %s", (type, model, prefill) => {
  const definition = providers.find((one) => one.type === type);
  if (definition === undefined) throw new Error(`no ${type}`);
  expect(prefillOf(definition, model)).toBe(prefill);
});
