// No request holds up the others: whatever one body holds, the event loop goes on. Measured within a gateway of its own
// process as the time that the loop's thread worked without a pause, so that a busy machine is not taken for a busy gateway.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startWatched } from "./support/event-loop.ts";
import type { WatchedGateway } from "./support/event-loop.ts";
import { chatPath, keyHeader, postJson, readBody, readError } from "./support/stage.ts";
import { models } from "./support/talk-vendors.ts";
import { clients } from "./support/talk.ts";

const mebibyte = 2 ** 20;
const longestMs = 50;

let upstream: FakeUpstream;
let gateway: WatchedGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  gateway = await startWatched(upstream.url);
  // What is compiled and started with the first of all requests is no matter of the others.
  for (const model of Object.values(models))
    await ask(chat(model, repeated('{"role":"user","content":"x"}', mebibyte)));
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => upstream.clear());

async function ask(body: string | Buffer, path = chatPath, init: RequestInit = {}): Promise<Response> {
  const response = await postJson(gateway.url + path, body, init);
  await response.clone().arrayBuffer();
  return response;
}

/** Other work on the machine is no matter of the gateway, but what it does to the caches may be there once, not three times. */
async function expectSmooth(act: () => Promise<unknown>): Promise<void> {
  const tries: number[] = [];
  while (tries.length < 3 && !tries.some((share) => share < 1)) {
    await gateway.read(Infinity);
    await act();
    const { cpuMs, slowdown } = await gateway.read(longestMs);
    tries.push(cpuMs / (longestMs * slowdown));
  }
  expect(Math.min(...tries), `shares of ${longestMs} ms without a pause`).toBeLessThan(1);
}

function repeated(piece: string, bytes: number, separator = ","): string {
  const count = Math.max(1, Math.floor(bytes / (piece.length + separator.length)));
  return (piece + separator).repeat(count - 1) + piece;
}

function chat(model: string, messages: string, rest = ""): string {
  return `{"model":"${model}","messages":[${messages}]${rest}}`;
}

const hello = '{"role":"user","content":"x"}';
const image = (bytes: number): string => repeated("iVBORw0KGgo", bytes, "A");

describe("a request that is refused", () => {
  const { "openai-chat": model } = models;
  it.each<readonly [name: string, makeBody: (bytes: number) => string, told: RegExp]>([
    ["brackets", (bytes) => "[".repeat(bytes), /nested more than/],
    ["brackets in a field", (bytes) => `{"model":"${model}","messages":${"[".repeat(bytes)}`, /nested more than/],
    ["members", (bytes) => `{"model":"m",${repeated('"k12":1', bytes)}}`, /more than 1000000 values/],
    ["elements", (bytes) => chat(model, hello, `,"d":[${repeated("1", bytes)}]`), /more than 1000000 values/],
    ["a model's name", (bytes) => chat("m".repeat(bytes), hello), /at most 256 characters/],
    ["a string without an end", (bytes) => `{"model":"${"x".repeat(bytes)}`, /not valid JSON/],
  ])("for %s, of 24 MB or of 8 MB in gzip", async (_name, makeBody, told) => {
    const zipped = [gzipSync(makeBody(8.5e6), { level: 1 }), { headers: { "content-encoding": "gzip" } }] as const;
    for (const [sent, init] of [[Buffer.from(makeBody(24e6)), {}], zipped] as const) {
      await expectSmooth(async () => {
        const response = await ask(sent, chatPath, init);
        expect(response.status).toBe(400);
        expect((await readError(response)).message).toMatch(told);
      });
    }
    expect(upstream.received).toHaveLength(0);
  });
});

describe("a large request passes, to vendors of each dialect", () => {
  it.each(Object.entries(models))("%s", async (_dialect, model) => {
    const text = repeated("word", 2 * mebibyte, " ");
    const bodies = [
      chat(model, `{"role":"user","content":"${text}"}`),
      chat(
        model,
        `{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,${image(12 * mebibyte)}"}}]}`,
      ),
      chat(model, repeated(hello, mebibyte)),
      chat(model, hello, `,"tools":[${repeated('{"type":"function","function":{"name":"f"}}', mebibyte)}]`),
    ];
    for (const body of bodies) {
      upstream.script({ kind: "answer", status: 400, body: { error: { message: "seen" } } });
      await expectSmooth(() => ask(body));
      expect(upstream.received.at(-1)?.text.length).toBeGreaterThan(mebibyte / 4);
    }
  });
});

describe("a large request in each dialect", () => {
  it.each(Object.entries(clients))("%s", async (_dialect, write) => {
    const args = JSON.stringify({ text: repeated("word", mebibyte, " ") });
    const turns = [[{ id: "c", name: "f", args, result: "1" }]];
    for (const model of [models["openai-chat"], models["anthropic-messages"]]) {
      const { path, body } = write({ model, tools: ["f"], turns });
      upstream.script({ kind: "answer", status: 400, body: { error: { message: "seen" } } });
      await expectSmooth(() => ask(body, path));
      expect(upstream.received.at(-1)?.text).toContain("word word");
    }
  });
});

describe("what a vendor answers", () => {
  const head = '"id":"a","object":"chat.completion","created":1700000000,"model":"m"';
  const whole = (rest: string): string =>
    `{${head},"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}]${rest}}`;
  const event = `data: {${head},"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n`;
  const numbers = repeated("0.12345", 4 * mebibyte);
  const streamed = (text: string) => ({ kind: "raw", text: event + text }) as const;
  it.each([
    ["a plain answer of numbers", { kind: "answer", text: whole(`,"d":[${numbers}]`) }],
    ["a plain answer of brackets", { kind: "answer", text: "[".repeat(8 * mebibyte) }],
    ["a long error", { kind: "answer", status: 400, body: { error: { message: repeated("no", 8 * mebibyte, " ") } } }],
    ["an error of much", { kind: "answer", status: 400, text: `{"error":{"d":[${numbers}]}}` }],
    ["many events", streamed(repeated(event, mebibyte, ""))],
    ["empty events", streamed(repeated("data: {}\n\n", mebibyte / 2, ""))],
    ["comments", streamed(repeated(":\n\n", mebibyte / 4, ""))],
    ["an event of much", streamed(`data: {"d":[${numbers}]}\n\n`)],
    ["an error event of much", streamed(`event: error\ndata: {"error":{"d":[${numbers}]}}\n\n`)],
    ["an event of lines", streamed(repeated("data: 1\n", mebibyte, ""))],
    ["a long event", streamed(`data: {${head},"choices":[],"d":"${repeated("word", 4 * mebibyte, " ")}"}\n\n`)],
  ] as const)("%s", async (_name, script) => {
    const model = models["openai-chat"];
    const stream = script.kind === "raw" ? ',"stream":true' : "";
    for (const [path, rest] of [
      [chatPath, stream],
      ["/v1/messages", `,"max_tokens":5${stream}`],
    ] as const) {
      upstream.script(script);
      await expectSmooth(async () => readBody(await postJson(gateway.url + path, chat(model, hello, rest))));
    }
  });
});

it("what is large is forwarded as it came, and translated as what is small", async () => {
  const padding = `,"metadata":{"note":"${"x".repeat(mebibyte)}"}`;
  const body = chat(
    models["openai-chat"],
    `{"role":"user", "content":"a \\u00e9"}`,
    `${padding},"seed":12345678901234567890`,
  );
  await ask(body);
  expect(upstream.received.at(-1)?.text).toBe(body);
  const turn = { role: "user", content: "x".repeat(mebibyte) };
  const asked = async (content: string): Promise<unknown> => {
    await ask(JSON.stringify({ model: models["anthropic-messages"], messages: [{ ...turn, content }], max_tokens: 7 }));
    return upstream.received.at(-1)?.json();
  };
  const small = JSON.stringify(await asked("word"));
  expect(JSON.stringify(await asked(turn.content))).toBe(small.replace("word", turn.content));
});

it("a name that is too long is refused wherever a model is named", async () => {
  const long = "m".repeat(257);
  const named = [
    [chatPath, chat(long, hello)],
    ["/v1/completions", `{"model":"${long}","prompt":"x"}`],
    ["/v1/embeddings", `{"model":"${long}","input":"x"}`],
    ["/v1/moderations", `{"model":"${long}","input":"x"}`],
    ["/v1/responses", `{"model":"${long}","input":"x"}`],
    ["/v1/messages", `{"model":"${long}","max_tokens":1,"messages":[${hello}]}`],
    ["/v1/messages/count_tokens", `{"model":"${long}","messages":[${hello}]}`],
    [`/v1beta/models/${long}:generateContent`, `{"contents":[{"parts":[{"text":"x"}]}]}`],
    [`/v1beta/models/${long}:countTokens`, `{"contents":[{"parts":[{"text":"x"}]}]}`],
    ["/api/chat", chat(long, hello)],
    ["/api/embed", `{"model":"${long}","input":"x"}`],
    ["/api/show", `{"model":"${long}"}`],
  ] as const;
  for (const [path, body] of named) {
    const response = await ask(body, path);
    expect(response.status, path).toBe(400);
    expect(await response.text(), path).toContain("at most 256 characters");
  }
  const listed = await fetch(`${gateway.url}/v1/models/${long}`, { headers: keyHeader });
  expect(listed.status).toBe(400);
});
