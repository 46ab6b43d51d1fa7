// Streams: passed on event by event as they come, no faster than the client reads, and honest about how they end.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { testKey } from "./support/gateway.ts";
import { openRaw, requestText } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, pause, readBody, readError, startStage, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

const withUsage = { ...helloStream, stream_options: { include_usage: true } };
const chunk = (content: string, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }], ...more })}\n\n`;
const usageChunk = `data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}\n\n`;
const finish = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const done = "data: [DONE]\n\n";

let stage: Stage;

async function start(settings: StageSettings = {}): Promise<Stage> {
  stage = await startStage(settings);
  return stage;
}

afterEach(() => stage.close());

async function play(script: Script, body: object = helloStream) {
  stage.upstream.script(script);
  const response = await stage.post(body);
  return { response, ...(await readBody(response)) };
}

const raw = (text: string, more: object = {}): Script => ({ kind: "raw", text, ...more });

/** The data of the events of a stream that is expected to be well-formed. */
function eventsOf(text: string): readonly string[] {
  expect(text.endsWith("\n\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n\n")
    .map((event) => event.replace(/^(?:event: error\n)?data: /, ""));
}

describe("pace", () => {
  beforeEach(() => start());

  it.each([1, 2, 3, 4])(
    "headers and all that the vendor has sent are there while it is silent (%i events)",
    async (count) => {
      const words = ["one", "two", "three", "four", "five"];
      stage.upstream.script({
        kind: "stall",
        after: { chunks: count },
        of: raw(words.map((word) => chunk(word)).join(""), { perEvent: true }),
      });
      const leaving = new AbortController();
      const response = await stage.post(helloStream, chatPath, { signal: leaving.signal });
      expect(response.headers.get("content-type")).toContain("text/event-stream");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("x-accel-buffering")).toBe("no");
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes(words[count - 1] ?? "")) text += (await reader?.read())?.value ?? "";
      expect(text).not.toContain(words[count]);
      leaving.abort();
    },
  );

  it("headers and the first events are one write", async () => {
    stage.upstream.script(raw(chunk("a") + chunk("b"), { paceMs: 1000 }));
    const connection = await openRaw(stage.gateway.url);
    const parts: string[] = [];
    connection.socket.on("data", (part) => parts.push(String(part)));
    connection.send(
      requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(helloStream) }),
    );
    await connection.until((text) => text.includes('"b"'));
    expect(parts[0]).toContain("HTTP/1.1 200");
    expect(parts[0]).toContain('"content":"a"');
    connection.destroy();
  });

  it("small events are not held back by Nagle's algorithm", async () => {
    const accepted = new Promise<Socket>((resolve) => stage.gateway.server.once("connection", resolve));
    await (await stage.post(helloStream)).text();
    const socket = await accepted;
    // Loopback acknowledges at once, which hides the effect, and there is no public way to read the option.
    const option = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "kSetNoDelay");
    expect(option && Reflect.get(socket, option)).toBe(true);
  });

  it("a frame that is cut between writes comes out whole", async () => {
    stage.upstream.script(raw(chunk("grüße 😀") + chunk("b") + done, { writeBytes: 1 }));
    const response = await stage.post(helloStream);
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      const text = decoder.decode(part);
      expect(text.endsWith("\n\n")).toBe(true);
    }
  });
});

describe("usage within streams", () => {
  beforeEach(() => start());

  it("is always asked for", async () => {
    await play({ kind: "chat", text: "one two" });
    expect(stage.upstream.received[0]?.json()).toMatchObject({ stream_options: { include_usage: true } });
  });

  it("is hidden from a client that did not ask, and recorded", async () => {
    const { text } = await play(raw(chunk("a") + usageChunk + done));
    expect(text).toBe(chunk("a") + done);
    expect(await stage.onlyRecord()).toMatchObject({ promptTokens: 3, completionTokens: 5, estimated: false });
  });

  it("is shown to one who asked", async () => {
    const { text } = await play(raw(chunk("a") + usageChunk + done), withUsage);
    expect(text).toBe(chunk("a") + usageChunk + done);
  });

  it("in every chunk: each passes, and the last counts", async () => {
    const usage = (tokens: number) => ({
      usage: { prompt_tokens: 3, completion_tokens: tokens, total_tokens: 3 + tokens },
    });
    const stream = chunk("a", usage(1)) + chunk("b", usage(2)) + chunk("", usage(7)) + done;
    expect((await play(raw(stream))).text).toBe(stream);
    expect(await stage.onlyRecord()).toMatchObject({ promptTokens: 3, completionTokens: 7, estimated: false });
  });

  it("that the model only talks about is no usage", async () => {
    const stream = chunk('{"usage":{"prompt_tokens":9}}') + chunk('data: [DONE]\n\n"error"') + usageChunk + done;
    const { text } = await play(raw(stream));
    expect(text).toBe(stream.replace(usageChunk, ""));
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok", promptTokens: 3, completionTokens: 5 });
  });

  it("for several answers at once is read, too", async () => {
    const { text } = await play({ kind: "chat", text: "one two" }, { ...helloStream, n: 3 });
    expect(
      new Set(
        eventsOf(text)
          .slice(0, -1)
          .map((event) => (JSON.parse(event) as { choices: { index: number }[] }).choices[0]?.index),
      ),
    ).toEqual(new Set([0, 1, 2]));
    expect((await stage.onlyRecord()).completionTokens).toBe(6);
  });
});

describe("what a stream may look like", () => {
  beforeEach(() => start());

  it.each([
    ["comments", `: PROCESSING\n\n${chunk("a")}: still here\n\n${chunk("b")}${done}`],
    ["CRLF", (chunk("a") + chunk("b") + done).replaceAll("\n", "\r\n")],
    ["named events", `event: message\n${chunk("a")}${done}`],
    ["no space behind the colon", (chunk("a") + done).replaceAll("data: ", "data:")],
    ["broken JSON", `${chunk("a")}data: {"choices":[{"ind\n\n${done}`],
    ["no JSON at all", `data: what\n\ndata: "usage"\n\n${done}`],
    ["something behind the end mark", `${chunk("a")}${done}: bye\n\n`],
  ])("%s pass as they are", async (_name, stream) => {
    for (const writeBytes of [1_000_000, 3]) {
      const { response, text } = await play(raw(stream, { writeBytes }));
      expect(response.status).toBe(200);
      // What follows the end mark in a write of its own says nothing to anybody.
      expect(text).toBe(text.endsWith(done) ? stream.replace(": bye\n\n", "") : stream);
    }
    expect(stage.gateway.records.map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  it.each([
    ["ids and times to come back", `id: 7\nretry: 10\n${chunk("a")}${done}`, chunk("a") + done],
    ["a comment behind an id", `id: 7\n${chunk("a")}: ping\n\n${done}`, `${chunk("a")}: ping\n\n${done}`],
    ["ids and times alone", `retry: 10\n\n${chunk("a")}id: 7\n\n${done}`, chunk("a") + done],
    ["events without data", `event: ping\n\n${chunk("a")}data:\n\n${done}`, chunk("a") + done],
    ["heartbeats", `event: ping\ndata: {"type":"ping"}\n\n${chunk("a")}${done}`, chunk("a") + done],
    [
      "several lines of data",
      `data: {"choices":[\ndata: ]}\n\n${chunk("a")}${done}`,
      `data: {"choices":[]}\n\n${chunk("a")}${done}`,
    ],
    ["a byte order mark", `\ufeff${chunk("a")}${done}`, chunk("a") + done],
    ["bare returns", (chunk("a") + done).replaceAll("\n", "\r"), chunk("a") + done],
    ["no empty line at the end", chunk("a") + done.trimEnd(), chunk("a") + done],
    ["no [DONE] behind the last word", chunk("a") + finish, chunk("a") + finish + done],
    ["no [DONE] behind the usage", chunk("a") + usageChunk, chunk("a") + done],
  ])("%s come in a form that every client reads", async (_name, stream, expected) => {
    for (const writeBytes of [1_000_000, 1]) expect((await play(raw(stream, { writeBytes }))).text).toBe(expected);
    expect(stage.gateway.records.map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  it.each(["text/plain", "application/json", "application/x-ndjson", "application/octet-stream"])(
    "comes as a stream also under another type (%s)",
    async (type) => {
      const stream = chunk("a") + finish + done;
      const { response, text } = await play(raw(stream, { headers: { "content-type": type } }));
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(text).toBe(stream);
      expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
    },
  );

  it("a frame of 5 MiB passes, and usage behind it is read", async () => {
    const stream = chunk("x".repeat(5 * 2 ** 20)) + usageChunk + done;
    const { text } = await play(raw(stream));
    expect(text.length).toBe(stream.length - usageChunk.length);
    expect(text).toBe(stream.replace(usageChunk, ""));
    expect(await stage.onlyRecord()).toMatchObject({ promptTokens: 3, completionTokens: 5, estimated: false });
  });

  it("a whole answer to the wish for a stream becomes one", async () => {
    const choices = [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "stop" }];
    const { response, text } = await play({
      kind: "answer",
      body: { id: "c", model: "m", choices, usage: { prompt_tokens: 1, completion_tokens: 2 } },
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(text).toMatch(/"content":"Hi\."[\s\S]*"finish_reason":"stop"[\s\S]*data: \[DONE\]/);
    expect(await stage.onlyRecord()).toMatchObject({ promptTokens: 1, completionTokens: 2 });
  });

  it("the connection to the vendor serves the next request", async () => {
    for (let turn = 0; turn < 5; turn += 1) await play({ kind: "chat", text: "one two" });
    expect(stage.upstream.openSockets()).toBe(1);
  });
});

describe("how a stream ends badly", () => {
  it.each(["reset", "close"] as const)("a vendor that dies (%s) leaves an error event and no [DONE]", async (how) => {
    await start();
    const { response, text } = await play({ kind: "cut", after: { chunks: 3 }, how, of: { kind: "chat", chunks: 9 } });
    expect(response.status).toBe(200);
    const last = JSON.parse(eventsOf(text).at(-1) ?? "") as { error: object };
    expect(last.error).toMatchObject({ code: "provider_error", type: "api_error" });
    expect(text).not.toContain("[DONE]");
    expect(await stage.onlyRecord()).toMatchObject({
      status: "error",
      errorCode: "provider_error",
      httpStatus: 200,
      estimated: true,
    });
  });

  it("a vendor that keeps the connection open behind its end mark holds up nobody, and loses it", async () => {
    await start();
    const text = chunk("a") + done;
    const { text: received } = await play({ kind: "stall", after: { bytes: text.length }, of: raw(text + chunk("b")) });
    expect(received).toBe(text);
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0, 4_000);
  });

  it("half an event is not passed on before the error event", async () => {
    await start();
    const { text } = await play({
      kind: "cut",
      after: { bytes: chunk("a").length + 20 },
      of: raw(chunk("a") + chunk("b")),
    });
    expect(eventsOf(text)).toHaveLength(2);
  });

  it("an error event of the vendor passes, and the record says so", async () => {
    await start();
    const { text } = await play({ kind: "chat", chunks: 6, errorAfterChunks: 2 });
    expect(eventsOf(text).at(-1)).toContain('"error"');
    expect(text).not.toContain("[DONE]");
    expect(await stage.onlyRecord()).toMatchObject({ status: "error", errorCode: "provider_error" });
  });

  it("silence of the vendor ends in a timeout event", async () => {
    await start({ timeouts: { idleMs: 150 } });
    const startedAt = performance.now();
    const { text } = await play({ kind: "stall", after: { chunks: 3 }, of: { kind: "chat", chunks: 9 } });
    expect(performance.now() - startedAt).toBeLessThan(1_500 * slowdown());
    expect(eventsOf(text).at(-1)).toContain('"timeout_error"');
    expect(text).not.toContain("[DONE]");
    expect(await stage.onlyRecord()).toMatchObject({ status: "timeout", errorCode: "timeout_error", estimated: true });
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0);
  });

  it("so does a stream that goes on for too long", async () => {
    await start({ timeouts: { totalMs: 300 } });
    const { text } = await play({ kind: "chat", chunks: 1000, tokensPerSecond: 50 });
    expect(eventsOf(text).at(-1)).toContain('"timeout_error"');
    expect(await stage.onlyRecord()).toMatchObject({ status: "timeout" });
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0);
  });

  it("a client that never reads loses its connection when the time is over", async () => {
    await start({ timeouts: { totalMs: 300 } });
    stage.upstream.script({ kind: "huge", bytes: 50_000_000 });
    const open = new Promise<Socket>((resolve) => stage.gateway.server.once("connection", resolve));
    const connection = await openRaw(stage.gateway.url);
    connection.socket.pause();
    connection.send(
      requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(helloStream) }),
    );
    const socket = await open;
    expect(await stage.onlyRecord()).toMatchObject({ status: "timeout" });
    await waitFor(() => socket.destroyed);
    connection.destroy();
  });

  it("silence before the first event is answered with 504", async () => {
    await start({ timeouts: { idleMs: 150 } });
    const { response } = await play({ kind: "stall", after: "headers", of: { kind: "chat", chunks: 9 } });
    expect(response.status).toBe(504);
  });

  it("a stream that ends before its first event is answered with 502", async () => {
    await start({ random: () => 0 });
    stage.upstream.script(raw(""));
    const response = await stage.post(helloStream);
    expect(response.status).toBe(502);
    expect((await readError(response)).code).toBe("provider_error");
    expect(stage.upstream.received).toHaveLength(2);
  });
});

const mebibyte = 2 ** 20;

describe("a client that does not read", () => {
  let upstream: FakeUpstream;
  let child: ChildProcess;
  let url: string;

  const residentBytes = (): number =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1024;

  beforeEach(async () => {
    await start();
    upstream = await startFakeUpstream();
    child = spawn(process.execPath, [new URL("./support/gateway-process.ts", import.meta.url).pathname, upstream.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout === null) throw new Error("the child has an output");
    [url] = (await once(createInterface(child.stdout), "line")) as [string];
  });
  afterEach(async () => {
    child.kill();
    await upstream.close();
  });

  it.each([
    ["a stream", helloStream],
    ["a whole answer", hello],
  ])("holds the vendor back: %s of 200 MB grows no memory", async (_name, body) => {
    if (process.platform !== "linux") return;
    upstream.script({ kind: "chat", text: "warm" });
    const request = requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(body) });
    const first = await openRaw(url);
    first.send(request);
    await first.until((text) => text.includes("warm"));
    first.destroy();
    const before = residentBytes();
    upstream.script({ kind: "huge", bytes: 200_000_000 });
    const reader = await openRaw(url);
    reader.socket.pause();
    reader.send(request);
    await pause(1_500);
    const growth = residentBytes() - before;
    // A whole answer is held up to 16 MiB in case that it is small enough to be read as a whole.
    expect(growth).toBeLessThan((body === hello ? 90 : 40) * mebibyte);
    let bytes = 0;
    reader.socket.removeAllListeners("data");
    reader.socket.on("data", (part) => (bytes += part.length));
    reader.socket.resume();
    await waitFor(() => bytes > 200_000_000, 60_000);
    expect(residentBytes() - before).toBeLessThan(150 * mebibyte);
    reader.destroy();
  });
});
