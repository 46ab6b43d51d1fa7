// Embeddings across the dialects that have them.

import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Operation } from "#operations.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { gemini } from "./index.ts";

const openaiChat = dialects["openai-chat"];
const theirs = { client: known(openaiChat.client.embeddings), upstream: known(openaiChat.upstream.embeddings) };
const edits = { model: "target", quirks: {} };
const line = { model: "gemini-embedding-001", query: "" };

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the dialect has embeddings");
  return value;
}

function parse(operation: Operation, body: object): ParsedRequest {
  return gemini.client.parseRequest(operation, Buffer.from(JSON.stringify(body)), line);
}

function parseOpenai(body: object): ParsedRequest {
  return openaiChat.client.parseRequest("embeddings", Buffer.from(JSON.stringify({ model: "m", ...body })));
}

const content = (...texts: readonly string[]) => ({ parts: texts.map((text) => ({ text })) });

describe("a request of gemini", () => {
  const request = { model: "models/x", content: content("a", "b"), taskType: "CLUSTERING", outputDimensionality: 8 };

  it("for one content or a batch is a list of texts elsewhere", () => {
    const one = gemini.client.embeddings.decodeRequest(parse("embed_content", request));
    const batch = gemini.client.embeddings.decodeRequest(parse("embeddings", { requests: [request, request] }));
    expect(theirs.upstream.encodeRequest(one, edits)).toEqual({
      body: JSON.stringify({ model: "target", input: ["a\nb"], dimensions: 8 }),
      notes: ["task type"],
    });
    expect(batch).toMatchObject({ inputs: ["a\nb", "a\nb"], task: "CLUSTERING", dimensions: 8 });
  });

  it.each([
    [{ requests: [request, { ...request, outputDimensionality: 4 }] }, "requests"],
    [{ requests: [{ content: { parts: [{ inlineData: {} }] } }] }, "requests[0].content.parts"],
  ])("that others cannot be asked for is refused: %j", (body, param) => {
    const read = () => gemini.client.embeddings.decodeRequest(parse("embeddings", body));
    expect(read).toThrow(expect.objectContaining({ code: "invalid_request_error", param }) as Error);
  });

  it("that passes has the target's model in each entry, by whatever name a request may have", () => {
    const edit = (operation: Operation, body: object) =>
      gemini.upstream.editRequest(parse(operation, body), edits).toString();
    const named = { ...request, model: "models/target" };
    expect(JSON.parse(edit("embeddings", { requests: [request, { content: content("x") }] }))).toEqual({
      requests: [named, { content: content("x") }],
    });
    expect(JSON.parse(edit("embed_content", request))).toEqual(named);
    const counted = { generateContentRequest: { model: "models/x", contents: [] }, odd: 1 };
    expect(JSON.parse(edit("count_tokens", counted))).toEqual({
      generateContentRequest: { model: "models/target", contents: [] },
      odd: 1,
    });
  });
});

describe("a request of openai-chat", () => {
  it.each([
    ["a", ["a"]],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [[1, 2], [[1, 2]]],
    [
      [[1], [2, 3]],
      [[1], [2, 3]],
    ],
  ])("with the input %j comes back as it was", (input, inputs) => {
    const body = { model: "target", input, dimensions: 3, user: "u", encoding_format: "base64", odd: 1 };
    const read = theirs.client.decodeRequest(parseOpenai(body));
    expect(read).toMatchObject({ inputs, wantsBase64: true, dimensions: 3 });
    const { body: again, notes } = theirs.upstream.encodeRequest(read, edits);
    expect(JSON.parse(again)).toEqual(body);
    expect(notes).toEqual([]);
  });

  it("is always a batch for gemini, which has no numbers of tokens", () => {
    const read = theirs.client.decodeRequest(parseOpenai({ input: ["a", "b"], dimensions: 3, user: "u", odd: 1 }));
    const { body, notes } = gemini.upstream.embeddings.encodeRequest(read, edits);
    const entry = (text: string) => ({ model: "models/target", content: content(text), outputDimensionality: 3 });
    expect(JSON.parse(body)).toEqual({ requests: [entry("a"), entry("b")] });
    expect(notes).toEqual(["odd", "user"]);
    const tokens = theirs.client.decodeRequest(parseOpenai({ input: [1, 2] }));
    expect(() => gemini.upstream.embeddings.encodeRequest(tokens, edits)).toThrow(GhostError);
  });
});

describe("an answer", () => {
  const vectors = [
    [0.5, -1],
    [2, 0],
  ];
  const usage = { promptTokens: 4, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

  it("of gemini is read, and written for both paths", () => {
    const told = { embeddings: vectors.map((values) => ({ values })), usageMetadata: { promptTokenCount: 4 } };
    const result = gemini.upstream.embeddings.decodeResult(Buffer.from(JSON.stringify(told)));
    expect(result).toEqual({ model: "", vectors, usage });
    if (result === null) return;
    const write = (operation: Operation, body: object): unknown =>
      JSON.parse(gemini.client.embeddings.encodeResult(result, parse(operation, body)));
    expect(write("embeddings", { requests: [{ content: {} }] })).toMatchObject({ embeddings: told.embeddings });
    expect(write("embed_content", { content: {} })).toMatchObject({ embedding: { values: [0.5, -1] } });
  });

  it("of openai-chat is read in its order, from numbers and from base64, and written as it was asked for", () => {
    const base64 = Buffer.from(new Float32Array([2, 0]).buffer).toString("base64");
    const data = [
      { object: "embedding", index: 1, embedding: base64 },
      { object: "embedding", index: 0, embedding: [0.5, -1] },
    ];
    const told = { object: "list", data, model: "m", usage: { prompt_tokens: 4, total_tokens: 4 } };
    const result = theirs.upstream.decodeResult(Buffer.from(JSON.stringify(told)));
    expect(result).toEqual({ model: "m", vectors, usage });
    if (result === null) return;
    const write = (body: object): unknown => JSON.parse(theirs.client.encodeResult(result, parseOpenai(body)));
    expect(write({ input: "x" })).toMatchObject({ data: [{ embedding: [0.5, -1] }, { embedding: [2, 0] }] });
    expect(write({ input: "x", encoding_format: "base64" })).toMatchObject({
      data: [{ index: 0 }, { embedding: base64 }],
    });
  });

  it.each(["{}", "[]", '{"embeddings":[]}', '{"embeddings":[{"values":["a"]}]}', '{"data":[{}]}', '{"data":{}}'])(
    "is none: %s",
    (text) => {
      expect(gemini.upstream.embeddings.decodeResult(Buffer.from(text))).toBeNull();
      expect(theirs.upstream.decodeResult(Buffer.from(text))).toBeNull();
    },
  );
});

describeWithCorpus("recorded embeddings", (corpus) => {
  it("cross to the other dialect and back with every text and every number", () => {
    let checked = 0;
    for (const record of corpus.recorded("google")) {
      const { endpoint, status, path, request_body: written, response_body: answer } = record;
      if (endpoint !== "embeddings" || status !== 200 || !path.endsWith(":batchEmbedContents") || !written) continue;
      const request = gemini.client.embeddings.decodeRequest(parse("embeddings", written));
      const { body } = theirs.upstream.encodeRequest(request, edits);
      const back = theirs.client.decodeRequest(parseOpenai(JSON.parse(body) as object));
      expect(back.inputs, record.id).toEqual(request.inputs);
      const result = gemini.upstream.embeddings.decodeResult(Buffer.from(JSON.stringify(answer)));
      if (result === null) throw new Error(`${record.id} is no answer`);
      const told = theirs.client.encodeResult(result, parseOpenai({ input: "x" }));
      expect(theirs.upstream.decodeResult(Buffer.from(told))?.vectors, record.id).toEqual(result.vectors);
      expect(result.vectors.length, record.id).toBe(request.inputs.length);
      checked += 1;
    }
    expectEnough(corpus, checked, 10);
  });

  it("of OpenAI's dialect are read and come back", () => {
    let checked = 0;
    for (const provider of corpus.providers()) {
      for (const record of corpus.recorded(provider)) {
        const { endpoint, status, family, request_body: written, response_body: answer } = record;
        const isMeant = endpoint === "embeddings" && status === 200 && family.startsWith("OPENAI");
        if (!isMeant || !written || typeof written["model"] !== "string" || written["input"] === undefined) continue;
        const request = theirs.client.decodeRequest(parseOpenai(written));
        const { body, notes } = theirs.upstream.encodeRequest(request, { ...edits, model: request.model });
        expect(JSON.parse(body), record.id).toEqual(written);
        expect(notes, record.id).toEqual([]);
        const result = theirs.upstream.decodeResult(Buffer.from(JSON.stringify(answer)));
        expect(result?.vectors.length, record.id).toBe(request.inputs.length);
        checked += 1;
      }
    }
    expectEnough(corpus, checked, 5);
  });
});
