// The translating way, tried from a dialect to itself under another name: what comes out must say what went in.

import { describe, expect, it } from "vitest";
import { collectEvents } from "#testing/collect-events.ts";
import type { Dialect } from "#dialects/dialect.ts";
import { openaiChat } from "#dialects/openai-chat/index.ts";
import { passageBetween } from "./passage-between.ts";

const otherName = "another" as Dialect["name"];
const direct = passageBetween(openaiChat, openaiChat, "chat.completions");
const translated = passageBetween(openaiChat, { ...openaiChat, name: otherName }, "chat.completions");

const body = Buffer.from(
  JSON.stringify({ model: "asked", messages: [{ role: "user", content: "Hello" }], stream: true, top_p: 0.5 }),
);
const request = openaiChat.client.parseRequest("chat.completions", body);

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

function chunk(delta: object, finish: string | null = null, more: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more })}\n\n`;
}

const usageChunk = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage })}\n\n`;
const stream = chunk({ role: "assistant", content: "" }) + chunk({ content: "Hi" }) + chunk({}, "stop") + usageChunk;

function playThrough(passage: typeof direct, text: string, size: number) {
  const tap = passage.createStreamTap(request, {});
  const bytes = Buffer.from(text);
  const passed: (Buffer | null)[] = [];
  for (let at = 0; at < bytes.length; at += size) passed.push(tap.push(bytes.subarray(at, at + size)));
  passed.push(tap.flush());
  return { tap, text: Buffer.concat(passed.filter((part) => part !== null)).toString("utf8") };
}

describe("within one dialect", () => {
  it("bytes pass", () => {
    const answer = Buffer.from(`{ "id": "x", "usage": ${JSON.stringify(usage)}, "choices": [{}] }`);
    expect(direct.readAnswer(answer, { ...request, stream: false }).body).toBe(answer);
    expect(direct.readError(500, answer).body).toBe(answer);
    expect(direct.encodeRequest(request, { model: "asked", quirks: {} }).notes).toEqual([]);
  });
});

describe("across dialects", () => {
  it("a request is written anew for the target", () => {
    const { body: sent, notes } = translated.encodeRequest(request, { model: "theirs", quirks: {} });
    expect(JSON.parse(sent.toString())).toEqual({
      model: "theirs",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      top_p: 0.5,
      stream_options: { include_usage: true },
    });
    expect(notes).toEqual([]);
  });

  it("an answer is written anew for the client, and its usage is read", () => {
    const choices = [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }];
    const answer = Buffer.from(
      JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices, usage }),
    );
    const reading = translated.readAnswer(answer, { ...request, stream: false });
    expect(JSON.parse(reading.body.toString("utf8"))).toMatchObject({ choices, usage });
    expect(reading.usage).toMatchObject({ promptTokens: 3, completionTokens: 2 });
    expect(translated.readAnswer(Buffer.from("<html>"), request).isBroken).toBe(true);
  });

  it("an error is told in the client's dialect", () => {
    const theirs = Buffer.from(JSON.stringify({ object: "error", message: "too hot" }));
    const { error } = JSON.parse(translated.readError(400, theirs).body.toString("utf8")) as {
      error: object;
    };
    expect(error).toMatchObject({ message: "too hot", code: "invalid_request_error" });
  });

  it.each([1, 7, 1000])("a stream in pieces of %i bytes says the same", (size) => {
    const { tap, text } = playThrough(translated, `${stream}data: [DONE]\n\n`, size);
    expect(tap).toMatchObject({ ended: true, failure: null, usage: { promptTokens: 3, completionTokens: 2 } });
    const read = (written: string) =>
      collectEvents(openaiChat.upstream.createStreamDecoder().push(Buffer.from(written)));
    expect(read(text)).toEqual({ ...read(`${stream}data: [DONE]\n\n`), usage: null });
  });

  it("a stream that breaks off is a failure, and has no end", () => {
    const { tap, text } = playThrough(translated, chunk({ content: "Hal" }), 1000);
    expect(tap.failure).not.toBeNull();
    expect(tap.ended).toBe(false);
    expect(text).not.toContain("[DONE]");
  });
});
