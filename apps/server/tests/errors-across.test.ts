// Errors of vendors, told to clients of every dialect: by their status, with their words, and when to come back; and what
// another target can do better is asked of it first.

import Anthropic from "@anthropic-ai/sdk";
import type { Script } from "@ghostllm/fake-upstream";
import type { ClientDialectName } from "@ghostllm/llm";
import { ApiError, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { names } from "./support/every-dialect.ts";
import { providerNamed, testKey } from "./support/gateway.ts";
import { readBody } from "./support/stage.ts";
import { TwoVendors } from "./support/two-vendors.ts";

/** By which a client knows that a stream came to its proper end. */
const ends: Readonly<Record<ClientDialectName, RegExp>> = {
  "openai-chat": /\[DONE\]/,
  "openai-responses": /response\.completed/,
  "anthropic-messages": /message_stop/,
  gemini: /"finishReason":"STOP"/,
  ollama: /"done":true/,
};

/** How a stream says in each dialect that it failed. */
const failures: Readonly<Record<ClientDialectName, RegExp>> = {
  "openai-chat": /data: \{"error":\{"message":"Overloaded"/,
  "openai-responses": /"type":"response\.failed".*"message":"Overloaded"/,
  "anthropic-messages": /event: error\s+data: \{ ?"type": ?"error", ?"error": ?\{[^}]*"message": ?"Overloaded"/,
  gemini: /data: \{"error":\{[^}]*"message":"Overloaded"/,
  ollama: /\{"error":"Overloaded/,
};

const frame = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const usage = { input_tokens: 3, output_tokens: 1 };
const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, usage };
const begun = frame("message_start", { message }) + frame("ping", {});
const words =
  frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
  frame("content_block_delta", { index: 0, delta: { type: "text_delta", text: "Half an answ" } });
const overloaded = frame("error", { error: { type: "overloaded_error", message: "Overloaded" } });

const chat = (text: string): Script => ({ kind: "chat", text });
const stream = (text: string, perEvent = false): Script => ({
  kind: "raw",
  text,
  perEvent,
  headers: { "content-type": "text/event-stream" },
});
const failing = (status: number, body: object, headers: Record<string, string> = {}): Script => ({
  kind: "raw",
  status,
  text: JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

let stage: TwoVendors;

beforeAll(async () => {
  stage = await TwoVendors.start();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

/** One of that type, which falls back to Mistral. */
function serve(type: string): void {
  stage.serve(providerNamed(type), providerNamed("mistral"));
}

async function raised(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => null,
    (error: unknown) => error,
  );
}

const openaiSdk = (maxRetries = 0) => new OpenAI({ apiKey: testKey, baseURL: `${stage.gateway.url}/v1`, maxRetries });
const anthropicSdk = (maxRetries = 0) => new Anthropic({ apiKey: testKey, baseURL: stage.gateway.url, maxRetries });
const googleSdk = () => new GoogleGenAI({ apiKey: testKey, httpOptions: { baseUrl: stage.gateway.url } });

const hello = [{ role: "user" as const, content: "Hi" }];
const askOpenai = (maxRetries = 0) =>
  raised(openaiSdk(maxRetries).chat.completions.create({ model: "alone", messages: hello }));
const askAnthropic = (maxRetries = 0) =>
  raised(anthropicSdk(maxRetries).messages.create({ model: "alone", max_tokens: 9, messages: hello }));

const tooFast = {
  error: { message: "Rate limit reached", type: "requests", param: null, code: "rate_limit_exceeded" },
};
const spent = { error: { message: "You exceeded your quota", type: "insufficient_quota", code: "insufficient_quota" } };
const overQuota = {
  error: {
    code: 429,
    message: "You exceeded your current quota, please check your plan and billing details.",
    status: "RESOURCE_EXHAUSTED",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }],
  },
};

describe("the SDKs raise their own errors", () => {
  it("of a rate that was passed, with the time to wait from the header or from Google's body", async () => {
    serve("openai");
    stage.script(0, failing(429, tooFast, { "retry-after": "7" }));
    const told = await askAnthropic();
    expect(told).toBeInstanceOf(Anthropic.RateLimitError);
    expect(told).toMatchObject({
      status: 429,
      error: { error: { type: "rate_limit_error", message: "Rate limit reached" } },
    });
    expect((told as InstanceType<typeof Anthropic.APIError>).headers?.get("retry-after")).toBe("7");
    serve("google");
    stage.script(0, failing(429, overQuota));
    const other = await askOpenai();
    expect(other).toBeInstanceOf(OpenAI.RateLimitError);
    expect(other).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    const { headers, message: text } = other as InstanceType<typeof OpenAI.APIError>;
    expect([headers?.get("retry-after"), headers?.get("x-should-retry")]).toEqual(["35", null]);
    expect(text).toContain("You exceeded your current quota");
  });

  it("of a quota that is used up, which they do not send again", async () => {
    serve("openai");
    stage.script(0, failing(429, spent));
    const told = await askAnthropic(2);
    expect(told).toBeInstanceOf(Anthropic.RateLimitError);
    expect((told as InstanceType<typeof Anthropic.APIError>).headers?.get("x-should-retry")).toBe("false");
    expect(stage.upstreams[0]?.received).toHaveLength(1);
    stage.script(0, failing(429, spent));
    expect(await askOpenai(2)).toMatchObject({ status: 429, code: "insufficient_quota" });
    expect(stage.upstreams[0]?.received).toHaveLength(2);
  });

  it("of an overload, and the vendor's word that it may be tried again", async () => {
    serve("anthropic");
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const busy = failing(529, body, { "x-should-retry": "true" });
    stage.script(0, busy, busy);
    const told = await askOpenai();
    expect(told).toBeInstanceOf(OpenAI.InternalServerError);
    expect(told).toMatchObject({ status: 529, code: "provider_overloaded" });
    expect((told as InstanceType<typeof OpenAI.APIError>).headers?.get("x-should-retry")).toBe("true");
  });

  it("of a request that is at fault", async () => {
    serve("anthropic");
    stage.script(
      0,
      failing(400, { type: "error", error: { type: "invalid_request_error", message: "max_tokens: too large" } }),
    );
    const told = await raised(googleSdk().models.generateContent({ model: "alone", contents: "Hi" }));
    expect(told).toBeInstanceOf(ApiError);
    expect(told).toMatchObject({ status: 400 });
    expect(JSON.parse((told as ApiError).message)).toMatchObject({
      error: { code: 400, message: "max_tokens: too large", status: "INVALID_ARGUMENT" },
    });
  });

  it("of a page that stands in front of the vendor, as JSON", async () => {
    serve("openai");
    const page: Script = {
      kind: "raw",
      status: 503,
      text: "<html>busy</html>",
      headers: { "content-type": "text/html" },
    };
    stage.script(0, page, page);
    const response = await stage.ask("anthropic-messages", "alone", true);
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "application/json"]);
    expect(await response.json()).toMatchObject({ type: "error" });
  });

  it("but never of the operator's key, whatever the words are", async () => {
    serve("openai");
    stage.script(0, failing(401, { error: { message: "You have no permission", code: "permission_denied" } }));
    expect(await askAnthropic()).toMatchObject({ status: 502 });
  });
});

describe.each(names)("to a client of %s", (name) => {
  it("a vendor that is too busy is no matter while there is another", async () => {
    serve("anthropic");
    stage.script(0, failing(429, { type: "error", error: { type: "rate_limit_error", message: "Too fast" } }));
    stage.script(1, chat("Hello."));
    const response = await stage.ask(name, "routed", true);
    expect(await response.text()).toMatch(ends[name]);
    expect(response.headers.get("x-ghostllm-provider")).toBe("second");
  });

  it("neither is one that fails before it says something, though it had begun", async () => {
    serve("anthropic");
    stage.script(0, stream(begun + overloaded, true));
    stage.script(1, chat("Hello."));
    const response = await stage.ask(name, "routed", true);
    const text = await response.text();
    expect(text).toMatch(ends[name]);
    expect(text).not.toContain("Overloaded");
    expect([response.headers.get("x-ghostllm-attempts"), stage.lastRecord?.status]).toEqual(["2", "ok"]);
  });

  it("a failure behind the first words is one, and no end", async () => {
    serve("anthropic");
    stage.script(0, stream(begun + words + overloaded, true));
    const response = await stage.ask(name, "routed", true);
    const { text, isCut } = await readBody(response);
    expect(isCut).toBe(true);
    expect(text).toContain("Half an answ");
    expect(text.slice(text.indexOf("Half an answ"))).toMatch(failures[name]);
    expect(text).not.toMatch(ends[name]);
    expect(stage.upstreams[1]?.received).toHaveLength(0);
    expect(stage.lastRecord?.status).toBe("error");
  });
});

it("a vendor that begins and then thinks for long is not waited for in silence", async () => {
  serve("anthropic");
  stage.script(0, { kind: "stall", after: { chunks: 2 }, of: stream(begun + words, true) });
  const response = await stage.ask("anthropic-messages", "alone", true);
  const { value } = (await response.body?.getReader().read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toContain("message_start");
});
