// What is Amazon's own in the behaviour of the gateway: signatures, binary streams, errors named by a header. All else is
// proved once, for every provider, in its suites.

import { createHash, createHmac } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import { encodeEventChunk, encodeEventMessage, startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ReceivedRequest } from "@ghostllm/fake-upstream";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { postJson, readBody, waitFor } from "./support/stage.ts";

const nova = "eu.amazon.nova-lite-v1:0";
const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const keyId = "AKIAIOSFODNN7EXAMPLE";
const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const eventStream = { "content-type": "application/vnd.amazon.eventstream" };
const chatPath = "/v1/chat/completions";
const messages = [{ role: "user" as const, content: "When?" }];
const words = ["The harbour ", "opens at ", "seven."];

/** As an answer of Amazon's, in pieces that cut its messages. */
function streamOf(...frames: readonly Buffer[]) {
  const base64 = Buffer.concat(frames).toString("base64");
  return { kind: "raw", base64, headers: eventStream, writeBytes: 37 } as const;
}

const converseStart = encodeEventMessage("messageStart", { role: "assistant" });
const converseDeltas = words.map((text) =>
  encodeEventMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
);
const usage = { inputTokens: 7, outputTokens: 9, totalTokens: 16, cacheReadInputTokens: 100, cacheWriteInputTokens: 0 };
const converseStream = streamOf(
  converseStart,
  ...converseDeltas,
  encodeEventMessage("contentBlockStop", { contentBlockIndex: 0 }),
  encodeEventMessage("messageStop", { stopReason: "end_turn" }),
  encodeEventMessage("metadata", { usage, metrics: { latencyMs: 5 } }),
);

const message = {
  id: "msg_bdrk_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 7, output_tokens: 1 },
};
const claudeEvents = [
  { type: "message_start", message },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...words.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: "message_stop", "amazon-bedrock-invocationMetrics": { inputTokenCount: 7 } },
];
const claudeStream = streamOf(...claudeEvents.map(encodeEventChunk));
const claudeAnswer = { ...message, content: [{ type: "text", text: "Seven." }], stop_reason: "end_turn" };

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What Amazon computes of a request that came, from what is on the wire alone. */
function expectedSignature({ method, path, headers, body }: ReceivedRequest, region: string): string {
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const encodedAgain = path.replaceAll(
    /[^A-Za-z0-9\-._~/]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = `${method}\n${encodedAgain}\n\n${lines.join("")}\n${signed}\n${sha256(body)}`;
  const time = String(headers["x-amz-date"]);
  const day = time.slice(0, 8);
  const text = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/bedrock/aws4_request\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${secretKey}`, day), region), "bedrock"), "aws4_request");
  return hmac(key, text).toString("hex");
}

describe("Amazon Bedrock", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  let anthropic: Anthropic;
  let openai: OpenAI;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const provider = makeProvider("bedrock", upstream.url, {
      credential: new Secret(`${keyId}:${secretKey}:session/token=`),
      settings: { region: "eu-west-1" },
    });
    const withApiKey = makeProvider("bedrock", upstream.url, {
      name: "with-api-key",
      credential: new Secret("ABSKQmVkcm9ja0FQSUtleQ=="),
      settings: { region: "eu-west-1" },
    });
    const targets = [makeTarget(provider, nova), makeTarget(provider, claude), makeTarget(withApiKey, "amazon.other")];
    gateway = await startGateway(makeSnapshot({ targets }));
    anthropic = new Anthropic({ baseURL: gateway.url, apiKey: testKey, maxRetries: 0 });
    openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: testKey, maxRetries: 0 });
  });

  beforeEach(() => {
    upstream.clear();
    (gateway.records as unknown[]).length = 0;
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const ask = (model: string, more: object = {}) => postJson(gateway.url + chatPath, { model, messages, ...more });

  describe("requests", () => {
    it("are signed, so that Amazon comes to the same signature", async () => {
      upstream.script(converseStream);
      await (await ask(nova, { stream: true, user: "ü" })).text();
      const [received] = upstream.received;
      if (received === undefined) throw new Error("nothing came");
      expect(received.path).toBe("/model/eu.amazon.nova-lite-v1%3A0/converse-stream");
      expect(received.headers["x-amz-security-token"]).toBe("session/token=");
      const { authorization = "" } = received.headers;
      expect(authorization).toMatch(
        new RegExp(
          `^AWS4-HMAC-SHA256 Credential=${keyId}/\\d{8}/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;`,
        ),
      );
      expect(authorization).toContain(`Signature=${expectedSignature(received, "eu-west-1")}`);
      expect(received.headers["x-amz-date"]).toMatch(/^\d{8}T\d{6}Z$/);
    });

    it("carry an API key as it is", async () => {
      upstream.script(converseStream);
      await (await ask("amazon.other", { stream: true })).text();
      expect(upstream.received[0]?.headers.authorization).toBe("Bearer ABSKQmVkcm9ja0FQSUtleQ==");
      expect(upstream.received[0]?.headers).not.toHaveProperty("x-amz-date");
    });

    it("of Anthropic's dialect for Claude stay as they were written, but for what the path tells", async () => {
      upstream.script({ kind: "answer", body: claudeAnswer });
      const written = `{ "model": "${claude}", "max_tokens": 1.0e2, "messages": [ {"role":"user","content":"When?"} ], "x": 12345678901234567890, "stream": false }`;
      const headers = {
        "anthropic-beta": "context-1m-2025-08-07, interleaved-thinking-2025-05-14",
        "anthropic-version": "2026-10-21",
      };
      const response = await postJson(`${gateway.url}/v1/messages`, written, { headers });
      expect(await response.json()).toEqual(claudeAnswer);
      const [received] = upstream.received;
      expect(received?.path).toBe(`/model/${encodeURIComponent(claude)}/invoke`);
      for (const header of Object.keys(headers)) expect(received?.headers).not.toHaveProperty(header);
      expect(received?.text).toBe(
        '{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["context-1m-2025-08-07","interleaved-thinking-2025-05-14"],' +
          '"max_tokens":1.0e2,"messages":[ {"role":"user","content":"When?"} ],"x":12345678901234567890}',
      );
      expect(gateway.records[0]).toMatchObject({ status: "ok", promptTokens: 7, completionTokens: 1 });
    });

    it("of OpenAI's dialect reach Claude in its own, and other models in Amazon's", async () => {
      upstream.script([
        { kind: "answer", body: claudeAnswer },
        {
          kind: "answer",
          body: {
            output: { message: { role: "assistant", content: [{ text: "Seven." }] } },
            stopReason: "end_turn",
            usage,
          },
        },
      ]);
      const [own, amazons] = [await ask(claude, { max_tokens: 9 }), await ask(nova, { max_tokens: 9 })];
      expect(upstream.received.map((request) => request.json())).toEqual([
        { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages },
        { messages: [{ role: "user", content: [{ text: "When?" }] }], inferenceConfig: { maxTokens: 9 } },
      ]);
      expect(await own.json()).toMatchObject({ choices: [{ message: { content: "Seven." } }] });
      // Amazon tells no model.
      expect(await amazons.json()).toMatchObject({ model: nova, choices: [{ message: { content: "Seven." } }] });
      expect(gateway.records[1]).toMatchObject({ promptTokens: 107, cachedTokens: 100, completionTokens: 9 });
    });
  });

  describe("streams", () => {
    it.each([
      ["Amazon's", nova, converseStream],
      ["Anthropic's own within Amazon's", claude, claudeStream],
    ])("%s are read by the official SDKs", async (_name, model, script) => {
      upstream.script(script);
      const stream = anthropic.messages.stream({ model, max_tokens: 100, messages });
      const final = await stream.finalMessage();
      expect(final).toMatchObject({ stop_reason: "end_turn", content: [{ type: "text", text: words.join("") }] });
      expect(final.usage.output_tokens).toBe(9);

      const chunks: OpenAI.Chat.Completions.ChatCompletionChunk[] = [];
      const asked = { model, messages, stream: true, stream_options: { include_usage: true } } as const;
      for await (const chunk of await openai.chat.completions.create(asked)) chunks.push(chunk);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(words.join(""));
      expect(chunks.at(-1)?.usage?.completion_tokens).toBe(9);
      await waitFor(() => gateway.records.length === 2);
      for (const record of gateway.records) expect(record).toMatchObject({ status: "ok", completionTokens: 9 });
    });

    it("of Claude come out as its vendor writes them", async () => {
      upstream.script(claudeStream);
      const asked = { model: claude, max_tokens: 100, messages, stream: true };
      const response = await postJson(`${gateway.url}/v1/messages`, asked);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      const expected = claudeEvents.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      expect(await response.text()).toBe(expected.join(""));
      expect(upstream.received[0]?.path).toBe(`/model/${encodeURIComponent(claude)}/invoke-with-response-stream`);
      expect(upstream.received[0]?.json()).not.toHaveProperty("stream");
    });

    it.each([
      ["Amazon's", nova, [converseStart, ...converseDeltas]],
      ["Anthropic's own", claude, claudeEvents.slice(0, 5).map(encodeEventChunk)],
    ])("%s that end with an exception are an error for the SDKs", async (_name, model, frames) => {
      const exception = encodeEventMessage("modelStreamErrorException", { message: "It broke off." }, "exception");
      upstream.script(streamOf(...frames, exception));
      await expect(anthropic.messages.stream({ model, max_tokens: 100, messages }).finalMessage()).rejects.toThrow(
        /It broke off/,
      );
      const { text } = await readBody(await ask(model, { stream: true }));
      expect(text).toContain("It broke off.");
      expect(text).not.toContain("[DONE]");
      await waitFor(() => gateway.records.length === 2);
      for (const record of gateway.records) expect(record).toMatchObject({ status: "error" });
    });

    it("that begin with an exception are tried again", async () => {
      const exception = encodeEventMessage("internalServerException", { message: "Try again." }, "exception");
      upstream.script([streamOf(exception), claudeStream]);
      const stream = anthropic.messages.stream({ model: claude, max_tokens: 100, messages });
      expect((await stream.finalMessage()).content).toMatchObject([{ text: words.join("") }]);
      expect(upstream.received).toHaveLength(2);
    });

    it("that are no event streams are an error", async () => {
      upstream.script(
        streamOf(...claudeEvents.slice(0, 4).map(encodeEventChunk), Buffer.from("this is not a frame at all")),
      );
      const asked = { model: claude, max_tokens: 100, messages, stream: true };
      const { text } = await readBody(await postJson(`${gateway.url}/v1/messages`, asked));
      expect(text).toContain(words[0]);
      expect(text).toMatch(/event: error\ndata: \{"type":"error".*wrong checksum/);
    });
  });

  describe("errors", () => {
    const refuse = (status: number, type: string, text: string) =>
      upstream.script({
        kind: "answer",
        status,
        body: { message: text },
        headers: { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
      });

    it.each([
      [429, "ThrottlingException", 429, "rate_limit_exceeded", "rate_limit_error"],
      [400, "ThrottlingException", 429, "rate_limit_exceeded", "rate_limit_error"],
      [403, "AccessDeniedException", 403, "permission_denied", "permission_error"],
      [400, "ValidationException", 400, "invalid_request_error", "invalid_request_error"],
      [404, "ResourceNotFoundException", 404, "model_not_found", "not_found_error"],
    ])("%i %s is told in the client's dialect", async (status, type, told, code, anthropicType) => {
      refuse(status, type, "No, not like this.");
      const toOpenai = await ask(nova);
      expect(toOpenai.status).toBe(told);
      expect(await toOpenai.json()).toMatchObject({ error: { code, message: "No, not like this." } });
      const toAnthropic = await postJson(`${gateway.url}/v1/messages`, { model: claude, max_tokens: 1, messages });
      expect(toAnthropic.status).toBe(told);
      const error = { type: anthropicType, message: "No, not like this." };
      expect(await toAnthropic.json()).toEqual({ type: "error", error });
    });

    it("about the operator's credential are no client's business", async () => {
      refuse(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
      const response = await ask(nova);
      expect(response.status).toBe(502);
      expect(await response.text()).toContain("refused the credential");
    });

    it("about a prompt that is too long are known by their words", async () => {
      refuse(400, "ValidationException", "Input is too long for requested model.");
      expect(await (await ask(nova)).json()).toMatchObject({ error: { code: "context_length_exceeded" } });
    });
  });
});
