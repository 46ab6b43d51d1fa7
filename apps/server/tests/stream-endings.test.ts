// How a stream ends, to the clients of every dialect and from vendors of every dialect: rightly where the answer is whole, and
// otherwise with one error event and a connection that is cut without the mark of a body's end.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, providerNamed, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { postJson, readBody } from "./support/stage.ts";

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const data = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;
const line = (fields: object): string => `${JSON.stringify(fields)}\n`;
const chat = (choices: readonly object[], more: object = {}): string =>
  data({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more });

interface Vendor {
  readonly type: string;
  readonly base: string;
  readonly contentType: string;
  /** Tells nothing yet. */
  readonly begun: string;
  readonly words: string;
  /** Why the answer ended, and what it cost. */
  readonly finish: string;
  /** The mark of the end; empty where the dialect has none behind that. */
  readonly mark: string;
  readonly error: string;
}

const response = (status: string) => ({
  id: "resp_7",
  object: "response",
  created_at: 5,
  model: "m",
  status,
  output: [],
});
const item = { output_index: 0, content_index: 0, item_id: "i" };
const overloaded = { message: "Too busy.", type: "server_error", code: "server_is_overloaded" };

const vendors: Readonly<Record<string, Vendor>> = {
  "openai-chat": {
    type: "openai-compatible",
    base: "/v1",
    contentType: "text/event-stream",
    begun: chat([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
    words: chat([{ index: 0, delta: { content: "one two " }, finish_reason: null }]),
    finish: chat([{ index: 0, delta: {}, finish_reason: "stop" }], {
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    }),
    mark: "data: [DONE]\n\n",
    error: data({ error: overloaded }),
  },
  "anthropic-messages": {
    type: "anthropic",
    base: "",
    contentType: "text/event-stream",
    begun: event("message_start", {
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "m",
        content: [],
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    }),
    words:
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
      event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "one two " } }),
    finish:
      event("content_block_stop", { index: 0 }) +
      event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } }),
    mark: event("message_stop", {}),
    error: event("error", { error: { type: "overloaded_error", message: "Too busy." } }),
  },
  gemini: {
    type: "google",
    base: "",
    contentType: "text/event-stream",
    begun: "",
    words: data({ candidates: [{ content: { parts: [{ text: "one two " }], role: "model" }, index: 0 }] }),
    finish: data({
      candidates: [{ content: { parts: [{ text: "" }], role: "model" }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    }),
    mark: "",
    error: data({ error: { code: 503, message: "Too busy.", status: "UNAVAILABLE" } }),
  },
  "openai-responses": {
    type: "openai",
    base: "/v1",
    contentType: "text/event-stream",
    begun: event("response.created", { sequence_number: 0, response: response("in_progress") }),
    words: event("response.output_text.delta", { sequence_number: 1, ...item, delta: "one two " }),
    finish: event("response.completed", {
      sequence_number: 2,
      response: { ...response("completed"), usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } },
    }),
    mark: "",
    error: event("error", { sequence_number: 2, ...overloaded, param: null }),
  },
  ollama: {
    type: "ollama",
    base: "",
    contentType: "application/x-ndjson",
    begun: "",
    words: line({
      model: "m",
      created_at: "2026-01-01T00:00:00Z",
      message: { role: "assistant", content: "one two " },
      done: false,
    }),
    finish: line({
      ...{ model: "m", created_at: "2026-01-01T00:00:00Z", message: { role: "assistant", content: "" } },
      ...{ done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 2 },
    }),
    mark: "",
    error: line({ error: "Too busy." }),
  },
};

interface Client {
  readonly path: string;
  readonly body: object;
  /** What ends an answer that is whole. */
  readonly end: RegExp;
  /** The one event that ends one that is not; it is all that comes behind the words. */
  readonly failure: RegExp;
  readonly isDocument?: true;
}

const messages = [{ role: "user", content: "hello" }];
const contents = { contents: [{ role: "user", parts: [{ text: "hello" }] }] };

const clients: Readonly<Record<string, Client>> = {
  "openai-chat": {
    path: "/v1/chat/completions",
    body: { messages, stream: true },
    end: /data: \[DONE\]\n\n$/,
    failure: /event: error\ndata: \{"error":\{"message":"[^"]+","type":"[^"]+".*\}\n\n$/,
  },
  "openai-responses": {
    path: "/v1/responses",
    body: { input: "hello", stream: true },
    end: /event: response\.completed\ndata: .*\n\n$/,
    failure:
      /event: error\ndata: \{"type":"error","sequence_number":\d+,"code":"[^"]+","message":"[^"]+","param":null,"error":\{"message".*\}\n\nevent: response\.failed\ndata: .*\n\n$/,
  },
  "anthropic-messages": {
    path: "/v1/messages",
    body: { messages, stream: true, max_tokens: 9 },
    end: /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
    failure: /event: error\ndata: \{"type":"error","error":\{"type":"[^"]+","message":"[^"]+"\}\}\n\n$/,
  },
  gemini: {
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    body: contents,
    end: /"finishReason":"STOP".*\r?\n\r?\n$/,
    failure:
      /\n\ndata: \{"error":\{"code":\d+,"message":"[^"]+","status":"[A-Z_]+".*\}\r\n\r\n$|data: \{"error":\{"code".*\r\n\r\n$/,
  },
  "gemini as a document": {
    path: "/v1beta/models/m:streamGenerateContent",
    body: contents,
    end: /"finishReason":"STOP".*\n\]$/,
    failure: /,\r\n\{"error":\{"code":\d+,"message":"[^"]+","status":"[A-Z_]+".*\}\n\]$/,
    isDocument: true,
  },
  ollama: {
    path: "/api/chat",
    body: { messages },
    end: /"done":true.*\n$/,
    failure: /\n\{"error":"[^"]+"\}\n$/,
  },
};

let turn = 0;
let upstream: FakeUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  gateway = await startGateway(makeSnapshot({ targets: [] }), { random: () => 0 });
});
beforeEach(() => upstream.clear());
afterEach(() => expect(gateway.records.length).toBeGreaterThan(0));
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** The vendor is asked in this dialect alone. */
function serve(vendor: Vendor): void {
  turn += 1;
  const known = providerNamed(vendor.type);
  const speaks = Object.fromEntries(Object.entries(known.speaks).filter(([name]) => vendors[name] === vendor));
  // A target of its own each time: what fails rests.
  const own = { id: `${vendor.type}-${turn}`, definition: { ...known, speaks } };
  const provider = makeProvider(vendor.type, upstream.url + vendor.base, own);
  gateway.swap(makeSnapshot({ targets: [makeTarget(provider, "m")] }));
}

function stream({ contentType }: Vendor, text: string, more: Partial<Extract<Script, { kind: "raw" }>> = {}): Script {
  return { kind: "raw", text, headers: { "content-type": contentType }, ...more };
}

async function ask(client: Client, script: Script) {
  upstream.script(script);
  const before = gateway.records.length;
  const answer = await postJson(gateway.url + client.path, { model: "m", ...client.body });
  const body = await readBody(answer);
  return { status: answer.status, ...body, records: gateway.records.slice(before), answer };
}

const pairs = Object.entries(clients).flatMap(([client, to]) =>
  Object.entries(vendors).map(([vendor, from]) => [client, vendor, to, from] as const),
);

describe.each(pairs)("a stream for a client of %s from a vendor of %s", (_client, _vendor, client, vendor) => {
  beforeEach(() => serve(vendor));
  const { begun, words, finish, mark, error } = vendor;

  it("that is whole ends rightly", async () => {
    const { text, isCut, records } = await ask(client, stream(vendor, begun + words + finish + mark));
    expect(text).toMatch(client.end);
    expect(isCut).toBe(false);
    expect(records).toMatchObject([{ status: "ok", promptTokens: 3, completionTokens: 2, estimated: false }]);
  });

  it.each(["application/json", "text/plain; charset=utf-8", "application/octet-stream", ""])(
    "that is told as '%s' is one all the same",
    async (contentType) => {
      const script = stream({ ...vendor, contentType }, begun + words + finish + mark, { writeBytes: 3 });
      const { answer, text, isCut, records } = await ask(client, script);
      const type = client.isDocument
        ? "application/json"
        : client.path === "/api/chat"
          ? "application/x-ndjson"
          : "text/event-stream";
      expect(answer.headers.get("content-type")).toContain(type);
      expect(text).toMatch(client.end);
      expect(isCut).toBe(false);
      expect(records).toMatchObject([{ status: "ok", promptTokens: 3, completionTokens: 2, estimated: false }]);
    },
  );

  it.each<[string, Script]>([
    ["the last mark is missing", stream(vendor, begun + words + finish)],
    [
      "the connection is cut behind it",
      {
        kind: "cut",
        after: { bytes: Buffer.byteLength(begun + words + finish) },
        how: "close",
        of: stream(vendor, begun + words + finish + mark + " "),
      },
    ],
  ])("that is whole ends rightly where %s", async (_how, script) => {
    const { text, isCut, records } = await ask(client, script);
    expect(text).toMatch(client.end);
    expect(text).not.toMatch(/"error":[{"]/);
    expect(isCut).toBe(false);
    expect(records).toMatchObject([{ status: "ok", completionTokens: 2 }]);
  });

  it.each<[string, Script]>([
    ["ends early", stream(vendor, begun + words)],
    ["ends within an event", stream(vendor, begun + words + finish.slice(0, 30))],
    [
      "is cut",
      {
        kind: "cut",
        after: { bytes: Buffer.byteLength(begun + words) },
        how: "close",
        of: stream(vendor, begun + words + finish),
      },
    ],
    ["tells an error", stream(vendor, begun + words + error)],
    [
      "tells an error and is cut",
      {
        kind: "cut",
        after: { bytes: Buffer.byteLength(begun + words + error) },
        how: "close",
        of: stream(vendor, begun + words + error + error),
      },
    ],
  ])("that %s ends with one error and a cut", async (_how, script) => {
    const { status, text, isCut, records } = await ask(client, script);
    expect(status).toBe(200);
    expect(text).toContain("one two ");
    expect(text).toMatch(client.failure);
    expect(text.match(/"error":[{"]/g)).toHaveLength(client.path === "/v1/responses" ? 2 : 1);
    expect(text).not.toMatch(client.end);
    expect(isCut).toBe(true);
    expect(records).toMatchObject([{ status: "error", httpStatus: 200 }]);
  });

  it.each([
    ["an error as the first event", begun + error],
    ["nothing but its beginning", begun],
    ["nothing", ""],
  ])("that is %s is an error of HTTP", async (_how, text) => {
    const { status, answer, isCut } = await ask(client, stream(vendor, text));
    expect(status).toBeGreaterThanOrEqual(500);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(isCut).toBe(false);
  });
});

describe("the bytes of a stream that breaks off", () => {
  const vendor = vendors["openai-chat"] as Vendor;
  const client = clients["openai-chat"] as Client;

  async function askRaw(script: Script, more: Readonly<Record<string, string>> = {}) {
    serve(vendor);
    upstream.script(script);
    const connection = await openRaw(gateway.url);
    const body = JSON.stringify({ model: "m", ...client.body });
    connection.send(requestText({ path: client.path, headers: { "x-api-key": testKey, ...more }, body }));
    return connection;
  }

  it("are all there, without the mark of the body's end, and the connection is closed", async () => {
    const connection = await askRaw(stream(vendor, vendor.begun + vendor.words));
    const text = await connection.closed();
    expect(statusOf(text)).toBe(200);
    expect(text.toLowerCase()).toContain("transfer-encoding: chunked");
    expect(text).toContain('event: error\ndata: {"error":');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it("come also to a client that reads slowly", async () => {
    const filling = vendor.words.replace("one two ", "x".repeat(60_000));
    const connection = await askRaw(stream(vendor, filling.repeat(200)));
    connection.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    connection.socket.resume();
    const text = await connection.closed(15_000);
    expect(text.length).toBeGreaterThan(200 * 60_000);
    expect(text).toContain('event: error\ndata: {"error":');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe("a Responses stream that fails", () => {
  const client = clients["openai-responses"] as Client;
  const eventsOf = (text: string) =>
    text
      .trimEnd()
      .split("\n\n")
      .map((frame) => JSON.parse(frame.replace(/^event: .*\ndata: /, "")) as Record<string, unknown>);

  it.each(["openai-responses", "openai-chat"])("goes on with its numbers, id, model and time (%s)", async (from) => {
    const vendor = vendors[from] as Vendor;
    serve(vendor);
    const { text } = await ask(client, stream(vendor, vendor.begun + vendor.words));
    const events = eventsOf(text);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, at) => at));
    const begun = events[0]?.["response"] as Record<string, unknown>;
    const failed = events.at(-1)?.["response"] as Record<string, unknown>;
    const error = events.at(-2) as Record<string, unknown>;
    expect(failed).toMatchObject({
      id: begun["id"],
      model: begun["model"],
      created_at: begun["created_at"],
      status: "failed",
    });
    expect(failed["error"]).toMatchObject({ message: error["message"] });
  });
});

describe("several answers at once", () => {
  const vendor = vendors["openai-chat"] as Vendor;
  const two = { ...clients["openai-chat"], body: { messages, stream: true, n: 2 } } as Client;
  const choice = (index: number, finish: string | null) =>
    chat([{ index, delta: { content: "x" }, finish_reason: finish }]);

  it.each([
    ["one of them has not ended", choice(0, null) + choice(1, null) + choice(0, "stop"), true],
    ["both have ended", choice(0, null) + choice(1, "stop") + choice(0, "stop"), false],
  ])("where %s", async (_name, text, isBroken) => {
    serve(vendor);
    const { isCut } = await ask(two, stream(vendor, text));
    expect(isCut).toBe(isBroken);
  });
});

it("lines of Ollama are a stream under another type as well", async () => {
  const vendor = vendors["ollama"] as Vendor;
  serve(vendor);
  const { text, records } = await ask(
    clients["ollama"] as Client,
    stream({ ...vendor, contentType: "application/json" }, vendor.words + vendor.finish),
  );
  expect(text).toBe(vendor.words + vendor.finish);
  expect(records).toMatchObject([{ status: "ok" }]);
});

describe("what ends without a reason", () => {
  it("is an answer where the vendor refused the prompt (gemini)", async () => {
    const vendor = vendors["gemini"] as Vendor;
    serve(vendor);
    const blocked = data({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 3 } });
    const { status, isCut } = await ask(clients["gemini"] as Client, stream(vendor, blocked));
    expect([status, isCut]).toEqual([200, false]);
  });

  it("is broken where Ollama's runner died behind its compatible endpoint", async () => {
    const vendor = vendors["openai-chat"] as Vendor;
    serve(vendor);
    const empty = data({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "",
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
    });
    const { text, isCut } = await ask(clients["openai-chat"] as Client, stream(vendor, vendor.words + empty));
    expect(isCut).toBe(true);
    expect(text).toMatch(/event: error/);
  });
});
