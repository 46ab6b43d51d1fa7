// The comparison itself: what it must not overlook.

import { describe, expect, it } from "vitest";
import type { ChatRequest, Part } from "../../packages/llm/src/hub.ts";
import { gistOf } from "./gist.ts";
import { compare } from "./losses.ts";

const schema = { type: "object", properties: { city: { type: "string" } } };

const request: ChatRequest = {
  model: "m",
  messages: [
    { role: "system", content: [{ kind: "text", text: "Be brief." }] },
    {
      role: "user",
      content: [
        { kind: "text", text: "Weather?" },
        { kind: "image", source: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
      ],
    },
    { role: "assistant", content: [{ kind: "tool_call", id: "a", name: "look", argumentsText: '{"city":"Oslo"}' }] },
    { role: "user", content: [{ kind: "tool_result", callId: "a", content: [{ kind: "text", text: "cold" }] }] },
  ],
  tools: [{ kind: "function", name: "look", parameters: schema }],
  sampling: { temperature: 0.5, topK: 7 },
  stopSequences: ["end"],
  stream: false,
};

function withParts(index: number, content: readonly Part[]): ChatRequest {
  const messages = request.messages.map((message, at) => (at === index ? { ...message, content } : message));
  return { ...request, messages };
}

function missesOf(after: ChatRequest, notes: readonly string[] = []): readonly string[] {
  return compare(gistOf(request), gistOf(after), { target: "openai-responses", model: "m", notes }).misses;
}

const user = request.messages[1]?.content ?? [];

describe("a request in another dialect", () => {
  it("may be written in another way", () => {
    const call: Part = { kind: "tool_call", id: "b", name: "look", argumentsText: '{ "city": "Oslo" }' };
    const result: Part = { kind: "tool_result", callId: "b", content: [{ kind: "text", text: "cold\n" }] };
    const [system, asked] = request.messages;
    if (system === undefined || asked === undefined) throw new TypeError("there are four messages");
    const split = user.map((part) => ({ role: "user" as const, content: [part] }));
    const messages = [system, ...split, { role: "assistant", content: [call] }, { role: "user", content: [result] }];
    expect(missesOf({ ...request, messages } as ChatRequest)).toEqual([]);
  });

  it.each<[string, ChatRequest]>([
    ["instructions", withParts(0, [])],
    ["a text", withParts(1, user.slice(1))],
    ["an image", withParts(1, user.slice(0, 1))],
    ["the place of an image", withParts(1, user.toReversed())],
    ["a call", withParts(2, [])],
    ["arguments", withParts(2, [{ kind: "tool_call", id: "a", name: "look", argumentsText: "{}" }])],
    ["a result", withParts(3, [{ kind: "tool_result", callId: "a", content: [] }])],
    ["whose result it is", withParts(3, [{ ...request.messages[3]?.content[0], callId: "z" } as Part])],
    ["a tool", { ...request, tools: [] }],
    ["a schema", { ...request, tools: [{ kind: "function", name: "look" }] }],
    ["a parameter", { ...request, sampling: { topK: 7 } }],
    ["a turn", { ...request, messages: request.messages.slice(0, 3) }],
  ])("must not lose %s", (_name, after) => {
    expect(missesOf(after)).not.toEqual([]);
  });

  it("must not hold what nobody said", () => {
    expect(missesOf(withParts(1, [...user, { kind: "text", text: "And now?" }]))).not.toEqual([]);
  });

  it("may lose what its dialect lacks, if that is told", () => {
    const after = { ...request, sampling: { temperature: 0.5 } };
    expect(missesOf(after)).toEqual(["without a note: topK 7 []"]);
    expect(missesOf(after, ["top_k"])).toEqual([]);
    expect(missesOf({ ...request, tools: [] }, ["tools"])).not.toEqual([]);
  });
});
