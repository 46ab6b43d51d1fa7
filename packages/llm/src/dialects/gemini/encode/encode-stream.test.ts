import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import type { ChatEvent, ChatResult } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import { gemini } from "#dialects/gemini/index.ts";

/** Goes with a call, for clients that drop its id. */
function sealedId(id: string): string {
  return Buffer.from(`ghostllm.call.${id}`).toString("base64");
}

const { client } = gemini;
const start: ChatEvent = { kind: "start", id: "r1", model: "m", createdSeconds: 5 };
const head = { modelVersion: "m", responseId: "r1", createTime: "1970-01-01T00:00:05.000Z" };

function write(events: readonly ChatEvent[], query = "alt=sse"): string {
  const encoder = client.createStreamEncoder({ query });
  return events.map((event) => encoder.encode(event)).join("");
}

function read(text: string): readonly unknown[] {
  return text.split("\r\n\r\n").flatMap((frame) => (frame === "" ? [] : [parseJson(frame.replace(/^data: /, ""))]));
}

const told = (parts: readonly object[], more: object = {}, answer: object = {}) => ({
  candidates: [{ content: { parts, role: "model" }, index: 0, ...more }],
  ...answer,
  ...head,
});
const call = (index: number, name: string): ChatEvent => ({
  kind: "tool_call",
  index: 0,
  call: index,
  id: `id${index}`,
  name,
});
const args = (index: number, text: string): ChatEvent => ({ kind: "tool_arguments", index: 0, call: index, text });
const text = (words: string): ChatEvent => ({ kind: "text", index: 0, text: words });
const finish: ChatEvent = { kind: "finish", index: 0, finish: "tool_calls" };
const end: ChatEvent = { kind: "end" };

describe("a stream for a client", () => {
  it("has each call in one part, however its pieces came, and before what follows it", () => {
    const events = [start, call(0, "f"), call(1, "g"), args(1, "{"), args(0, '{"a":'), args(0, "1}"), args(1, "}")];
    expect(read(write([...events, text("so"), finish, end]))).toEqual([
      told([
        { functionCall: { id: "id0", name: "f", args: { a: 1 } }, thoughtSignature: sealedId("id0") },
        { functionCall: { id: "id1", name: "g", args: {} }, thoughtSignature: sealedId("id1") },
      ]),
      told([{ text: "so" }]),
      told([{ text: "" }], { finishReason: "STOP" }),
    ]);
  });

  it("loses no call that was cut off", () => {
    const events: ChatEvent[] = [start, call(0, "f"), args(0, '{"a'), text("so"), { ...finish, finish: "length" }, end];
    expect(read(write(events))).toEqual([
      told([{ text: "so" }]),
      told([{ functionCall: { id: "id0", name: "f", args: { arguments: '{"a' } }, thoughtSignature: sealedId("id0") }]),
      told([{ text: "" }], { finishReason: "MAX_TOKENS" }),
    ]);
  });

  it("tells thoughts, seals, sources, tokens and counts", () => {
    const seal = { by: "anthropic-messages", value: "c2ln" };
    const usage = {
      promptTokens: 9,
      completionTokens: 8,
      cachedTokens: 2,
      reasoningTokens: 3,
      audioCompletionTokens: 1,
    };
    const events: ChatEvent[] = [
      start,
      { kind: "reasoning", index: 0, text: "hm" },
      { kind: "reasoning_signature", index: 0, signature: seal },
      text("Grüße"),
      { kind: "logprobs", index: 0, logprobs: { content: [{ token: "G", logprob: -1, top_logprobs: [] }] } },
      { kind: "citation", index: 0, citation: { url: "https://a", title: "t", startIndex: 2, endIndex: 4 } },
      { kind: "usage", usage },
      { kind: "service_tier", serviceTier: "priority" },
      end,
    ];
    const chunks = read(write(events));
    const thoughtSignature = Buffer.from("ghostllm.anthropic-messages.c2ln").toString("base64");
    expect(chunks.slice(0, 4)).toEqual([
      told([{ text: "hm", thought: true }]),
      told([{ text: "", thoughtSignature }]),
      told([{ text: "Grüße" }]),
      {
        candidates: [
          {
            index: 0,
            logprobsResult: {
              chosenCandidates: [{ token: "G", logProbability: -1 }],
              topCandidates: [{ candidates: [] }],
            },
          },
        ],
        ...head,
      },
    ]);
    expect(chunks[4]).toMatchObject({
      candidates: [
        {
          finishReason: "STOP",
          groundingMetadata: {
            groundingChunks: [{ web: { uri: "https://a", title: "t" } }],
            groundingSupports: [{ segment: { startIndex: 2, endIndex: 6, text: "üß" }, groundingChunkIndices: [0] }],
          },
        },
      ],
      usageMetadata: {
        promptTokenCount: 9,
        candidatesTokenCount: 5,
        thoughtsTokenCount: 3,
        cachedContentTokenCount: 2,
        totalTokenCount: 17,
        candidatesTokensDetails: [
          { modality: "TEXT", tokenCount: 4 },
          { modality: "AUDIO", tokenCount: 1 },
        ],
        serviceTier: "priority",
      },
    });
  });

  it("is one array for who does not ask for events", () => {
    expect(JSON.parse(write([start, text("a"), text("b"), finish, end], ""))).toHaveLength(3);
    const failed = JSON.parse(write([start, text("a"), { kind: "error", message: "no", code: "UNAVAILABLE" }], "x=1"));
    expect(failed).toEqual([told([{ text: "a" }]), { error: { code: 503, message: "no", status: "UNAVAILABLE" } }]);
    expect(client.createStreamEncoder({ query: "" })).toMatchObject({
      contentType: "application/json",
      isDocument: true,
    });
  });

  it("ends with an error as the vendor writes it", () => {
    const overloaded: ChatEvent = { kind: "error", message: "busy", code: "overloaded_error" };
    expect(read(write([start, overloaded]))).toEqual([
      { error: { code: 503, message: "busy", status: "UNAVAILABLE" } },
    ]);
  });
});

describe("a whole answer for a client", () => {
  it("has what the other dialect told", () => {
    const result: ChatResult = {
      id: "r1",
      model: "m",
      createdSeconds: 5,
      usage: { promptTokens: 1, completionTokens: 2, cachedTokens: 0, reasoningTokens: 0 },
      choices: [
        {
          index: 0,
          finish: null,
          content: [
            { kind: "reasoning", text: "hm" },
            { kind: "text", text: "Grüße", citations: [{ url: "https://a", startIndex: 2, endIndex: 4 }] },
            { kind: "refusal", text: "No." },
            { kind: "tool_call", id: "i", name: "f", argumentsText: "" },
            { kind: "image", source: { kind: "data", mediaType: "image/png", base64: "aGk=" } },
          ],
        },
      ],
    };
    expect(JSON.parse(client.encodeResult(result))).toEqual({
      candidates: [
        {
          content: {
            parts: [
              { text: "hm", thought: true },
              { text: "Grüße" },
              { text: "No." },
              { functionCall: { id: "i", name: "f", args: {} }, thoughtSignature: sealedId("i") },
              { inlineData: { mimeType: "image/png", data: "aGk=" } },
            ],
            role: "model",
          },
          finishReason: "STOP",
          index: 0,
          groundingMetadata: {
            groundingChunks: [{ web: { uri: "https://a" } }],
            groundingSupports: [{ segment: { startIndex: 2, endIndex: 6, text: "üß" }, groundingChunkIndices: [0] }],
          },
        },
      ],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
      ...head,
    });
  });
});

describe("errors of ours", () => {
  it("have the vendor's form, with the field and when to come back", () => {
    const error = new GhostError("rate_limit_exceeded", "Slow down.", { retryAfterSeconds: 7, param: "model" });
    expect(JSON.parse(client.encodeError(error))).toEqual({
      error: {
        code: 429,
        message: "Slow down.",
        status: "RESOURCE_EXHAUSTED",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "RATE_LIMIT_EXCEEDED",
            domain: "ghostllm",
          },
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: "model", description: "Slow down." }],
          },
          { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" },
        ],
      },
    });
  });
});
