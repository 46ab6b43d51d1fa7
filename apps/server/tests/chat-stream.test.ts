// Chats over a WebSocket: each is a request as every other one.

import { connect } from "node:net";
import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PlainPrincipals } from "#domain/snapshot.ts";
import { ChatPage } from "./support/chat-page.ts";
import { makePrincipal, makeScope, testKey } from "./support/gateway.ts";
import { hello, pause, startStage, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const price = { price: { input: { base: 1_000_000 }, output: { base: 2_000_000 }, version: "t" } };
const twoAtATime = makePrincipal({
  scopes: [
    makeScope("key", "key-1", { limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 2 } }),
  ],
});

const completed = {
  type: "response.completed",
  response: {
    id: "r",
    object: "response",
    status: "completed",
    output: [],
    usage: { input_tokens: 3, output_tokens: 3 },
  },
};
const ofResponses: Script = {
  kind: "raw",
  text: [{ type: "response.output_text.delta", item_id: "i", delta: "one two three" }, completed]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join(""),
};

let stage: Stage;
const pages: ChatPage[] = [];

beforeEach(async () => {
  stage = await startStage({
    snapshot: { principals: { [testKey]: twoAtATime } },
    target: { prices: [price] },
    limits: { waitMs: 0 },
    edge: { cors: { origins: ["https://friend.example"], adminOrigins: [], credentials: false, maxAgeSeconds: 0 } },
  });
});
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  await stage.close();
});

async function ready(key = testKey): Promise<ChatPage> {
  const page = await ChatPage.ready(stage.gateway.url, key);
  pages.push(page);
  return page;
}

function open(headers: Readonly<Record<string, string>> = {}): ChatPage {
  const page = new ChatPage(stage.gateway.url, headers);
  pages.push(page);
  return page;
}

describe("a chat", () => {
  it("is told piece by piece, with what was used and who answered, and is recorded once", async () => {
    stage.upstream.script({ kind: "chat", text: "one two three" });
    const page = await ready();
    const told = await page.chat(hello, { id: "a" });
    expect(page.text("a")).toBe("one two three");
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(["chunk", "usage", "done"]));
    expect(told.find(({ type }) => type === "usage")).toMatchObject({ completion_tokens: expect.any(Number) });
    const last = told.at(-1);
    const record = await stage.onlyRecord();
    expect(last).toMatchObject({
      ...{ type: "done", finish_reason: "stop" },
      headers: { "x-request-id": record.id, "x-ghostllm-provider": "openai", "x-ghostllm-attempts": "1" },
    });
    expect(record).toMatchObject({ status: "ok", estimated: false });
    expect(record.costNanos).toBeGreaterThan(0);
  });

  it("keeps numbers and the order of its fields as they were written, and is streamed whatever it says", async () => {
    const page = await ready();
    const data = `{"seed":12345678901234567890,"model":"fake-model","stream":false,"stream_options":{"x":1},"temperature":1.0,"messages":[{"role":"user","content":"hi"}]}`;
    page.send(`{"type":"chat","id":"n","data":${data}}`);
    await page.end("n");
    const body = stage.upstream.received[0]?.body.toString();
    expect(body).toBe(
      `{"seed":12345678901234567890,"model":"fake-model","stream":true,"stream_options":{"x":1,"include_usage":true},"temperature":1.0,"messages":[{"role":"user","content":"hi"}]}`,
    );
  });

  it("tells calls of tools, further choices and reasons to end", async () => {
    stage.upstream.script({ kind: "chat", toolCalls: [{ name: "look", arguments: { at: "sky" } }] });
    const page = await ready();
    const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
    const told = await page.chat({ ...hello, tools });
    const deltas = told.filter(({ type }) => type === "chunk").map(({ delta }) => JSON.stringify(delta));
    expect(deltas.join("")).toContain('"name":"look"');
    expect(told.at(-1)).toMatchObject({ type: "done", finish_reason: "tool_calls" });
  });

  it.each([
    ["/v1/messages", { model: "fake-model", max_tokens: 20, stream: true, messages: hello.messages }, "message_stop"],
    ["/v1/responses", { model: "fake-model", input: "hello", stream: true, store: false }, "response.completed"],
    ["/api/chat", { model: "fake-model", messages: hello.messages }, '"done":true'],
    [
      "/v1beta/models/fake-model:streamGenerateContent?alt=sse",
      { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
      "finishReason",
    ],
  ])("of %s is told in its own events", async (endpoint, data, end) => {
    stage.upstream.script(endpoint === "/v1/responses" ? ofResponses : { kind: "chat", text: "one two three" });
    const page = await ready();
    const told = await page.chat(data, { endpoint });
    expect(told.at(-1)).toMatchObject({ type: "done" });
    const events = told.filter(({ type }) => type === "event").map(({ event }) => JSON.stringify(event));
    expect(events.at(-1)).toContain(end);
    expect(events.join("")).toContain("three");
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
  });

  it("that is not streamed in its own dialect is told as one event", async () => {
    const page = await ready();
    const told = await page.chat(
      { model: "fake-model", max_tokens: 20, messages: hello.messages },
      { endpoint: "/v1/messages" },
    );
    expect(told.map(({ type }) => type)).toEqual(["event", "done"]);
    expect(told[0]).toMatchObject({ event: { type: "message", role: "assistant" } });
  });

  it("runs beside others, and each is held to the limits of its key", async () => {
    stage.upstream.script({ kind: "chat", chunks: 20, tokensPerSecond: 100 });
    const page = await ready();
    for (const id of ["a", "b", "c"]) page.send({ type: "chat", id, data: hello });
    await Promise.all(["a", "b", "c"].map((id) => page.end(id)));
    const ends = ["a", "b", "c"].map((id) => page.of(id).at(-1));
    expect(ends.filter((end) => end?.type === "done")).toHaveLength(2);
    expect(ends.find((end) => end?.type === "error")).toMatchObject({
      error: { code: "rate_limit_exceeded", status: 429 },
      headers: { "retry-after": expect.any(String) },
    });
  });

  it("that is cancelled aborts its vendor at once, and is recorded as left by its client", async () => {
    stage.upstream.script({ kind: "chat", chunks: 500, tokensPerSecond: 50 });
    const page = await ready();
    page.send({ type: "chat", id: "long", data: hello });
    await waitFor(() => page.of("long").length > 3);
    page.send({ type: "cancel", id: "long" });
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0, 1_000);
    expect((await page.end("long")).at(-1)).toMatchObject({ type: "done", finish_reason: "cancelled" });
    expect(await stage.onlyRecord()).toMatchObject({ status: "client_abort" });
    stage.upstream.script({ kind: "chat", text: "next" });
    await page.chat(hello, { id: "next" });
    expect(page.messages.at(-1)).toMatchObject({ type: "done", finish_reason: "stop" });
  });

  it("ends with its socket", async () => {
    stage.upstream.script({ kind: "chat", chunks: 500, tokensPerSecond: 50 });
    const page = await ready();
    for (const id of ["a", "b"]) page.send({ type: "chat", id, data: hello });
    await waitFor(() => page.of("a").length > 1 && page.of("b").length > 1);
    page.close();
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0, 1_000);
    await waitFor(() => stage.gateway.records.length === 2);
    expect(stage.gateway.records.map(({ status }) => status)).toEqual(["client_abort", "client_abort"]);
  });

  it("that breaks off ends with an error, and so does one that its vendor refuses", async () => {
    stage.upstream.script({
      kind: "cut",
      after: { chunks: 3 },
      of: { kind: "chat", text: "one two three four five six" },
    });
    const page = await ready();
    const told = await page.chat(hello, { id: "cut" });
    expect(told.at(-1)).toMatchObject({ type: "error", error: { message: expect.any(String) } });
    stage.upstream.script({ kind: "error", status: 400, message: "no such thing" });
    const refused = await page.chat(hello, { id: "refused" });
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ type: "error", error: { status: 400 } });
    expect(stage.gateway.records).toHaveLength(2);
  });
});

describe("a client", () => {
  it("says who it is in the headers of the upgrade, or in its first message", async () => {
    const page = open();
    await waitFor(() => page.isOpen);
    page.send({ type: "auth", token: testKey });
    await waitFor(() => page.messages.length > 0);
    expect(page.messages).toEqual([{ type: "ready" }]);
    expect((await page.chat(hello)).at(-1)).toMatchObject({ type: "done" });
  });

  it("whose key opens nothing is refused", async () => {
    const [byHeader, byMessage, silent] = [open({ "x-api-key": "gk-nothing" }), open(), open()];
    await waitFor(() => byHeader.refusal !== null && byMessage.isOpen && silent.isOpen);
    expect(byHeader.refusal).toBe(401);
    byMessage.send({ type: "auth", token: "gk-nothing" });
    silent.send({ type: "chat", id: "a", data: hello });
    await waitFor(() => byMessage.closing !== null && silent.closing !== null);
    expect([byMessage.closing, silent.closing]).toEqual([4401, 4401]);
    expect(byMessage.messages).toMatchObject([{ type: "error", error: { code: "invalid_api_key", status: 401 } }]);
    expect(stage.upstream.received).toEqual([]);
  });

  it("who never says so is sent away", { timeout: 20_000 }, async () => {
    const page = open();
    await waitFor(() => page.closing !== null, 15_000);
    expect(page.closing).toBe(4401);
  });

  it("loses what runs with its key, and gets nothing more", async () => {
    const page = await ready();
    stage.gateway.swap({ ...stage.gateway.deps.snapshots.current(), keys: new PlainPrincipals() });
    expect((await page.chat(hello)).at(-1)).toMatchObject({ type: "error", error: { code: "invalid_api_key" } });
  });

  it("of a page comes from origins that may call alone", async () => {
    const own = open({ origin: stage.gateway.url, authorization: `Bearer ${testKey}` });
    const friend = open({ origin: "https://friend.example", authorization: `Bearer ${testKey}` });
    const foreign = open({ origin: "https://evil.example", authorization: `Bearer ${testKey}` });
    await waitFor(() => own.isOpen && friend.isOpen && foreign.refusal !== null);
    expect(foreign.refusal).toBe(403);
  });

  it.each([
    ["{", "Send a JSON object"],
    ['{"type":"dance"}', "'type' is one of"],
    ['{"type":"chat","data":{}}', "'id' is missing"],
    ['{"type":"chat","id":"x","data":[]}', "'data' is the body"],
    ['{"type":"chat","id":"x","data":{},"endpoint":"/v1/files"}', "'endpoint' is the path of a chat"],
    ['{"type":"chat","id":"x","data":{},"endpoint":"/admin/users"}', "'endpoint' is the path of a chat"],
  ])("that sends %s is told what is wrong, and may go on", async (text, message) => {
    const page = await ready();
    page.send(text);
    await waitFor(() => page.messages.length > 1);
    expect(page.messages.at(-1)).toMatchObject({
      type: "error",
      error: { code: "invalid_request_error", message: expect.stringContaining(message) },
    });
    expect((await page.chat(hello)).at(-1)).toMatchObject({ type: "done" });
  });

  it("that sends one thing after the other that makes no sense is let go", async () => {
    const page = await ready();
    for (let time = 0; time < 20; time += 1) page.send("{}");
    await waitFor(() => page.closing !== null);
    expect(page.closing).toBe(4400);
  });

  it("that sends more than a message may hold is let go, and nothing of it is kept", async () => {
    const page = await ready();
    page.send({ type: "chat", id: "x", data: { ...hello, padding: "x".repeat(2 ** 20) } });
    await waitFor(() => page.closing !== null);
    expect(page.closing).toBe(1009);
    await waitFor(() => stage.gateway.deps.heldBytes.total === 0);
  });
});

it("a request for another upgrade is refused", async () => {
  const { port } = new URL(stage.gateway.url);
  const socket = connect(Number(port), "127.0.0.1");
  const parts: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => parts.push(bytes));
  const head = [
    "GET /v1/chat/stream HTTP/1.1",
    "host: x",
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  await waitFor(() => parts.length > 0);
  expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1\.1 400/);
  socket.destroy();
  await pause(1);
});

it("a connection that is kept alive by pings holds nothing", async () => {
  const page = await ready();
  for (let time = 0; time < 500; time += 1) page.socket.ping();
  expect((await page.chat(hello)).at(-1)).toMatchObject({ type: "done" });
  for (let time = 0; time < 500; time += 1) page.socket.ping();
  await pause(50);
  await waitFor(() => stage.gateway.deps.heldBytes.total === 0);
  expect(page.closing).toBeNull();
});
