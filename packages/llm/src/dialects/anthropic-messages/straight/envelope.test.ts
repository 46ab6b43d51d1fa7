// Requests and streams of this dialect in the forms of clouds: what was recorded there must come out of what a client
// writes, and the other way round.

import { passThrough } from "#testing/pass-through.ts";
import { encodeEventChunk, encodeEventMessage } from "@ghostllm/fake-upstream";
import { describe, expect, it } from "vitest";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { passageBetween } from "#dialects/passage/passage-between.ts";
import { dialects } from "#dialects/index.ts";
import { bedrock } from "#providers/bedrock.ts";
import { vertexAnthropic } from "#providers/vertex-anthropic.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readResult } from "#testing/reading.ts";
import { eventStreamType } from "#wire/aws-event-stream.ts";
import { describeWithCorpus, expectEnough } from "../../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../../tests/support/corpus.ts";
import { anthropicMessages } from "#dialects/anthropic-messages/index.ts";

const { client, upstream } = anthropicMessages;
const straight = passageBetween(anthropicMessages, anthropicMessages, "chat.completions");
const amazons = bedrock.quirks ?? {};
const googles = vertexAnthropic.quirks ?? {};

function edit(written: string, quirks = amazons, headers: Record<string, string> = {}): string {
  const request = client.parseRequest("chat.completions", Buffer.from(written));
  return upstream.editRequest(request, { model: "target", quirks, headers }).toString();
}

describe("a request in an envelope", () => {
  const messages = '"messages":[{"role":"user","content":"a\\u0062"}]';

  it("has neither model nor stream, and tells its version", () => {
    const version = '"anthropic_version":"bedrock-2023-05-31"';
    expect(edit(`{"model":"m","stream":true,${messages}}`)).toBe(`{${version},${messages}}`);
    expect(edit(`{${messages},"model":"m"}`)).toBe(`{${version},${messages}}`);
    expect(edit(`{"model":"m","stream":true,${messages}}`, googles)).toBe(
      `{"anthropic_version":"vertex-2023-10-16","stream":true,${messages}}`,
    );
  });

  it("keeps what the client itself put there", () => {
    const own = '"anthropic_version":"own","anthropic_beta":["b"]';
    const headers = { "anthropic-beta": "a" };
    expect(edit(`{"model":"m",${own},${messages}}`, amazons, headers)).toBe(`{${own},${messages}}`);
  });

  it("lists what a header tells between commas", () => {
    const listed = JSON.parse(edit(`{"model":"m",${messages}}`, amazons, { "anthropic-beta": " a,, b " })) as object;
    expect(listed).toMatchObject({ anthropic_beta: ["a", "b"] });
    expect(edit(`{"model":"m",${messages}}`, amazons, { "anthropic-beta": " , " })).not.toContain("anthropic_beta");
  });

  it("with a key twice is written anew", () => {
    const twice = JSON.parse(edit(`{"model":"m","model":"n","x":1,${messages}}`)) as object;
    expect(twice).toEqual({
      anthropic_version: "bedrock-2023-05-31",
      x: 1,
      messages: [{ role: "user", content: "ab" }],
    });
  });
});

function playThrough(tap: StreamTap, pieces: readonly Buffer[]): string {
  const { bytes, failure } = passThrough(tap, pieces);
  return bytes.toString("utf8") + (failure ?? "");
}

function openTap(passage = straight): StreamTap {
  const body = '{"model":"m","max_tokens":1,"stream":true,"messages":[{"role":"user","content":"a"}]}';
  const request = client.parseRequest("chat.completions", Buffer.from(body));
  return passage.createStreamTap(request, amazons, eventStreamType);
}

describe("a stream in Amazon's frames", () => {
  const stop = { type: "message_stop" };
  const exception = encodeEventMessage("throttlingException", { message: "Slow down." }, "exception");

  it("comes out as events, of which what has no type has no name", () => {
    const bytes = Buffer.concat([
      encodeEventChunk({ x: "ü😀" }),
      encodeEventMessage("other", {}),
      encodeEventChunk(stop),
    ]);
    const expected = 'data: {"x":"ü😀"}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
    for (const pieces of [[bytes], Array.from(bytes, (byte) => Buffer.from([byte]))]) {
      const tap = openTap();
      expect(playThrough(tap, pieces)).toBe(expected);
      expect(tap).toMatchObject({ ended: true, failure: null, contentType: "text/event-stream" });
    }
  });

  it("cannot make events of its own within another's data", () => {
    const base64 = Buffer.from('{"type":"a\\nb",\n\n"x":1}').toString("base64");
    const text = playThrough(openTap(), [encodeEventMessage("chunk", { bytes: base64 })]);
    expect(text).toBe('data: {"type":"a\\nb",\ndata: \ndata: "x":1}\n\n');
  });

  it("that fails is an error of the dialect, once", () => {
    const tap = openTap();
    const text = playThrough(tap, [exception, exception, encodeEventChunk(stop)]);
    expect(text).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}\n\n',
    );
    expect(tap).toMatchObject({ ended: false, failure: { message: "Slow down.", code: "rate_limit_exceeded" } });
  });

  it("that is cut off within a frame fails", () => {
    const tap = openTap();
    expect(playThrough(tap, [encodeEventChunk(stop).subarray(0, 40)])).toContain("ends within a message");
    expect(tap.failure?.message).toContain("ends within a message");
  });
});

function* invocations(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of corpus.providers())
    for (const record of corpus.recorded(provider))
      if (/\/invoke(?:-with-response-stream)?$/.test(record.path) && record.request_body?.["anthropic_version"])
        yield record;
}

describeWithCorpus("recorded requests to Claude behind Amazon's envelope", (corpus) => {
  it("are what comes of a client's own, and their answers are read", () => {
    let checked = 0;
    for (const { id, path, request_body: written, status, response_body: answer, response_b64: frames } of invocations(
      corpus,
    )) {
      checked += 1;
      const { anthropic_version: _version, ...fields } = written ?? {};
      const clients = JSON.stringify({ model: "m", stream: path.endsWith("stream"), ...fields });
      expect(JSON.parse(edit(clients)), id).toEqual(written);
      if (frames !== undefined) {
        const bytes = Buffer.from(frames, "base64");
        const tap = openTap();
        const text = playThrough(tap, [bytes]);
        expect(tap, id).toMatchObject({ ended: true, failure: null });
        expect(tap.usage?.completionTokens, id).toBeGreaterThan(0);
        expect(upstream.readText(text, true), id).not.toBe("");
        expect(playThrough(openTap(), cutAtRandom(bytes, chanceFrom(checked))), id).toBe(text);
        const crossed = openTap(passageBetween(dialects["openai-chat"], anthropicMessages, "chat.completions"));
        expect(playThrough(crossed, [bytes]), id).toContain("[DONE]");
      } else if (status === 200) {
        const result = upstream.decodeResult(Buffer.from(JSON.stringify(answer)));
        if (result === null) throw new Error(`${id} is no answer`);
        expect(readResult(result).text, id).not.toBe("");
        expect(result.usage, id).toMatchObject({ completionTokens: expect.any(Number) });
      }
    }
    expectEnough(corpus, checked, 3);
  });
});
