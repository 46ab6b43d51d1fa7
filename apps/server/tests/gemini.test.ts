// Google's official SDK in front of the gateway: at a vendor of its own dialect, where bytes pass, and at one of another.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import type { GenerateContentResponse } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { readBody } from "./support/stage.ts";

const usage = {
  promptTokenCount: 11,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 7,
  cachedContentTokenCount: 3,
  totalTokenCount: 23,
};
const head = { modelVersion: "gemini-3-pro", responseId: "r-1" };
const seal = "CtwBAb4-9vtnKg==";
const parts = [
  { text: "Which harbour?", thought: true },
  { text: "At seven." },
  { functionCall: { name: "tide", args: { place: "Husum", hours: [6, 12] } }, thoughtSignature: seal },
];
const answer = { candidates: [{ content: { parts, role: "model" }, finishReason: "STOP", index: 0 }], ...head };

function event(fields: object): string {
  return `data: ${JSON.stringify({ ...fields, ...head })}\r\n\r\n`;
}

function chunk(part: object, more: object = {}): object {
  return { candidates: [{ content: { parts: [part], role: "model" }, index: 0, ...more }] };
}

const stream = [
  ...parts.map((part) => event(chunk(part))),
  event({ ...chunk({ text: "" }, { finishReason: "STOP" }), usageMetadata: usage }),
].join("");

async function collect(pieces: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const all: GenerateContentResponse[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

function partsOf(answers: readonly GenerateContentResponse[]) {
  return answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
}

let upstream: FakeUpstream;
let gateway: TestGateway;
let genai: GoogleGenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const straight = makeTarget(makeProvider("google", upstream.url), "gemini-3-pro");
  const across = makeTarget(makeProvider("openai", `${upstream.url}/v1`), "gpt-test");
  gateway = await startGateway(makeSnapshot({ targets: [straight, across] }));
  genai = new GoogleGenAI({ apiKey: testKey, httpOptions: { baseUrl: gateway.url } });
});

beforeEach(() => upstream.clear());

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe.each(["v1", "v1beta", "v1alpha", "v1beta1"])("the API in its version %s", (version) => {
  const ask = (path: string, body: object) =>
    fetch(`${gateway.url}/${version}/${path}`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const contents = [{ role: "user", parts: [{ text: "When?" }] }];

  it.each(["models/gemini-3-pro", "publishers/google/models/gemini-3-pro"])("is answered for %s", async (model) => {
    upstream.script({ kind: "answer", body: { ...answer, usageMetadata: usage } });
    expect(await (await ask(`${model}:generateContent`, { contents })).json()).toMatchObject(answer);
    upstream.script({ kind: "raw", text: stream, headers: { "content-type": "text/event-stream" } });
    expect(await (await ask(`${model}:streamGenerateContent?alt=sse`, { contents })).text()).toBe(stream);
    upstream.script({ kind: "answer", body: { totalTokens: 7 } });
    expect(await (await ask(`${model}:countTokens`, { contents })).json()).toEqual({ totalTokens: 7 });
    upstream.script({ kind: "answer", body: { embedding: { values: [0.5] } } });
    const embedded = await ask(`${model}:embedContent`, { content: contents[0] });
    expect(await embedded.json()).toMatchObject({ embedding: { values: [0.5] } });
    upstream.script({ kind: "answer", body: { embeddings: [{ values: [0.5] }] } });
    const batch = await ask(`${model}:batchEmbedContents`, { requests: [{ content: contents[0] }] });
    expect(await batch.json()).toMatchObject({ embeddings: [{ values: [0.5] }] });
    expect(new Set(upstream.received.map(({ path }) => path.split(":")[0]))).toEqual(
      new Set(["/v1beta/models/gemini-3-pro"]),
    );
  });

  it("fails in its own form", async () => {
    const missing = await ask("models/nothing:generateContent", { contents });
    expect(await missing.json()).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
    const faulty = await ask("models/gemini-3-pro:generateContent", { contents: 5 });
    expect(await faulty.json()).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT" } });
  });
});

describe("the SDK at its own vendor", () => {
  const request = { model: "gemini-3-pro", contents: "When?" };

  it("reads an answer with thoughts, words and calls, which is charged as it was told", async () => {
    upstream.script({ kind: "answer", body: { ...answer, usageMetadata: usage } });
    const told = await genai.models.generateContent({ ...request, config: { maxOutputTokens: 9 } });
    expect(told.text).toBe("At seven.");
    expect(told.candidates?.[0]?.content?.parts).toEqual(parts);
    const [received] = upstream.received;
    expect(received?.path).toBe("/v1beta/models/gemini-3-pro:generateContent");
    expect(received?.headers["x-goog-api-key"]).toBe("sk-vendor-credential");
    expect(received?.json()).toEqual({
      contents: [{ parts: [{ text: "When?" }], role: "user" }],
      generationConfig: { maxOutputTokens: 9 },
    });
    const counts = { promptTokens: 11, completionTokens: 12, reasoningTokens: 7, cachedTokens: 3 };
    expect(gateway.records.at(-1)).toMatchObject({ status: "ok", estimated: false, ...counts });
  });

  it.each([undefined, 7])("reads a stream (pieces of %s bytes), which passes as it came", async (writeBytes) => {
    upstream.script({ kind: "raw", text: stream, ...(writeBytes && { writeBytes }) });
    const told = await collect(await genai.models.generateContentStream(request));
    expect(partsOf(told)).toEqual([...parts, { text: "" }]);
    expect(upstream.received[0]?.path).toBe("/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse");
    expect(gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 11, completionTokens: 12 });
  });

  it("finds a model with its provider's name on the path of clients that then write no `models/`", async () => {
    upstream.script({ kind: "answer", body: { ...answer, usageMetadata: usage } });
    const response = await fetch(`${gateway.url}/v1beta/google/gemini-3-pro:generateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey, "content-type": "application/json" },
      body: JSON.stringify({ contents: [{ role: "user", parts: [{ text: "When?" }] }] }),
    });
    expect(response.status).toBe(200);
    expect(upstream.received[0]?.path).toBe("/v1beta/models/gemini-3-pro:generateContent");
  });

  it("without `alt=sse` a stream is one JSON array", async () => {
    upstream.script({ kind: "raw", text: stream, perEvent: true });
    const plain = await fetch(`${gateway.url}/v1beta/models/gemini-3-pro:streamGenerateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey },
      body: JSON.stringify({ contents: [{ parts: [{ text: "When?" }] }] }),
    });
    expect(plain.headers.get("content-type")).toBe("application/json");
    const list = (await plain.json()) as GenerateContentResponse[];
    expect(partsOf(list)).toEqual([...parts, { text: "" }]);
    expect(upstream.received[0]?.path).toContain("alt=sse");
    expect(gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 11, completionTokens: 12 });
  });

  it("an array that breaks off is no whole document", async () => {
    upstream.script({ kind: "cut", after: { chunks: 2 }, of: { kind: "raw", text: stream, perEvent: true } });
    const broken = await fetch(`${gateway.url}/v1beta/models/gemini-3-pro:streamGenerateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey },
      body: JSON.stringify({ contents: [{ parts: [{ text: "When?" }] }] }),
    });
    await expect(broken.text()).rejects.toThrow();
    expect(gateway.records.at(-1)).toMatchObject({ status: "error", estimated: true });
  });

  it("a stream that breaks off ends with an error that the SDK raises", async () => {
    upstream.script({ kind: "cut", after: { chunks: 2 }, of: { kind: "raw", text: stream, perEvent: true } });
    const pieces = genai.models.generateContentStream(request);
    await expect(pieces.then(collect)).rejects.toThrow(ApiError);
  });

  it("a vendor's refusal passes, and its body tells when to come back", async () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }];
    const body = { error: { code: 429, message: "Quota exceeded.", status: "RESOURCE_EXHAUSTED", details } };
    upstream.script([
      { kind: "answer", status: 429, body },
      { kind: "answer", status: 429, body },
      { kind: "answer", status: 429, body },
    ]);
    const refused = await fetch(`${gateway.url}/v1beta/models/gemini-3-pro:generateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey },
      body: JSON.stringify({ contents: [{ parts: [{ text: "When?" }] }] }),
    });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("35");
    expect(await refused.json()).toEqual(body);
  });

  it("counts tokens at no cost, and embeds on the paths that it asked for", async () => {
    upstream.script({ kind: "answer", body: { totalTokens: 8 } });
    expect(await genai.models.countTokens(request)).toMatchObject({ totalTokens: 8 });
    expect(upstream.received[0]?.path).toBe("/v1beta/models/gemini-3-pro:countTokens");
    expect(gateway.records.at(-1)).toMatchObject({ promptTokens: 0, completionTokens: 0, estimated: false });

    upstream.clear();
    upstream.script({ kind: "answer", body: { embeddings: [{ values: [0.5, -1] }] } });
    const told = await genai.models.embedContent({ ...request, config: { taskType: "RETRIEVAL_QUERY" } });
    expect(told.embeddings?.[0]?.values).toEqual([0.5, -1]);
    expect(upstream.received[0]?.path).toBe("/v1beta/models/gemini-3-pro:batchEmbedContents");

    upstream.clear();
    upstream.script({ kind: "answer", body: { embedding: { values: [2] } } });
    await fetch(`${gateway.url}/v1beta/models/gemini-3-pro:embedContent`, {
      method: "POST",
      headers: { "x-goog-api-key": testKey },
      body: JSON.stringify({ content: { parts: [{ text: "x" }] } }),
    });
    expect(upstream.received[0]?.path).toBe("/v1beta/models/gemini-3-pro:embedContent");
  });
});

describe("the SDK at a vendor of another dialect", () => {
  const request = { model: "gpt-test", contents: "When?" };

  it("reads words, calls and thoughts, and asks for all it can", async () => {
    const toolCalls = [
      { name: "tide", arguments: { place: "Husum" } },
      { name: "wind", arguments: {} },
    ];
    upstream.script({ kind: "chat", text: "At seven.", reasoning: "Which harbour?", toolCalls });
    const declaration = { name: "tide", parametersJsonSchema: { type: "object", properties: { place: {} } } };
    const told = await genai.models.generateContent({
      ...request,
      config: {
        systemInstruction: "Be brief.",
        tools: [{ functionDeclarations: [declaration] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
      },
    });
    expect(told.text).toBe("At seven.");
    expect(told.functionCalls).toMatchObject([
      { name: "tide", args: { place: "Husum" } },
      { name: "wind", args: {} },
    ]);
    expect(told.functionCalls?.every(({ id }) => typeof id === "string" && id !== "")).toBe(true);
    expect(told.candidates?.[0]).toMatchObject({ finishReason: "STOP" });
    expect(upstream.received[0]?.json()).toMatchObject({
      messages: [{ content: "Be brief." }, { role: "user", content: "When?" }],
      tools: [{ function: { name: "tide", parameters: declaration.parametersJsonSchema } }],
      tool_choice: "required",
    });
  });

  it("reads a stream, in which each call is one part", async () => {
    const toolCalls = [
      { name: "tide", arguments: { place: "Husum", hours: [6, 12] } },
      { name: "wind", arguments: { from: "west" } },
    ];
    upstream.script({ kind: "chat", text: "At seven.", reasoning: "Which harbour?", toolCalls });
    const told = await collect(await genai.models.generateContentStream(request));
    const all = partsOf(told);
    expect(all.map((part) => (part.thought ? part.text : "")).join("")).toBe("Which harbour?");
    expect(all.map((part) => (part.thought ? "" : (part.text ?? ""))).join("")).toBe("At seven.");
    const calls = all.flatMap(({ functionCall }) => functionCall ?? []);
    expect(calls.map(({ name, args }) => ({ name, arguments: args }))).toEqual(toolCalls);
    const last = told.at(-1);
    expect(last?.candidates?.[0]?.finishReason).toBe("STOP");
    const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = last?.usageMetadata ?? {};
    expect(candidatesTokenCount).toBeGreaterThan(0);
    expect(last?.usageMetadata?.totalTokenCount).toBe(promptTokenCount + candidatesTokenCount + thoughtsTokenCount);
  });

  it("reads a stream as an array, also one that the vendor ends with an error", async () => {
    const ask = () =>
      fetch(`${gateway.url}/v1/models/gpt-test:streamGenerateContent`, {
        method: "POST",
        headers: { "x-goog-api-key": testKey },
        body: JSON.stringify({ contents: [{ parts: [{ text: "When?" }] }] }),
      });
    upstream.script({ kind: "chat", text: "At seven sharp." });
    const told = (await (await ask()).json()) as GenerateContentResponse[];
    expect(
      partsOf(told)
        .map(({ text }) => text)
        .join(""),
    ).toBe("At seven sharp.");
    upstream.script({ kind: "chat", text: "At seven sharp.", errorAfterChunks: 1 });
    const { text, isCut } = await readBody(await ask());
    const failed = JSON.parse(text) as object[];
    expect(isCut).toBe(true);
    expect(failed.at(-1)).toMatchObject({
      error: { code: expect.any(Number) as number, status: expect.any(String) as string },
    });
  });

  it("raises errors of ours by their status", async () => {
    const refusal = (ask: Promise<unknown>) =>
      ask.then(
        () => null,
        (error: unknown) => error as ApiError,
      );
    const stranger = new GoogleGenAI({ apiKey: "gk-unknown", httpOptions: { baseUrl: gateway.url } });
    expect((await refusal(stranger.models.generateContent(request)))?.status).toBe(401);
    const unknown = await refusal(genai.models.generateContent({ ...request, model: "nobody-has-it" }));
    expect(unknown?.status).toBe(404);
    expect(JSON.parse(unknown?.message ?? "")).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
    expect((await genai.models.countTokens(request)).totalTokens).toBeGreaterThan(0);
  });

  it("embeds texts", async () => {
    const data = [
      { object: "embedding", index: 1, embedding: [3, 4] },
      { object: "embedding", index: 0, embedding: [1, 2] },
    ];
    const body = { object: "list", data, model: "gpt-test", usage: { prompt_tokens: 4, total_tokens: 4 } };
    upstream.script({ kind: "answer", body });
    const told = await genai.models.embedContent({
      model: "gpt-test",
      contents: ["one", "two"],
      config: { outputDimensionality: 2 },
    });
    expect(told.embeddings?.map(({ values }) => values)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(upstream.received[0]?.json()).toEqual({ model: "gpt-test", input: ["one", "two"], dimensions: 2 });
    expect(gateway.records.at(-1)).toMatchObject({ promptTokens: 4, completionTokens: 0 });
  });
});

describe("the OpenAI SDK at Google", () => {
  it("gets thoughts, words and calls whose seal comes back with the history", async () => {
    const openai = new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    upstream.script({ kind: "raw", text: stream });
    const ask = { model: "gemini-3-pro", messages: [{ role: "user" as const, content: "When?" }] };
    const told = await openai.chat.completions.stream(ask).finalChatCompletion();
    const message = told.choices[0]?.message;
    expect(message?.content).toBe("At seven.");
    expect(told.choices[0]?.finish_reason).toBe("tool_calls");
    const [call] = message?.tool_calls ?? [];
    expect(call).toMatchObject({ function: { name: "tide", arguments: '{"place":"Husum","hours":[6,12]}' } });

    upstream.clear();
    upstream.script({ kind: "answer", body: { ...answer, usageMetadata: usage } });
    const whole = await openai.chat.completions.create({ ...ask, reasoning_effort: "low" });
    const [sealed] = whole.choices[0]?.message.tool_calls ?? [];
    upstream.script({ kind: "answer", body: { ...answer, usageMetadata: usage } });
    await openai.chat.completions.create({
      ...ask,
      messages: [
        ...ask.messages,
        { role: "assistant", content: "At seven.", ...(sealed && { tool_calls: [sealed] }) },
        { role: "tool", tool_call_id: sealed?.id ?? "", content: "high" },
      ],
    });
    const [first, second] = upstream.received.map((received) => received.json());
    expect(first).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingLevel: "LOW", includeThoughts: true } },
    });
    expect(second).toMatchObject({
      contents: [
        { role: "user" },
        { role: "model", parts: [{ text: "At seven." }, { functionCall: { name: "tide" }, thoughtSignature: seal }] },
        { role: "user", parts: [{ functionResponse: { name: "tide", response: { result: "high" } } }] },
      ],
    });
  });

  it("gets vectors as numbers and in base64", async () => {
    const openai = new OpenAI({ apiKey: testKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    for (const format of ["float", "base64"] as const) {
      upstream.script({ kind: "answer", body: { embeddings: [{ values: [0.5, -1.25] }] } });
      const told = await openai.embeddings.create({ model: "gemini-3-pro", input: "x", encoding_format: format });
      const vector: unknown = told.data[0]?.embedding;
      const bytes = typeof vector === "string" ? Buffer.from(vector, "base64") : null;
      expect(bytes === null ? vector : [bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([0.5, -1.25]);
    }
    await expect(openai.embeddings.create({ model: "gemini-3-pro", input: [1, 2] })).rejects.toThrow(/texts/);
  });
});
