import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { anthropicMessages } from "#dialects/anthropic-messages/index.ts";

const { client, upstream } = anthropicMessages;

function encode(events: readonly ChatEvent[]): string {
  const encoder = client.createStreamEncoder();
  return events.map((event) => encoder.encode(event)).join("");
}

function decode(text: string): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

const start: ChatEvent = { kind: "start", id: "m1", model: "m", createdSeconds: 0 };
const begin = (call: number): ChatEvent => ({ kind: "tool_call", index: 0, call, id: `c${call}`, name: "f" });
const piece = (call: number, text: string): ChatEvent => ({ kind: "tool_arguments", index: 0, call, text });
const say = (text: string): ChatEvent => ({ kind: "text", index: 0, text });
const finish: ChatEvent = { kind: "finish", index: 0, finish: "tool_calls" };
const usage = { promptTokens: 10, completionTokens: 2, cachedTokens: 3, reasoningTokens: 0 };

/** Each block begins where the one before it has ended, and its deltas name it. */
function expectSequence(text: string): void {
  let open: number | null = null;
  let count = 0;
  for (const [, type, index] of text.matchAll(/"type":"content_block_(start|delta|stop)","index":(\d+)/g)) {
    if (type === "start") expect([open, Number(index)]).toEqual([null, count++]);
    else expect(Number(index)).toBe(open);
    open = type === "stop" ? null : Number(index);
  }
  expect(open).toBeNull();
}

describe("writing", () => {
  it("tells the usage at the end, the cached tokens beside the others", () => {
    const text = encode([
      start,
      say("x"),
      { kind: "finish", index: 0, finish: "length" },
      { kind: "usage", usage },
      { kind: "end" },
    ]);
    expect(text).toContain('"delta":{"stop_reason":"max_tokens","stop_sequence":null}');
    expect(text).toContain('"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":3');
    expect(text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true);
    expectSequence(text);
  });

  it.each<[string, ChatEvent[], string[]]>([
    ["one after another", [begin(0), piece(0, "{}"), begin(1), piece(1, '{"a":1}')], ["{}", '{"a":1}']],
    [
      "mixed",
      [begin(0), begin(1), piece(1, '{"b":'), piece(0, '{"a":'), piece(0, "1}"), piece(1, "2}")],
      ['{"a":1}', '{"b":2}'],
    ],
    [
      "all begun first",
      [begin(0), begin(1), begin(2), piece(2, "{}"), piece(1, "{}"), piece(0, "{}")],
      ["{}", "{}", "{}"],
    ],
    ["cut off", [begin(0), piece(0, '{"a'), begin(1), piece(1, '{"b'), piece(0, '":')], ['{"a":', '{"b']],
    ["with text between", [begin(0), say("x"), piece(0, "{}")], ["{}"]],
  ])("calls whose pieces come %s", (_name, events, expected) => {
    const text = encode([start, ...events, finish, { kind: "end" }]);
    expectSequence(text);
    expect(collectEvents(decode(text)).choices[0]?.calls.map(({ argumentsText }) => argumentsText)).toEqual(expected);
    if (events.some(({ kind }) => kind === "text")) expect(text).toContain('"text_delta","text":"x"');
  });

  it("seals thoughts byte for byte, and says more behind them", () => {
    const text = encode([
      start,
      { kind: "reasoning", index: 0, text: "hm" },
      { kind: "reasoning_signature", index: 0, signature: { by: "anthropic-messages", value: "Eq+/=" } },
      { kind: "reasoning_encrypted", index: 0, encrypted: { by: "anthropic-messages", value: "Em+/=" } },
      { kind: "refusal", index: 0, text: "No." },
      { kind: "end" },
    ]);
    expectSequence(text);
    expect(collectEvents(decode(text)).choices).toMatchObject([
      { reasoning: "hm", seals: ["Eq+/=", "Em+/="], text: "No.", finish: "refusal" },
    ]);
  });

  it("ends a failed stream with the error, and without the end mark", () => {
    const text = encode([start, say("x"), { kind: "error", message: "no", code: "rate_limit_exceeded" }]);
    expect(text).toContain(
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"no"}}\n\n',
    );
    expect(text).not.toContain("message_stop");
    expect(client.encodeStreamError(new GhostError("timeout_error", "late"))).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"timeout_error","message":"late"}}\n\n',
    );
  });

  it("passes over other choices than the first", () => {
    expect(encode([start, { kind: "text", index: 1, text: "other" }])).not.toContain("other");
  });
});

describe("reading", () => {
  const frame = (event: object) => `data: ${JSON.stringify(event)}\n\n`;

  it("takes an error or a whole answer that came instead of a stream", () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(decode(JSON.stringify(error))).toEqual([{ kind: "error", message: "Overloaded", code: "overloaded_error" }]);
    const content = [
      { type: "text", text: "all" },
      { type: "tool_use", id: "a", name: "f", input: { a: 1 } },
    ];
    const answer = {
      id: "m",
      type: "message",
      content,
      stop_reason: "tool_use",
      usage: { input_tokens: 1, output_tokens: 2 },
    };
    expect(collectEvents(decode(JSON.stringify(answer)))).toMatchObject({
      isEnded: true,
      usage: { promptTokens: 1, completionTokens: 2 },
      choices: [{ text: "all", calls: [{ argumentsText: '{"a":1}' }], finish: "tool_calls" }],
    });
  });

  it("takes what is nested too deeply for a fault of the vendor", () => {
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const block = `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":${deep}}}`;
    expect(() => decode(`data: ${block}\n\ndata: {"type":"content_block_stop","index":0}\n\n`)).toThrow(GhostError);
    const answer = `{"content":[{"type":"tool_use","id":"a","name":"f","input":${deep}}]}`;
    const result = upstream.decodeResult(Buffer.from(answer));
    expect(() => result && client.encodeResult(result)).toThrow(GhostError);
  });

  it("fails where the stream ends too early, or an answer begins within another", () => {
    const begun = frame({ type: "message_start", message: { id: "a" } });
    const block = frame({ type: "content_block_start", index: 0, content_block: { type: "text", text: "x" } });
    expect(decode(begun + block).at(-1)).toMatchObject({ kind: "error" });
    expect(decode(begun + block + begun).at(-1)).toMatchObject({ kind: "error" });
    expect(decode("")).toMatchObject([{ kind: "error" }]);
  });
});
