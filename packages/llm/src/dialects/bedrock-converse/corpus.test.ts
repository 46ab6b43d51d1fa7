// Recorded traffic: what the vendor answered, against what stands in it, and what clients of other dialects read of it.

import { GhostError } from "@ghostllm/contract";
import { encodeEventMessage } from "@ghostllm/fake-upstream";
import { expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import { passageBetween } from "#dialects/passage/passage-between.ts";
import type { ChatEvent } from "#hub.ts";
import { bedrock } from "#providers/bedrock.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import type { Chance } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { EventStreamDecoder } from "#wire/aws-event-stream.ts";
import { countOf, isObject, memberOf } from "#wire/json.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { bedrockConverse } from "./index.ts";

const { upstream } = bedrockConverse;

function* converseRecords(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of corpus.providers())
    for (const record of corpus.recorded(provider)) if (/\/converse(?:-stream)?$/.test(record.path)) yield record;
}

function decode(pieces: readonly Buffer[]): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

/** Read by other means than the decoder's. */
function textsOf(value: unknown, member: string): string {
  const texts: unknown[] = [];
  JSON.stringify(value, (key, held: unknown) => {
    if (key === "toolResult" || key === "toolUse") return undefined;
    if (key === member) texts.push(held);
    return held;
  });
  return texts.filter((text) => typeof text === "string").join("");
}

describeWithCorpus("answers in Amazon's dialect", (corpus) => {
  const records = [...converseRecords(corpus)];

  it("whole ones say what stands in them", () => {
    let checked = 0;
    for (const { id, status, response_body: body } of records) {
      if (status !== 200 || body === undefined) continue;
      checked += 1;
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(body)));
      if (result === null) throw new Error(`${id} is no answer`);
      const reading = readResult(result);
      const content = memberOf(memberOf(memberOf(body, "output"), "message"), "content");
      expect(reading.text + reading.reasoning, id).toHaveLength(textsOf(content, "text").length);
      const uses = Array.isArray(content) ? content.map((block: unknown) => memberOf(block, "toolUse")) : [];
      const asked = uses.filter((use) => isObject(use) && use["type"] !== "server_tool_use");
      expect(reading.calls, id).toEqual(
        asked.map((use) => ({ name: memberOf(use, "name"), args: memberOf(use, "input") })),
      );
      const usage = memberOf(body, "usage");
      const { promptTokens = 0, completionTokens = 0 } = reading;
      expect(promptTokens + completionTokens, id).toBe(countOf(memberOf(usage, "totalTokens")));
      expect(reading.finish, id).not.toBeNull();
    }
    expectEnough(corpus, checked, 5);
  });

  it("streams come to their end, in pieces of any size", () => {
    let checked = 0;
    for (const { id, response_b64: frames } of records) {
      if (frames === undefined) continue;
      checked += 1;
      const bytes = Buffer.from(frames, "base64");
      const events = decode([bytes]);
      expect(collectEvents(events), id).toMatchObject({ isEnded: true, error: null });
      const { text, promptTokens } = readEvents(events);
      expect([text, promptTokens], id).toEqual([expect.stringMatching(/./), expect.any(Number)]);
      expect(decode(cutAtRandom(bytes, chanceFrom(checked))), id).toEqual(events);
    }
    expectEnough(corpus, checked, 0);
  });

  it("errors say what went wrong", () => {
    let checked = 0;
    const passage = passageBetween(dialects["openai-chat"], bedrockConverse, "chat.completions");
    for (const { id, status, response_body: body, response_headers: headers } of records) {
      if (status < 400) continue;
      checked += 1;
      const quirks = bedrock.quirks ?? {};
      const reading = passage.readError(status, Buffer.from(JSON.stringify(body)), { headers, quirks });
      expect(reading, id).toMatchObject({ message: memberOf(body, "message"), code: "invalid_request_error" });
    }
    expectEnough(corpus, checked, 2);
  });
});

/** A request of a client in another dialect, as the vendor gets it. */
function cross(name: keyof typeof dialects, written: object): Readonly<Record<string, unknown>> {
  const { client } = dialects[name];
  const parsed = client.parseRequest("chat.completions", Buffer.from(JSON.stringify({ model: "m", ...written })));
  const { body } = upstream.encodeRequest(client.decodeRequest(parsed), {
    model: "amazon.nova-2-lite-v1:0",
    quirks: {},
  });
  return JSON.parse(body) as Readonly<Record<string, unknown>>;
}

describeWithCorpus("Amazon's dialect behind clients of others", (corpus) => {
  it.each(["openai-chat", "anthropic-messages"] as const)("answers reach clients of %s as they were", (name) => {
    const { client, upstream: reader } = dialects[name];
    const body = Buffer.from('{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}]}');
    const request = client.parseRequest("chat.completions", body);
    const passage = passageBetween(dialects[name], bedrockConverse, "chat.completions");
    for (const { id, status, response_body: answer, response_b64: frames } of converseRecords(corpus)) {
      if (status !== 200) continue;
      if (frames === undefined) {
        const bytes = Buffer.from(JSON.stringify(answer));
        const theirs = upstream.decodeResult(bytes);
        const ours = reader.decodeResult(passage.readAnswer(bytes, request).body);
        if (theirs === null || ours === null) throw new Error(`${id} is no answer`);
        expect(ours.model, id).toBe("m");
        expect(gist(readResult(ours)), id).toEqual(gist(readResult(theirs)));
      } else {
        const tap = passage.createStreamTap(request, {}, "application/vnd.amazon.eventstream");
        const passed = [tap.push(Buffer.from(frames, "base64")), tap.flush()].filter((part) => part !== null);
        const decoder = reader.createStreamDecoder();
        const again = readEvents([...decoder.push(Buffer.concat(passed)), ...decoder.flush()]);
        expect(again.text, id).toBe(readEvents(decode([Buffer.from(frames, "base64")])).text);
      }
    }
  });

  it("seals come back to the vendor byte for byte through clients of other dialects", () => {
    let checked = 0;
    for (const { id, response_body: answer } of converseRecords(corpus)) {
      const theirs = answer === undefined ? null : upstream.decodeResult(Buffer.from(JSON.stringify(answer)));
      const sealed = theirs?.choices[0]?.content.filter((part) => part.kind === "reasoning" && part.signature) ?? [];
      if (theirs === null || sealed.length === 0) continue;
      checked += 1;
      const client = dialects["anthropic-messages"].client;
      const body = Buffer.from('{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}]}');
      const written = JSON.parse(client.encodeResult(theirs, client.parseRequest("chat.completions", body))) as object;
      const messages = [
        { role: "user", content: "a" },
        { role: "assistant", content: memberOf(written, "content") },
        { role: "user", content: "b" },
      ];
      const again = cross("anthropic-messages", { max_tokens: 1, messages });
      const before = memberOf(memberOf(memberOf(answer, "output"), "message"), "content");
      const thoughts = (blocks: unknown) =>
        Array.isArray(blocks) ? blocks.filter((block: unknown) => memberOf(block, "reasoningContent")) : [];
      const turns = again["messages"];
      const turn: unknown = Array.isArray(turns) ? turns[1] : undefined;
      expect(thoughts(memberOf(turn, "content")), id).toEqual(thoughts(before));
    }
    expectEnough(corpus, checked, 1);
  });
});

function gist({ finish: _finish, ...told }: ReturnType<typeof readResult>): object {
  return told;
}

const oddities = [
  "null",
  "1",
  '"x"',
  "[]",
  "{}",
  '{"toolUse":1}',
  '{"text":{}}',
  '{"__proto__":{"text":"a"}}',
  "[[[]]]",
];

/** The value with some of what is within it made into something else. */
function spoil(value: unknown, chance: Chance): unknown {
  if (chance.below(12) === 0) return JSON.parse(chance.pick(oddities)) as unknown;
  if (Array.isArray(value)) return value.map((item) => spoil(item, chance));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, spoil(held, chance)]));
}

describeWithCorpus("nothing is too odd", (corpus) => {
  const records = [...converseRecords(corpus)].filter(({ status }) => status === 200);

  it("for the decoders, which answer or say that it is no answer", () => {
    let answered = 0;
    for (let seed = 1; seed <= 600; seed += 1) {
      const chance = chanceFrom(seed);
      const { response_body: body, response_b64: frames } = chance.pick(records);
      if (body !== undefined && upstream.decodeResult(Buffer.from(JSON.stringify(spoil(body, chance))))) answered += 1;
      if (frames === undefined) continue;
      const messages = new EventStreamDecoder().push(Buffer.from(frames, "base64"));
      const spoiled = messages.map(({ headers, payload }) => {
        const event = spoil(JSON.parse(payload.toString("utf8")), chance) as Readonly<Record<string, unknown>>;
        return encodeEventMessage(headers.get(":event-type") ?? "", event);
      });
      const { isEnded, error } = collectEvents(decode([Buffer.concat(spoiled)]));
      expect(isEnded, `seed ${seed}`).toBe(error === null);
    }
    expectEnough(corpus, answered, 50);
  });

  it("but what is nested too deeply, which is a fault of the vendor's", () => {
    const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    const answer = `{"output":{"message":{"content":[{"toolUse":{"toolUseId":"a","name":"f","input":${deep}}}]}}}`;
    expect(() => upstream.decodeResult(Buffer.from(answer))).toThrow(GhostError);
  });
});
