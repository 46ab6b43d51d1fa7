// Recorded answers of vendors of the other dialects, written for clients of this one, and of this one for theirs: valid,
// and saying the same.

import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { dialects } from "#dialects/index.ts";
import type { ChatEvent, Part } from "#hub.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { lacksLogprobs } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { openaiResponses } from "./index.ts";

type Faults = (name: string, value: unknown) => string | null;

function* answersOf(corpus: Corpus, endpoint: string): Generator<CorpusRecord> {
  const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA", "ANTHROPIC"]);
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      const isRead = record.response_body !== undefined || record.response_text !== undefined;
      if (record.endpoint === endpoint && families.has(record.family) && record.status === 200 && isRead) yield record;
    }
  }
}

function decode({ upstream }: Dialect, text: string): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

function requestFor({ client }: Dialect): ParsedRequest {
  const fields = { model: "m", input: "x", messages: [{ role: "user", content: "x" }], max_tokens: 9, stream: true };
  const options = { stream_options: { include_usage: true } };
  return client.parseRequest("chat.completions", Buffer.from(JSON.stringify({ ...fields, ...options })));
}

interface Written {
  readonly misses: readonly string[];
  readonly checked: number;
}

/** Every answer, read in one dialect, written in the other and read again. */
function crossAll(corpus: Corpus, endpoint: string, [from, to]: readonly [Dialect, Dialect], faultOf: Faults): Written {
  const misses: string[] = [];
  let checked = 0;
  const request = requestFor(to);
  const isText = to.name === "anthropic-messages";
  for (const record of answersOf(corpus, endpoint)) {
    const { id, response_text: text, response_body: body } = record;
    const isInvalidItself = lacksLogprobs(record);
    checked += 1;
    if (text === undefined) {
      const result = from.upstream.decodeResult(Buffer.from(JSON.stringify(body)));
      if (result === null) continue;
      const written = to.client.encodeResult(result, request);
      const fault = faultOf("whole", JSON.parse(written));
      if (fault !== null && !isInvalidItself) misses.push(`${id}: ${fault}`);
      const again = to.upstream.decodeResult(Buffer.from(written));
      const refusal = refusalOf(result.choices[0]?.content ?? [], isText);
      if (again === null || !isDeepStrictEqual(gist(readResult(again)), gist(readResult(result), refusal)))
        misses.push(`${id} differs`);
    } else {
      const events = decode(from, text);
      const encoder = to.client.createStreamEncoder(request);
      const written = events.map((event) => encoder.encode(event)).join("");
      for (const [, data = ""] of written.matchAll(/^data: (\{.*)$/gm)) {
        const fault = data.includes('"error":{') ? null : faultOf("event", JSON.parse(data));
        if (fault !== null && !isInvalidItself) misses.push(`${id}: ${fault}`);
      }
      const again = readEvents(decode(to, written));
      if (!isDeepStrictEqual(gist(again), gist(readEvents(events), refusalOf(events, isText))))
        misses.push(`${id} differs`);
    }
  }
  return { misses, checked };
}

/** Words of a refusal, where the other dialect has no place for them but the text. */
function refusalOf(items: readonly (ChatEvent | Part)[], isText: boolean): string {
  return isText ? items.map((item) => (item.kind === "refusal" ? item.text : "")).join("") : "";
}

/** Reasons to finish have other classes here, a call without arguments has none, and a failure has no usage. */
function gist(
  { finish: _finish, promptTokens, completionTokens, calls, text, ...told }: Reading,
  refusal = "",
): object {
  const counts = told.failed ? [] : [promptTokens ?? 0, completionTokens ?? 0];
  const written = calls.map((call) => ({ ...call, args: call.args === "" ? {} : call.args }));
  return { ...told, text: text + refusal, counts, calls: written };
}

function openaiFaults(corpus: Corpus, names: Readonly<Record<string, string>>): Faults {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const text = corpus.specification("openai.relaxed.schema.json");
  ajv.addSchema(JSON.parse(text.replaceAll('"oneOf"', '"anyOf"')) as object, "openai");
  return (name, value) => (ajv.validate(`openai#/$defs/${names[name] ?? ""}`, value) ? null : ajv.errorsText());
}

function anthropicFaults(corpus: Corpus): Faults {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validatorOf = (name: string) => {
    const text = corpus.specification(`from-sdk-types/anthropic.${name}.relaxed.schema.json`);
    return ajv.compile(JSON.parse(text) as object);
  };
  const validators = new Map([
    ["whole", validatorOf("Message")],
    ["event", validatorOf("RawMessageStreamEvent")],
  ]);
  return (name, value) =>
    validators.get(name)?.(value) === true ? null : ajv.errorsText(validators.get(name)?.errors);
}

const ours = { whole: "Response", event: "ResponseStreamEvent" };
const chats = { whole: "CreateChatCompletionResponse", event: "CreateChatCompletionStreamResponse" };

describeWithCorpus("answers cross to and from openai-responses", (corpus) => {
  const { "openai-chat": chat, "anthropic-messages": anthropic } = dialects;

  it.each([
    ["chat", chat, 500],
    ["messages", anthropic, 300],
  ] as const)("of %s, for clients of openai-responses", (endpoint, from, least) => {
    const { misses, checked } = crossAll(corpus, endpoint, [from, openaiResponses], openaiFaults(corpus, ours));
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, least);
  });

  it.each([
    [chat, openaiFaults(corpus, chats)],
    [anthropic, anthropicFaults(corpus)],
  ] as const)("for clients of the others", (to, faultOf) => {
    const { misses, checked } = crossAll(corpus, "responses", [openaiResponses, to], faultOf);
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 290);
  });
});
