// Recorded answers of vendors of openai-chat, written for clients of anthropic-messages: valid, and saying the same.

import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ChatEvent, Part } from "#hub.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { anthropicMessages } from "./index.ts";

const openaiChat = dialects["openai-chat"];

function* chatAnswers(corpus: Corpus): Generator<CorpusRecord> {
  const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (record.endpoint === "chat" && families.has(record.family) && record.status === 200) yield record;
    }
  }
}

describeWithCorpus("answers cross from openai-chat to anthropic-messages", (corpus) => {
  it("what vendors of openai-chat answered is valid for clients of anthropic-messages, and says the same", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const schemaOf = (name: string) =>
      JSON.parse(corpus.specification(`from-sdk-types/anthropic.${name}.relaxed.schema.json`));
    const isMessage = ajv.compile(schemaOf("Message") as object);
    const isEvent = ajv.compile(schemaOf("RawMessageStreamEvent") as object);
    const misses: string[] = [];
    let checked = 0;
    for (const { id, response_text: text, response_body: body } of chatAnswers(corpus)) {
      checked += 1;
      if (text === undefined) {
        const result = openaiChat.upstream.decodeResult(Buffer.from(JSON.stringify(body)));
        if (result === null) continue;
        const written = anthropicMessages.client.encodeResult(result);
        if (!isMessage(JSON.parse(written))) misses.push(`${id}: ${ajv.errorsText(isMessage.errors)}`);
        const again = anthropicMessages.upstream.decodeResult(Buffer.from(written));
        if (
          again &&
          !isDeepStrictEqual(
            gist(readResult(again)),
            gist(readResult(result), refusalOf(result.choices[0]?.content ?? [])),
          )
        )
          misses.push(`${id} differs`);
      } else {
        const events = decode(openaiChat, text);
        const encoder = anthropicMessages.client.createStreamEncoder();
        const written = events.map((event) => encoder.encode(event)).join("");
        for (const [, data = ""] of written.matchAll(/^data: (.*)$/gm)) {
          if (!isEvent(JSON.parse(data)) && !data.startsWith('{"type":"error"'))
            misses.push(`${id}: ${ajv.errorsText(isEvent.errors?.slice(-2))}`);
        }
        if (
          !isDeepStrictEqual(
            gist(readEvents(decode(anthropicMessages, written))),
            gist(readEvents(events), refusalOf(events)),
          )
        )
          misses.push(`${id} differs`);
      }
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 500);
  });
});

function decode({ upstream }: Pick<typeof openaiChat, "upstream">, text: string): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

function refusalOf(items: readonly (ChatEvent | Part)[]): string {
  return items.map((item) => (item.kind === "refusal" ? item.text : "")).join("");
}

/**
 * Reasons to finish have other classes here, refusals are texts, a call without arguments has none, and a failure has no
 * usage.
 */
function gist(
  { finish: _finish, promptTokens, completionTokens, calls, text, ...told }: Reading,
  refusal = "",
): object {
  const counts = told.failed ? [] : [promptTokens ?? 0, completionTokens ?? 0];
  const written = calls.map((call) => ({ ...call, args: call.args === "" ? {} : call.args }));
  return { ...told, text: text + refusal, counts, calls: written };
}
