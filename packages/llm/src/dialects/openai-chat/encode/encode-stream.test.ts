import { describe, expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { openaiChat } from "#dialects/openai-chat/index.ts";

const { client, upstream } = openaiChat;

function decodeText(text: string): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

function encode(events: readonly ChatEvent[], wantsUsage = true): string {
  const body = JSON.stringify({
    model: "m",
    messages: [{ role: "user", content: "x" }],
    stream: true,
    stream_options: { include_usage: wantsUsage },
  });
  const encoder = client.createStreamEncoder(client.parseRequest("chat.completions", Buffer.from(body)));
  return events.map((event) => encoder.encode(event)).join("");
}

describe("writing", () => {
  const start: ChatEvent = { kind: "start", id: "c1", model: "m", createdSeconds: 5 };
  const usage = { promptTokens: 1, completionTokens: 2, cachedTokens: 0, reasoningTokens: 0 };

  it("tells the usage in a chunk of its own to a client that asked for it, and null before", () => {
    const events: ChatEvent[] = [
      start,
      { kind: "usage", usage },
      { kind: "text", index: 0, text: "x" },
      { kind: "end" },
    ];
    const frames = encode(events)
      .split("\n\n")
      .filter((frame) => frame.startsWith("data: {"));
    const chunks = frames.map((frame) => JSON.parse(frame.slice(6)) as { usage: unknown; choices: unknown[] });
    expect(chunks.map((chunk) => [chunk.choices.length, chunk.usage === null])).toEqual([
      [1, true],
      [1, true],
      [0, false],
    ]);
    expect(encode(events, false)).not.toContain("usage");
  });

  it("ends a failed stream with the error, and without the end mark", () => {
    const text = encode([start, { kind: "error", message: "no", code: "overloaded" }]);
    expect(text).toContain('"message":"no"');
    expect(text).not.toContain("[DONE]");
  });

  it("tells the role with the first delta of each choice", () => {
    const text = encode([start, { kind: "text", index: 1, text: "b" }, { kind: "text", index: 1, text: "c" }]);
    expect(text.match(/"role":"assistant"/g)).toHaveLength(2);
  });

  it("carries seals where clients can send them back", () => {
    const text = encode([
      start,
      { kind: "reasoning", index: 0, text: "hm" },
      { kind: "reasoning_signature", index: 0, signature: { by: "openai-chat", value: "c2ln" } },
      { kind: "tool_call", index: 0, call: 0, id: "a", name: "f", signature: { by: "openai-chat", value: "dG9v" } },
      { kind: "finish", index: 0, finish: "tool_calls" },
      { kind: "end" },
    ]);
    expect(collectEvents(decodeText(text)).choices[0]).toMatchObject({ reasoning: "hm", seals: ["c2ln", "dG9v"] });
  });
});
