import { connect } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FakeUpstream } from "./fake-upstream.ts";
import { startFakeUpstream } from "./server.ts";
import { ask, eventsOf, hello } from "./testing/client.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startFakeUpstream();
});
afterEach(() => upstream.close());

const parsedAnswer = async (path: string, body: unknown) => JSON.parse((await ask(upstream.url, { path, body })).text);

describe("without a script", () => {
  test("chat echoes and counts words", async () => {
    expect(await parsedAnswer("/v1/chat/completions", hello)).toMatchObject({
      object: "chat.completion",
      model: "fake-model",
      choices: [{ message: { role: "assistant", content: "You said: hello there" } }],
      usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
    });
  });

  test("max_tokens and stop cut the echo", async () => {
    const limited = await parsedAnswer("/v1/chat/completions", { ...hello, max_tokens: 3 });
    expect(limited.choices[0]).toMatchObject({ message: { content: "You said: hello" }, finish_reason: "length" });
    const stopped = await parsedAnswer("/v1/chat/completions", { ...hello, stop: [" there"] });
    expect(stopped.choices[0]).toMatchObject({ message: { content: "You said: hello" }, finish_reason: "stop" });
  });

  test("a JSON schema gets an instance, a required tool a call", async () => {
    const schema = {
      type: "object",
      properties: { who: { $ref: "#/$defs/name" }, ages: { type: "array", items: { type: "integer" } } },
      $defs: { name: { type: "string", enum: ["ada"] } },
    };
    const format = { type: "json_schema", json_schema: { name: "x", schema } };
    const shaped = await parsedAnswer("/v1/chat/completions", { ...hello, response_format: format });
    expect(JSON.parse(shaped.choices[0].message.content)).toEqual({ who: "ada", ages: [1] });
    const tools = [{ type: "function", function: { name: "look", parameters: schema } }];
    const called = await parsedAnswer("/v1/chat/completions", { ...hello, tools, tool_choice: "required" });
    expect(called.choices[0].message.tool_calls[0].function.name).toBe("look");
  });

  test.each([
    ["text", "one two", 1, 2],
    ["texts", ["one two", "three"], 2, 3],
    ["tokens", [1, 2, 3], 1, 3],
    ["token lists", [[1, 2], [3]], 2, 3],
  ])("legacy completions take a prompt as %s", async (_, prompt, prompts, tokens) => {
    const answer = await parsedAnswer("/v1/completions", { model: "m", prompt, n: 2 });
    expect(answer.object).toBe("text_completion");
    expect(answer.choices).toHaveLength(prompts * 2);
    expect(answer.usage.prompt_tokens).toBe(tokens);
  });

  test("legacy completions stream", async () => {
    const body = { model: "m", prompt: "hi you", stream: true, stream_options: { include_usage: true } };
    const events = eventsOf((await ask(upstream.url, { path: "/v1/completions", body })).text);
    expect(events.at(-1)).toBe("[DONE]");
    expect(events.at(-2)).toMatchObject({ object: "text_completion", choices: [], usage: { prompt_tokens: 2 } });
  });

  test("embeddings are the same for the same input, of length one, and base64 means the same", async () => {
    const body = { model: "e", input: ["a", "b", "a"], dimensions: 8 };
    const { data, usage } = await parsedAnswer("/v1/embeddings", body);
    expect(data[0].embedding).toEqual(data[2].embedding);
    expect(data[0].embedding).not.toEqual(data[1].embedding);
    expect(Math.hypot(...data[0].embedding)).toBeCloseTo(1, 5);
    expect(usage.prompt_tokens).toBe(3);
    const packed = await parsedAnswer("/v1/embeddings", { ...body, encoding_format: "base64" });
    const bytes = Uint8Array.from(Buffer.from(packed.data[0].embedding, "base64"));
    expect(Array.from(new Float32Array(bytes.buffer))).toEqual(data[0].embedding);
  });

  test("models, one model, and what is not there", async () => {
    const list = JSON.parse((await ask(upstream.url, { path: "/v1/models", method: "GET" })).text);
    expect(list.data.map((model: { id: string }) => model.id)).toContain("fake-model");
    expect((await ask(upstream.url, { path: "/v1/models/fake-model", method: "GET" })).status).toBe(200);
    expect((await ask(upstream.url, { path: "/v1/models/none", method: "GET" })).status).toBe(404);
    expect((await ask(upstream.url, { path: "/v1/nothing", body: {} })).status).toBe(404);
    expect((await ask(upstream.url, { body: "{" })).status).toBe(400);
  });
});

describe("what it remembers", () => {
  test("method, path, headers as spelled, exact body", async () => {
    const socket = connect(Number(new URL(upstream.url).port), "127.0.0.1");
    socket.write(
      'POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: h\r\nX-CaSe: v\r\nContent-Length: 4\r\n\r\n{"é"'.slice(0, -1),
    );
    await upstream.waitForRequest();
    const [request] = upstream.received;
    expect(request).toMatchObject({ method: "POST", path: "/v1/chat/completions?x=1" });
    expect(request?.rawHeaders).toContain("X-CaSe");
    expect(request?.body.toString("latin1")).toBe(Buffer.from('{"é').toString("latin1"));
    expect(() => request?.json()).toThrow(SyntaxError);
    socket.destroy();
  });

  test("an answered request is answered, an abandoned one aborted", async () => {
    await ask(upstream.url, { body: hello });
    upstream.script({ kind: "chat", chunks: 100, paceMs: 50 });
    await ask(upstream.url, { body: { ...hello, stream: true }, signal: AbortSignal.timeout(120) });
    await upstream.waitUntil(() => upstream.received[1]?.aborted === true);
    expect(upstream.received.map(({ answered, aborted }) => ({ answered, aborted }))).toEqual([
      { answered: true, aborted: false },
      { answered: false, aborted: true },
    ]);
    await upstream.waitUntil(() => upstream.openSockets() === 0);
  });

  test("a request that broke off in its body is there too, aborted", async () => {
    const socket = connect(Number(new URL(upstream.url).port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    await upstream.waitUntil(() => upstream.openSockets() === 1);
    setTimeout(() => socket.destroy(), 30);
    const request = await upstream.waitForRequest();
    expect(request).toMatchObject({ aborted: true, text: "half" });
  });

  test("early answers before the body is there", async () => {
    upstream.script({ kind: "early", of: { kind: "error", status: 401 } });
    const socket = connect(Number(new URL(upstream.url).port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    const [bytes] = await once(socket, "data");
    expect(String(bytes)).toMatch(/^HTTP\/1.1 401/);
    expect(upstream.received).toHaveLength(0);
    socket.destroy();
  });

  test("a list is played in order and its last stays; clear forgets", async () => {
    upstream.script([
      { kind: "error", status: 500 },
      { kind: "answer", text: "fine" },
    ]);
    const statuses = [];
    for (let round = 0; round < 3; round += 1) statuses.push((await ask(upstream.url, { body: hello })).status);
    expect(statuses).toEqual([500, 200, 200]);
    upstream.clear();
    expect(upstream.received).toHaveLength(0);
    expect((await ask(upstream.url, { body: hello })).text).toContain("You said");
  });

  test("only so many as it should", async () => {
    const heard: string[] = [];
    const forgetful = await startFakeUpstream({ remember: 1, onReceive: (request) => heard.push(request.text) });
    await ask(forgetful.url, { body: "1" });
    await ask(forgetful.url, { body: "2" });
    expect(forgetful.received.map((request) => request.text)).toEqual(["2"]);
    expect(heard).toEqual(["1", "2"]);
    await forgetful.close();
  });

  test("waiting in vain rejects", async () => {
    await expect(upstream.waitForRequest(1, 30)).rejects.toThrow("not within 30 ms");
  });
});

test("a client that does not read holds the vendor back", async () => {
  upstream.script({ kind: "huge", bytes: 50_000_000 });
  const socket = connect(Number(new URL(upstream.url).port), "127.0.0.1");
  socket.pause();
  socket.write("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
  await upstream.waitForRequest();
  const before = process.memoryUsage().arrayBuffers;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  socket.destroy();
  await upstream.waitUntil(() => upstream.received[0]?.aborted === true);
});
