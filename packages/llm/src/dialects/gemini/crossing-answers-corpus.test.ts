// Recorded answers of vendors of other dialects, written for clients of gemini, and the other way round: valid, and saying
// the same.

import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { ChatEvent, ChatResult, Part } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { gemini } from "./index.ts";

const openaiChat = dialects["openai-chat"];
const anthropicMessages = dialects["anthropic-messages"];
type Side = Pick<Dialect, "client" | "upstream">;

const compatible = ["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"];

const asked: ParsedRequest = {
  operation: "chat.completions",
  body: Buffer.from("{}"),
  members: null,
  model: "m",
  stream: true,
  wantsStreamUsage: true,
  promptTokensEstimate: 0,
  maxOutputTokens: null,
  answers: 1,
  query: "alt=sse",
};

function* answersOf(corpus: Corpus, endpoint: string, families: readonly string[]): Generator<CorpusRecord> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      const isRead = record.response_text !== undefined || record.response_body !== undefined;
      const isMeant = record.endpoint === endpoint && families.includes(record.family) && isRead;
      if (isMeant && record.status === 200 && !Array.isArray(record.response_body)) yield record;
    }
  }
}

function decode({ upstream }: Side, text: string): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

function encode({ client }: Side, events: readonly ChatEvent[]): string {
  const encoder = client.createStreamEncoder(asked);
  return events.map((event) => encoder.encode(event)).join("");
}

interface Crossing {
  /** What was read of the answer when it was written in the other dialect. */
  readonly before: Reading;
  readonly after: Reading;
  readonly written: string;
}

function cross({ response_text: text, response_body: body }: CorpusRecord, from: Side, to: Side): Crossing | null {
  if (text !== undefined) {
    const events = decode(from, text);
    const written = encode(to, events);
    return { before: withRefusal(readEvents(events), events), after: readEvents(decode(to, written)), written };
  }
  const result = from.upstream.decodeResult(Buffer.from(JSON.stringify(body)));
  if (result === null) return null;
  const written = to.client.encodeResult(result, asked);
  const again = to.upstream.decodeResult(Buffer.from(written));
  if (again === null) throw new Error("what was written is no answer");
  return { before: withRefusal(readResult(result), partsOf(result)), after: readResult(again), written };
}

function partsOf({ choices }: ChatResult): readonly Part[] {
  return choices[0]?.content ?? [];
}

/** The dialect has no place for refusals: they are texts. */
function withRefusal(reading: Reading, items: readonly (ChatEvent | Part)[]): Reading {
  const refusal = items.map((item) => (item.kind === "refusal" ? item.text : "")).join("");
  return { ...reading, text: reading.text + refusal };
}

/**
 * Reasons to finish have other classes in each dialect, a call without arguments has none, what is no object stands within
 * one, and a failure has no usage.
 */
function gist({ finish: _finish, promptTokens, completionTokens, calls, ...told }: Reading): object {
  const counts = told.failed ? [] : [promptTokens ?? 0, completionTokens ?? 0];
  const objects = calls.map(({ name, args }) => ({ name, args: toObject(args) }));
  return { ...told, counts, calls: told.failed ? [] : objects };
}

function toObject(args: unknown): unknown {
  if (args === "") return {};
  return typeof args === "object" && args !== null && !Array.isArray(args) ? args : { arguments: textOf(args) };
}

function textOf(args: unknown): string {
  return typeof args === "string" ? args : JSON.stringify(args);
}

function opener(corpus: Corpus, name: string): (value: unknown) => string | null {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const text = corpus.specification(`from-sdk-types/google.${name}.schema.json`);
  const validate = ajv.compile(JSON.parse(text) as object);
  return (value) => (value === undefined || validate(value) ? null : ajv.errorsText(validate.errors?.slice(-2)));
}

function documentsIn(written: string): readonly unknown[] {
  const events = [...written.matchAll(/^data: (.*)\r$/gm)].map(([, data = ""]) => parseJson(data));
  return events.length > 0 ? events : [parseJson(written)];
}

describeWithCorpus("answers cross between gemini and the other dialects", (corpus) => {
  const vendors = [
    ["openai-chat", openaiChat, "chat", compatible, 500],
    ["anthropic-messages", anthropicMessages, "messages", ["ANTHROPIC"], 350],
  ] as const;

  it.each(vendors)(
    "what vendors of %s answered is valid, and says the same",
    (_name, from, endpoint, families, least) => {
      const faultOfCandidate = opener(corpus, "Candidate");
      const faultOfUsage = opener(corpus, "GenerateContentResponseUsageMetadata");
      const misses = new Set<string>();
      let checked = 0;
      for (const record of answersOf(corpus, endpoint, families)) {
        const crossed = cross(record, from, gemini);
        if (crossed === null) continue;
        checked += 1;
        for (const answer of documentsIn(crossed.written)) {
          const candidates = memberOf(answer, "candidates");
          for (const candidate of Array.isArray(candidates) ? candidates : []) {
            const fault = faultOfCandidate(candidate);
            if (fault !== null) misses.add(`${record.id}: ${fault}`);
          }
          const fault = faultOfUsage(memberOf(answer, "usageMetadata"));
          if (fault !== null) misses.add(`${record.id}: ${fault}`);
        }
        const [before, after] = [gist(crossed.before), gist(crossed.after)];
        if (!isDeepStrictEqual(before, after)) misses.add(`${record.id}: ${JSON.stringify([before, after])}`);
      }
      expect([...misses]).toEqual([]);
      expectEnough(corpus, checked, least);
    },
  );

  const clients = [
    ["openai-chat", openaiChat],
    ["anthropic-messages", anthropicMessages],
  ] as const;

  it.each(clients)("what the vendor answered says the same to clients of %s", (_name, to) => {
    const misses: string[] = [];
    let checked = 0;
    for (const record of answersOf(corpus, "generateContent", ["GOOGLE"])) {
      const crossed = cross(record, gemini, to);
      if (crossed === null) continue;
      checked += 1;
      const [before, after] = [gist(crossed.before), gist(crossed.after)];
      if (!isDeepStrictEqual(before, after)) misses.push(`${record.id}: ${JSON.stringify([before, after])}`);
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 480);
  });

  it("seals of calls and thoughts come through clients of openai-chat", () => {
    let sealed = 0;
    for (const { id, response_text: text } of answersOf(corpus, "generateContent", ["GOOGLE"])) {
      if (text === undefined) continue;
      const seals = collectEvents(decode(gemini, text)).choices[0]?.seals ?? [];
      const written = encode(openaiChat, decode(gemini, text));
      for (const seal of seals) expect(written.includes(`ghostllm.gemini.${seal}`), id).toBe(true);
      sealed += seals.length;
    }
    expectEnough(corpus, sealed, 30);
  });
});
