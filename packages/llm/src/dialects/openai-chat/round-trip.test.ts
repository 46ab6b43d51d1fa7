// decode(encode(x)) = x, over requests, answers and streams made by chance from all that the dialect can express.

import { describe, expect, it } from "vitest";
import type { ChatEvent, ChatRequest, ChatResult, Choice, MediaPart, Message, Part, TextPart, Tool } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import type { Chance } from "#testing/random.ts";
import { openaiChat } from "./index.ts";

const { client, upstream } = openaiChat;
const rounds = 400;

const words = ["x", "Grüße 👋", 'quote " and \\ slash', "line\nline\r\n", "data: [DONE]", "\u2028", "null", " "];
const argumentTexts = ["{}", '{"a":1}', '{"cut', "", '{"deep":{"list":[1,2]}}'];

/** The value in half of the cases. */
function perhaps<Fields extends object>(chance: Chance, fields: Fields): Fields | Record<never, never> {
  return chance.below(2) === 0 ? fields : {};
}

function several<Item>(chance: Chance, most: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: chance.below(most + 1) }, (_item, index) => make(index));
}

function makeText(chance: Chance): TextPart {
  return { kind: "text", text: chance.pick(words) };
}

function makeMedia(chance: Chance): MediaPart {
  const url = { kind: "url", url: "https://example.com/a.png" } as const;
  const data = (mediaType: string) => ({ kind: "data", mediaType, base64: "aGk=" }) as const;
  return chance.pick<MediaPart>([
    { kind: "image", source: url, ...perhaps(chance, { detail: "low" }) },
    { kind: "image", source: data("image/webp") },
    { kind: "audio", source: data(chance.pick(["audio/mpeg", "audio/wav", "audio/flac"])) },
    { kind: "document", source: data("application/pdf"), fileName: chance.pick(words) },
    { kind: "document", source: { kind: "file", fileId: "file-1" } },
  ]);
}

function makeAssistant(chance: Chance): Message {
  const text = several(chance, 2, () => makeText(chance));
  const refusal = several(chance, 1, (): Part => ({ kind: "refusal", text: "No." }));
  const calls = several(chance, 3, (index): Part => {
    const told = { id: `call_${index}`, name: "f", argumentsText: chance.pick(argumentTexts) };
    return { kind: "tool_call", ...told };
  });
  return { role: "assistant", content: [...text, ...refusal, ...calls] };
}

function makeMessage(chance: Chance): Message {
  const content = several(chance, 3, () => (chance.below(2) === 0 ? makeText(chance) : makeMedia(chance)));
  const result = {
    kind: "tool_result",
    callId: "call_0",
    content: several(chance, 2, () => makeText(chance)),
  } as const;
  return chance.pick<Message>([
    { role: "system", content: several(chance, 2, () => makeText(chance)) },
    { role: "user", content, ...perhaps(chance, { name: "ann" }) },
    { role: "user", content: [result] },
    makeAssistant(chance),
  ]);
}

function makeTool(chance: Chance): Tool {
  const told = { ...perhaps(chance, { description: "d" }), ...perhaps(chance, { strict: true }) };
  return { kind: "function", name: "f", ...told, ...perhaps(chance, { parameters: { type: "object" } }) };
}

function makeRequest(chance: Chance): ChatRequest {
  return {
    model: "m",
    messages: [makeMessage(chance), ...several(chance, 4, () => makeMessage(chance))],
    tools: several(chance, 2, () => makeTool(chance)),
    sampling: {
      ...perhaps(chance, { temperature: 0.5, topP: 1 }),
      ...perhaps(chance, { frequencyPenalty: 0, presencePenalty: -1, seed: 7 }),
    },
    stopSequences: several(chance, 2, () => chance.pick(words)),
    stream: chance.below(2) === 0,
    ...perhaps(chance, { toolChoice: { kind: chance.pick(["auto", "none", "required"]) } as const }),
    ...perhaps(chance, { toolChoice: { kind: "function", name: "f" } as const }),
    ...perhaps(chance, { allowsParallelToolCalls: false }),
    ...perhaps(chance, { maxOutputTokens: 5 }),
    ...perhaps(chance, { answers: 2 }),
    ...perhaps(chance, { format: chance.pick([{ kind: "text" }, { kind: "json" }] as const) }),
    ...perhaps(chance, { format: { kind: "schema", name: "n", schema: { a: {} }, strict: true } as const }),
    ...perhaps(chance, { reasoning: { effort: "high" } }),
    ...perhaps(chance, { logprobs: chance.below(3) }),
    ...perhaps(chance, { serviceTier: "flex", userId: "u" }),
  };
}

function makeChoice(chance: Chance, index: number): Choice {
  const reasoning = several(chance, 1, (): Part => ({ kind: "reasoning", text: chance.pick(words) }));
  const sealed: Part[] = [
    { kind: "reasoning", text: "a", signature: { by: "openai-chat", value: "c2ln" } },
    { kind: "reasoning", text: "", encrypted: { by: "openai-chat", value: "ZW5j" } },
  ];
  const citations = [{ url: "https://example.com", title: "t", startIndex: 0, endIndex: 1 }];
  const text = several(chance, 1, (): Part => ({ ...makeText(chance), ...perhaps(chance, { citations }) }));
  const call: Part = {
    kind: "tool_call",
    id: "a",
    name: "f",
    argumentsText: "{}",
    ...perhaps(chance, { signature: { by: "openai-chat", value: "s" } }),
  };
  const image: Part = { kind: "image", source: { kind: "url", url: "https://example.com/i.png" } };
  const media = several(chance, 1, () => image);
  return {
    index,
    content: [...(chance.below(3) === 0 ? sealed : reasoning), ...text, ...media, ...several(chance, 1, () => call)],
    // Calls that end with `stop` are read as calls.
    finish: chance.pick(["length", "tool_calls", "content_filter"]),
    ...perhaps(chance, { logprobs: { content: [{ token: "x", logprob: -1, bytes: null, top_logprobs: [] }] } }),
  };
}

const usage = { promptTokens: 9, completionTokens: 8, cachedTokens: 7, reasoningTokens: 6 };

function makeResult(chance: Chance): ChatResult {
  const told = { id: "chatcmpl-1", model: "m", createdSeconds: 1_763_780_000 };
  const choices = [makeChoice(chance, 0), ...several(chance, 2, (index) => makeChoice(chance, index + 1))];
  return { ...told, choices, usage: chance.pick([usage, null]), ...perhaps(chance, { serviceTier: "default" }) };
}

function makeEvents(chance: Chance): ChatEvent[] {
  let calls = 0;
  const index = chance.below(2);
  const some = several(chance, 9, (): ChatEvent[] => {
    const call = calls;
    return chance.pick<() => ChatEvent[]>([
      () => [{ kind: "text", index, text: chance.pick(words) }],
      () => [{ kind: "reasoning", index, text: chance.pick(words) }],
      () => [{ kind: "reasoning_signature", index, signature: { by: "openai-chat", value: "c2ln" } }],
      () => [{ kind: "reasoning_encrypted", index, encrypted: { by: "openai-chat", value: "ZW5j" } }],
      () => [{ kind: "refusal", index, text: "No" }],
      () => [{ kind: "citation", index, citation: { url: "https://example.com" } }],
      () => {
        calls += 1;
        return [
          { kind: "tool_call", index, call, id: `call_${call}`, name: "f" },
          { kind: "tool_arguments", index, call, text: '{"a":' },
          { kind: "tool_arguments", index, call, text: "1}" },
        ];
      },
    ])();
  });
  const start: ChatEvent = { kind: "start", id: "c1", model: "m", createdSeconds: 5 };
  const finish: ChatEvent = { kind: "finish", index, finish: chance.pick(["length", "tool_calls"]) };
  return [start, ...some.flat(), finish, { kind: "usage", usage }, { kind: "end" }];
}

/** Without what a dialect keeps for itself. */
function meaningOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member)));
}

const wantsUsage = '{"model":"m","messages":[{"role":"user"}],"stream":true,"stream_options":{"include_usage":true}}';

describe("by chance", () => {
  const seeds = Array.from({ length: rounds }, (_item, seed) => seed);

  it("requests", () => {
    for (const seed of seeds) {
      const request = makeRequest(chanceFrom(seed));
      const { body, notes } = upstream.encodeRequest(request, { model: "m", quirks: {} });
      const again = client.decodeRequest(client.parseRequest("chat.completions", Buffer.from(body)));
      expect(meaningOf(again), `seed ${seed}`).toEqual(meaningOf(request));
      expect(notes, `seed ${seed}`).toEqual([]);
    }
  });

  it("answers", () => {
    for (const seed of seeds) {
      const result = makeResult(chanceFrom(seed));
      const again = upstream.decodeResult(Buffer.from(client.encodeResult(result)));
      expect(meaningOf(again), `seed ${seed}`).toEqual(meaningOf(result));
    }
  });

  it("streams", () => {
    for (const seed of seeds) {
      const chance = chanceFrom(seed);
      const events = makeEvents(chance);
      const encoder = client.createStreamEncoder(client.parseRequest("chat.completions", Buffer.from(wantsUsage)));
      const bytes = Buffer.from(events.map((event) => encoder.encode(event)).join(""));
      const decoder = upstream.createStreamDecoder();
      const again = [...cutAtRandom(bytes, chance).flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
      expect(collectEvents(again), `seed ${seed}`).toEqual(collectEvents(events));
    }
  });
});
