import { describe, expect, it } from "vitest";
import type { ChatEvent, ChatResult } from "#hub.ts";
import type { Operation } from "#operations.ts";
import { ollama } from "#dialects/ollama/index.ts";

const { client, upstream } = ollama;

function write(events: readonly ChatEvent[], operation: Operation = "chat.completions"): readonly unknown[] {
  const encoder = client.createStreamEncoder({ operation });
  const lines = events.map((event) => encoder.encode(event)).join("");
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

const head = { model: "m", created_at: "2026-02-03T09:15:42.000Z" };
const start: ChatEvent = { kind: "start", id: "x", model: "m", createdSeconds: 1_770_110_142 };
const usage = { promptTokens: 5, completionTokens: 3, cachedTokens: 2, reasoningTokens: 1 };
const ending: readonly ChatEvent[] = [
  { kind: "finish", index: 0, finish: "stop" },
  { kind: "usage", usage },
  { kind: "end" },
];
const last = { done: true, done_reason: "stop", prompt_eval_count: 5, eval_count: 3 };

describe("a stream for clients", () => {
  it("has a line for each event, and tells the counts in the last", () => {
    const events: readonly ChatEvent[] = [
      start,
      { kind: "reasoning", index: 0, text: "hm" },
      { kind: "text", index: 0, text: "Hi" },
      { kind: "text", index: 1, text: "never" },
      { kind: "refusal", index: 0, text: "No" },
      ...ending,
    ];
    expect(write(events)).toEqual([
      { ...head, message: { role: "assistant", content: "", thinking: "hm" }, done: false },
      { ...head, message: { role: "assistant", content: "Hi" }, done: false },
      { ...head, message: { role: "assistant", content: "No" }, done: false },
      { ...head, message: { role: "assistant", content: "" }, ...last },
    ]);
    expect(write(events, "generate")).toEqual([
      { ...head, response: "", thinking: "hm", done: false },
      { ...head, response: "Hi", done: false },
      { ...head, response: "No", done: false },
      { ...head, response: "", ...last },
    ]);
  });

  it("tells calls when they are whole, however their pieces came", () => {
    const events: readonly ChatEvent[] = [
      start,
      { kind: "tool_call", index: 0, call: 0, id: "a", name: "f" },
      { kind: "tool_arguments", index: 0, call: 0, text: '{"x":' },
      { kind: "tool_call", index: 0, call: 1, id: "b", name: "g", signature: { by: "gemini", value: "s" } },
      { kind: "tool_arguments", index: 0, call: 0, text: "1}" },
      { kind: "finish", index: 0, finish: "tool_calls" },
      { kind: "end" },
    ];
    const calls = [
      { id: "a", function: { index: 0, name: "f", arguments: { x: 1 } } },
      { id: "b", function: { index: 1, name: "g", arguments: {} }, signature: "ghostllm.gemini.s" },
    ];
    expect(write(events)).toEqual([
      ...calls.map((call) => ({
        ...head,
        message: { role: "assistant", content: "", tool_calls: [call] },
        done: false,
      })),
      { ...head, message: { role: "assistant", content: "" }, done: true, done_reason: "stop" },
    ]);
  });

  it("ends with an error where the vendor failed", () => {
    expect(write([start, { kind: "error", message: "no" }])).toEqual([{ error: "no" }]);
  });

  it("has the time as far as it is known", () => {
    const at = (createdSeconds: number) => write([{ ...start, createdSeconds }, { kind: "end" }])[0];
    expect(at(0)).toMatchObject({ created_at: "1970-01-01T00:00:00.000Z" });
    expect(at(Number.MAX_SAFE_INTEGER)).toMatchObject({ created_at: "1970-01-01T00:00:00.000Z" });
  });
});

describe("a whole answer for clients", () => {
  const result: ChatResult = {
    id: "x",
    model: "m",
    createdSeconds: 1_770_110_142,
    usage,
    choices: [
      {
        index: 0,
        finish: "length",
        content: [
          { kind: "reasoning", text: "hm" },
          { kind: "text", text: "Hi" },
        ],
        logprobs: { content: [{ token: "Hi", logprob: -1, bytes: null, top_logprobs: [] }] },
      },
    ],
  };

  it("has the fields of its endpoint", () => {
    const rest = { done: true, done_reason: "length", prompt_eval_count: 5, eval_count: 3 };
    const logprobs = [{ token: "Hi", logprob: -1 }];
    expect(JSON.parse(client.encodeResult(result, { operation: "chat.completions" }))).toEqual({
      ...head,
      message: { role: "assistant", content: "Hi", thinking: "hm" },
      ...rest,
      logprobs,
    });
    expect(JSON.parse(client.encodeResult(result, { operation: "generate" }))).toEqual({
      ...head,
      response: "Hi",
      thinking: "hm",
      ...rest,
      logprobs,
    });
  });

  it("gives a call back with the seal that it came with", () => {
    const call = { id: "a", function: { name: "f", arguments: {} }, signature: "ghostllm.gemini.s" };
    const body = { model: "m", messages: [{ role: "assistant", content: "", tool_calls: [call] }] };
    const request = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(body)));
    expect(client.decodeRequest(request).messages[0]?.content[0]).toMatchObject({
      signature: { by: "gemini", value: "s" },
    });
    expect(upstream.decodeResult(Buffer.from('{"error":"no"}'))).toBeNull();
  });
});
