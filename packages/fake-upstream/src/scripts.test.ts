import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FakeUpstream } from "./fake-upstream.ts";
import { startFakeUpstream } from "./server.ts";
import type { Script } from "./script.ts";
import { ask, eventsOf, hello } from "./testing/client.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startFakeUpstream();
});
afterEach(() => upstream.close());

function play(script: Script | Script[], body: unknown = hello) {
  upstream.script(script);
  return ask(upstream.url, { body });
}

const streamed = { ...hello, stream: true };

describe("answer and raw", () => {
  test("answer sends status, headers and a JSON body with its length", async () => {
    const answer = await play({ kind: "answer", status: 201, headers: { "X-Mine": "1" }, body: { a: "é" } });
    expect(answer).toMatchObject({ status: 201, text: '{"a":"é"}' });
    expect(answer.headers).toMatchObject({ "x-mine": "1", "content-type": "application/json", "content-length": "10" });
  });

  test("base64 bytes arrive as they are", async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    const answer = await play({ kind: "answer", base64: bytes.toString("base64") });
    expect(Buffer.concat(answer.parts)).toEqual(bytes);
  });

  const recorded = 'data: {"a":"ü"}\r\n\r\n: comment\n\ndata: [DONE]\n\n';

  test.each([1, 7, 13])("raw bytes are replayed exactly in writes of %i", async (writeBytes) => {
    const answer = await play({ kind: "raw", text: recorded, writeBytes });
    const sizes = answer.parts.map((part) => part.length);
    expect(answer.text).toBe(recorded);
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([writeBytes]));
    expect(answer.headers["content-type"]).toContain("text/event-stream");
  });

  test("raw goes event by event where asked", async () => {
    const answer = await play({ kind: "raw", text: recorded, perEvent: true });
    expect(answer.parts.map(String)).toEqual(['data: {"a":"ü"}\r\n\r\n', ": comment\n\n", "data: [DONE]\n\n"]);
  });

  test("the pace holds over the whole answer", async () => {
    const answer = await play({ kind: "raw", text: "abcdefghijk", writeBytes: 1, paceMs: 20 });
    expect(answer.text).toBe("abcdefghijk");
    expect(answer.totalMs - answer.headersMs).toBeGreaterThan(190);
    expect(answer.totalMs - answer.headersMs).toBeLessThan(1_000);
  });
});

describe("chat", () => {
  test("a plain answer has text, usage and finish reason", async () => {
    const answer = await play({ kind: "chat", text: "one two", usage: { prompt_tokens: 5 } });
    expect(JSON.parse(answer.text)).toMatchObject({
      choices: [{ message: { content: "one two" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 5 },
    });
  });

  test("a stream has as many content chunks as asked, each in its own write", async () => {
    const answer = await play({ kind: "chat", chunks: 60 }, streamed);
    expect(answer.parts).toHaveLength(1 + 60 + 1 + 1);
    expect(eventsOf(answer.text).at(-1)).toBe("[DONE]");
    expect(answer.text).not.toContain("usage");
  });

  test("usage comes in an extra chunk when asked for, and the others say null", async () => {
    const body = { ...streamed, stream_options: { include_usage: true } };
    const events = eventsOf((await play({ kind: "chat", text: "a b c" }, body)).text);
    expect(events[0]).toMatchObject({ usage: null });
    expect(events.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3 } });
  });

  test("usage unasked, or none though asked", async () => {
    expect((await play({ kind: "chat", usageUnasked: true }, streamed)).text).toContain('"prompt_tokens":2');
    const asking = { ...streamed, stream_options: { include_usage: true } };
    expect((await play({ kind: "chat", usage: "none" }, asking)).text).not.toContain("prompt_tokens");
  });

  test("n choices, in a plain answer and interleaved in a stream", async () => {
    const plain = JSON.parse((await play({ kind: "chat", text: "x" }, { ...hello, n: 3 })).text);
    expect(plain.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2]);
    expect(plain.usage.completion_tokens).toBe(3);
    const events = eventsOf((await play({ kind: "chat", text: "x" }, { ...streamed, n: 2 })).text);
    expect(events.filter((event) => JSON.stringify(event).includes('"content":"x"'))).toHaveLength(2);
  });

  test("reasoning and tool calls, streamed in parts that add up", async () => {
    const call = { name: "weather", arguments: { city: "Zürich", days: [1, 2, 3] } };
    const { text } = await play({ kind: "chat", text: "", reasoning: "hm", toolCalls: [call] }, streamed);
    expect(text).toContain('"reasoning_content":"hm"');
    expect(text).toContain('"finish_reason":"tool_calls"');
    const parts = eventsOf(text).flatMap((event) => JSON.stringify(event).match(/"arguments":"(?:[^"\\]|\\.)*"/) ?? []);
    const joined = parts.map((part) => JSON.parse(`{${part}}`).arguments).join("");
    expect(JSON.parse(joined)).toEqual(call.arguments);
  });

  test("an error event in mid-stream ends it without [DONE]", async () => {
    const answer = await play({ kind: "chat", chunks: 10, errorAfterChunks: 3 }, streamed);
    const events = eventsOf(answer.text);
    expect(answer.status).toBe(200);
    expect(events).toHaveLength(1 + 3 + 1);
    expect(events.at(-1)).toMatchObject({ error: { type: "server_error" } });
  });

  test("without [DONE], with CRLF and a comment", async () => {
    const script: Script = { kind: "chat", text: "x", withoutDone: true, lineEnding: "\r\n", comment: "BUSY" };
    const { text } = await play(script, streamed);
    expect(text).toMatch(/^: BUSY\r\n\r\ndata: /);
    expect(text).not.toContain("[DONE]");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });
});

describe("silence and cuts", () => {
  test("stall before the answer, after the headers and after two chunks", async () => {
    const received = async (script: Script) => {
      upstream.script(script);
      const signal = AbortSignal.timeout(400);
      return ask(upstream.url, { body: streamed, signal }).catch(() => "nothing" as const);
    };
    expect(await received({ kind: "stall", after: "connect" })).toBe("nothing");
    expect(await received({ kind: "stall", after: "headers" })).toMatchObject({ status: 200, text: "" });
    const two = await received({ kind: "stall", after: { chunks: 2 } });
    expect(two).toMatchObject({ status: 200, brokenBy: expect.any(String) });
    expect(two !== "nothing" && eventsOf(two.text)).toHaveLength(2);
    expect(upstream.received.map((request) => request.aborted)).toEqual([true, true, true]);
  });

  test("a cut before the answer resets the connection", async () => {
    await expect(play({ kind: "cut", after: "connect" })).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(play({ kind: "cut", after: "connect", how: "close" })).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test.each(["reset", "close"] as const)("a cut by %s after chunks or bytes lets those through", async (how) => {
    const chunks = await play({ kind: "cut", after: { chunks: 3 }, how }, streamed);
    expect(eventsOf(chunks.text)).toHaveLength(3);
    expect(chunks.brokenBy).toBeDefined();
    const bytes = await play({ kind: "cut", after: { bytes: 10 }, how, of: { kind: "answer", text: "x".repeat(50) } });
    expect(bytes).toMatchObject({ text: "x".repeat(10), brokenBy: expect.any(String) });
    expect(upstream.received.map((request) => request.aborted)).toEqual([false, false]);
  });

  test("drop-after answers in full and then closes without notice", async () => {
    const answer = await play({ kind: "drop-after" });
    expect(answer.brokenBy).toBeUndefined();
    expect(answer.headers.connection).not.toBe("keep-alive, close");
    await upstream.waitUntil(() => upstream.openSockets() === 0);
  });

  test("slow headers", async () => {
    const answer = await play({ kind: "slow-headers", delayMs: 120, of: { kind: "answer", text: "late" } });
    expect(answer.text).toBe("late");
    expect(answer.headersMs).toBeGreaterThan(110);
  });
});

describe("errors and nonsense", () => {
  test.each([
    [400, "unsupported_parameter"],
    [401, "invalid_api_key"],
    [403, "unsupported_country_region_territory"],
    [404, "model_not_found"],
    [408, "request_timeout"],
    [409, null],
    [422, null],
    [429, "rate_limit_exceeded"],
    [500, null],
    [503, "service_unavailable"],
  ])("status %i has code %s in OpenAI's shape", async (status, code) => {
    const answer = await play({ kind: "error", status, retryAfterSeconds: 7 });
    expect(answer.status).toBe(status);
    expect(answer.headers["retry-after"]).toBe("7");
    expect(JSON.parse(answer.text)).toEqual({
      error: {
        message: expect.stringMatching(/.{10}/),
        type: expect.any(String),
        param: status === 400 ? "stop" : null,
        code,
      },
    });
  });

  test("429 of the kind that no retry helps", async () => {
    const answer = await play({ kind: "error", status: 429, code: "insufficient_quota" });
    expect(JSON.parse(answer.text).error).toMatchObject({ code: "insufficient_quota", type: "insufficient_quota" });
  });

  test("502 is the edge's page, 529 Anthropic's", async () => {
    expect((await play({ kind: "error", status: 502 })).headers["content-type"]).toBe("text/html");
    expect(JSON.parse((await play({ kind: "error", status: 529 })).text)).toMatchObject({
      type: "error",
      error: { type: "overloaded_error" },
    });
  });

  test("malformed JSON, events, HTML and nothing, each with status 200", async () => {
    const broken = await play({ kind: "malformed", where: "json" });
    expect(broken.status).toBe(200);
    expect(() => JSON.parse(broken.text)).toThrow(SyntaxError);
    const stream = await play({ kind: "malformed", where: "sse" });
    expect(() => eventsOf(stream.text)).toThrow(SyntaxError);
    expect((await play({ kind: "malformed", where: "html" })).text).toContain("<html>");
    expect(await play({ kind: "malformed", where: "empty" })).toMatchObject({ status: 200, text: "" });
  });

  test("malformed HTTP is no HTTP", async () => {
    await expect(play({ kind: "malformed", where: "http" })).rejects.toMatchObject({ code: /^HPE_/ });
  });

  test("wire puts its very bytes on the socket", async () => {
    const twice = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    await expect(play({ kind: "wire", text: twice })).rejects.toMatchObject({ code: "HPE_UNEXPECTED_CONTENT_LENGTH" });
    const old = await play({ kind: "wire", text: "HTTP/1.0 200 OK\r\n\r\nuntil the end" });
    expect(old).toMatchObject({ status: 200, text: "until the end" });
  });

  test("a huge answer is valid JSON of that size, as a stream too", async () => {
    const bytes = 3_000_001;
    const plain = JSON.parse((await play({ kind: "huge", bytes })).text);
    expect(plain.choices[0].message.content).toHaveLength(bytes);
    const events = eventsOf((await play({ kind: "huge", bytes }, streamed)).text);
    const content = events.flatMap((event) => JSON.stringify(event).match(/"content":"([^"]*)"/)?.[1] ?? []).join("");
    expect(content).toHaveLength(bytes);
    expect(events.at(-1)).toBe("[DONE]");
  });

  test("gzip", async () => {
    const answer = await play({ kind: "gzip", of: { kind: "answer", text: "squeeze" } });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(Buffer.concat(answer.parts)).toString()).toBe("squeeze");
  });

  test("a function sees the request; if it throws, the answer says so", async () => {
    upstream.script((received) => ({ kind: "answer", text: createHash("md5").update(received.body).digest("hex") }));
    const answer = await ask(upstream.url, { body: "abc" });
    expect(answer.text).toBe("900150983cd24fb0d6963f7d28e17f72");
    upstream.script((received) => ({ kind: "answer", body: received.json() }));
    expect(await ask(upstream.url, { body: "{" })).toMatchObject({
      status: 500,
      text: expect.stringContaining("script failed"),
    });
  });

  test("a function may hold the answer back", async () => {
    const { promise, resolve } = Promise.withResolvers<Script>();
    upstream.script(() => promise);
    const asking = ask(upstream.url, { body: hello });
    await upstream.waitForRequest();
    setTimeout(() => resolve({ kind: "answer", text: "now" }), 50);
    const answer = await asking;
    expect(answer.text).toBe("now");
    expect(answer.headersMs).toBeGreaterThan(45);
  });
});
