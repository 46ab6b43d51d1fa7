import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Operation } from "#operations.ts";
import { gemini } from "#dialects/gemini/index.ts";

const line = { model: "gemini-x", query: "alt=sse", stream: true };

function parse(body: object | string, change: Partial<typeof line> = {}, operation: Operation = "chat.completions") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return gemini.client.parseRequest(operation, Buffer.from(text), { ...line, ...change });
}

const contents = [{ parts: [{ text: "Hello" }] }];

describe("a request", () => {
  it("has its model, its stream and its query from the line, and its limits from the body", () => {
    const generation_config = { max_output_tokens: 7, candidateCount: 2 };
    expect(parse({ contents, generation_config }, { model: "models/gemini-x" })).toMatchObject({
      model: "gemini-x",
      stream: true,
      query: "alt=sse",
      maxOutputTokens: 7,
      answers: 2,
      wantsStreamUsage: true,
    });
    expect(parse({ contents })).toMatchObject({ maxOutputTokens: null, answers: 1 });
    expect(parse({}, {}, "count_tokens")).toMatchObject({ promptTokensEstimate: 0, maxOutputTokens: 0, answers: 0 });
  });

  it.each([
    ["{", undefined],
    [{ contents: [] }, "contents"],
    [{ contents: [1] }, "contents[0]"],
    [{ contents: [{ parts: ["x"] }] }, "contents[0].parts[0]"],
    [{ contents, systemInstruction: "x" }, "systemInstruction"],
    [{ contents, generation_config: { maxOutputTokens: -1 } }, "generationConfig.maxOutputTokens"],
    [{ contents, tools: "x" }, "tools"],
    [{ contents, generationConfig: { candidateCount: "0" } }, "generationConfig.candidateCount"],
  ])("that is none is refused with the path of the fault: %j", (body, param) => {
    const fault = { code: "invalid_request_error", param };
    expect(() => parse(body)).toThrow(expect.objectContaining(fault) as Error);
  });

  it.each(["", "models/", "\ud800"])("needs the name of a model: %j", (model) => {
    expect(() => parse({ contents }, { model })).toThrow(GhostError);
  });

  it("may have objects for lists of one, and texts for numbers, as the vendor takes them", () => {
    const written = {
      system_instruction: { parts: { text: "Be a cat." } },
      contents: { role: "user", parts: { text: "Hello there" } },
      tools: { functionDeclarations: [{ name: "f" }] },
      generationConfig: { maxOutputTokens: "12" },
    };
    const request = parse(written);
    expect(request.maxOutputTokens).toBe(12);
    const meant = gemini.client.decodeRequest(request);
    expect(meant.messages).toMatchObject([
      { content: [{ text: "Be a cat." }] },
      { content: [{ text: "Hello there" }] },
    ]);
    expect(meant).toMatchObject({ tools: [{ name: "f" }], maxOutputTokens: 12 });
    const { body } = gemini.upstream.encodeRequest(meant, { model: "gemini-x", quirks: {} });
    expect(JSON.parse(body)).toEqual(written);
    expect(gemini.client.readPromptText(JSON.stringify(written))).toContain("Be a cat.\n\nHello there");
  });

  it("of any size is estimated by its words, and by its media as such", () => {
    const words = parse({
      contents: [{ parts: [{ text: "x".repeat(60_000) }] }],
      generationConfig: { maxOutputTokens: 5 },
    });
    expect(words.maxOutputTokens).toBe(5);
    expect(words.promptTokensEstimate).toBeGreaterThan(20_000);
    const media = (mimeType: string): ParsedRequest =>
      parse({ contents: [{ parts: [{ inlineData: { mimeType, data: "A".repeat(600_000) } }] }] });
    expect(media("image/png").promptTokensEstimate).toBeLessThan(1_300);
    expect(media("video/mp4").promptTokensEstimate).toBeGreaterThan(20_000);
  });

  it("passes as it is, but with a key twice as the parser sees it", () => {
    const edits = { model: "other", quirks: {} };
    const request = parse({ contents });
    expect(gemini.upstream.editRequest(request, edits)).toBe(request.body);
    const twice = parse('{"generationConfig":{"maxOutputTokens":1},"contents":[{}],"generationConfig":{}}');
    expect(gemini.upstream.editRequest(twice, edits)).toBe('{"generationConfig":{},"contents":[{}]}');
  });
});

describe("a request for a vendor of another dialect", () => {
  it("goes without what that cannot express, each noted by its name", () => {
    const request = parse({
      contents: [{ parts: [{ text: "x" }, { executableCode: { code: "1" } }] }],
      tools: [{ googleSearch: {} }],
      generationConfig: {
        responseModalities: ["AUDIO"],
        speechConfig: {},
        topK: 3,
        thinkingConfig: { thinkingBudget: -1 },
      },
      safetySettings: [{}],
      labels: { a: "b" },
    });
    const { body, notes } = dialects["openai-chat"].upstream.encodeRequest(gemini.client.decodeRequest(request), {
      model: "m",
      quirks: {},
    });
    expect(JSON.parse(body)).toMatchObject({ model: "m", messages: [{ role: "user", content: "x" }], stream: true });
    const lacks = [
      "executableCode",
      "googleSearch",
      "responseModalities",
      "speechConfig",
      "top_k",
      "safetySettings",
      "labels",
    ];
    expect(notes.toSorted()).toEqual(lacks.toSorted());
  });
});

describe("a stream that passes", () => {
  const event = (fields: object): string => `data: ${JSON.stringify(fields)}\r\n\r\n`;

  it("tells its failure, and its usage where only one event has it", () => {
    const tap = gemini.upstream.createStreamTap({ query: "alt=sse" });
    tap.push(Buffer.from(event({ usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } })));
    tap.push(Buffer.from(event({ usageMetadata: { trafficType: "ON_DEMAND" } })));
    tap.push(Buffer.from(event({ error: { code: 503, message: "busy" } })));
    expect(tap).toMatchObject({
      usage: { promptTokens: 3 },
      failure: { message: "busy" },
      isEventStream: true,
      ended: false,
    });
    expect(tap.contentType).toBeUndefined();
  });

  it("is nothing where the vendor sent nothing", () => {
    const tap = gemini.upstream.createStreamTap({ query: "" });
    expect([tap.push(Buffer.from(": ping\n\n")), tap.flush(), tap.flush()]).toEqual([null, null, null]);
  });
});
