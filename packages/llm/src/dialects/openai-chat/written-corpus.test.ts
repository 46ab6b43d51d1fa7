// What is written for clients is valid, and no bytes of a vendor make a decoder throw.

import { GhostError } from "@ghostllm/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { describeWithCorpus } from "../../../../../tests/support/corpus.ts";
import { lacksLogprobs } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { openaiChat } from "./index.ts";

const { client, upstream } = openaiChat;
const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);

function* answersOf(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (record.endpoint === "chat" && families.has(record.family) && record.status === 200) yield record;
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[]): string {
  const body = '{"model":"m","messages":[{"role":"user"}],"stream":true,"stream_options":{"include_usage":true}}';
  const encoder = client.createStreamEncoder(client.parseRequest("chat.completions", Buffer.from(body)));
  return events.map((event) => encoder.encode(event)).join("");
}

/** As if the answer came from a vendor of another dialect. */
function withoutExtras<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member))) as Value;
}

function openSchemas(corpus: Corpus): (name: string, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const text = corpus.specification("openai.relaxed.schema.json");
  ajv.addSchema(JSON.parse(text) as object, "openai");
  return (name, value) => (ajv.validate(`openai#/$defs/${name}`, value) ? null : ajv.errorsText());
}

describeWithCorpus("the openai-chat dialect writes what is valid and bears what is not", (corpus) => {
  const answers = [...answersOf(corpus)];
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap(({ id, response_text: text }) => (text === undefined ? [] : [{ id, text }]));

  it("every answer and chunk that is written for a client is valid", () => {
    const faultOf = openSchemas(corpus);
    const misses = new Set<string>();
    const invalid = new Set(answers.filter(lacksLogprobs).map(({ id }) => id));
    const check = (id: string, name: string, value: unknown): void => {
      const fault = faultOf(name, value);
      if (fault !== null && !invalid.has(id)) misses.add(`${id}: ${fault}`);
    };
    for (const record of bodies) {
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));
      if (result)
        check(record.id, "CreateChatCompletionResponse", JSON.parse(client.encodeResult(withoutExtras(result))));
    }
    for (const { id, text } of streams) {
      const events = withoutExtras(
        decodeStream([Buffer.from(text)]).filter(({ kind }) => kind !== "extras" && kind !== "error"),
      );
      const frames = encodeStream(events)
        .split("\n\n")
        .filter((frame) => frame.startsWith("data: {"));
      for (const frame of frames) check(id, "CreateChatCompletionStreamResponse", JSON.parse(frame.slice(6)));
    }
    expect([...misses]).toEqual([]);
  });

  it("no JSON in an answer or a stream throws", () => {
    for (const { name, bytes } of corpus.jsonCases()) {
      const within = Buffer.concat([Buffer.from('{"choices":[{"message":'), bytes, Buffer.from("}]}")]);
      for (const body of [bytes, within]) {
        const result = upstream.decodeResult(body);
        if (result) expectBorne(() => client.encodeResult(result), name);
      }
      for (const [before, behind] of [
        ["", ""],
        ['{"choices":[{"delta":', "}]}"],
      ] as const) {
        const frame = Buffer.concat([Buffer.from(`data: ${before}`), bytes, Buffer.from(`${behind}\n\n`)]);
        expectBorne(() => encodeStream(decodeStream([frame])), name);
      }
    }
  });

  it("JSON anywhere in a request comes back, or is refused", () => {
    const places = ['"content":[@]', '"content":"x","tool_calls":[@]', '"content":"x","reasoning_details":@,"odd":@'];
    const requests = places.map((place) => `"messages":[{"role":"assistant",${place}}],"tools":[@],"stop":@,"odd":@`);
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const body of requests) {
        const text = `{"model":"m",${body.replaceAll("@", () => bytes.toString("utf8"))}}`;
        expectBorne(() => {
          const request = client.parseRequest("chat.completions", Buffer.from(text));
          const { body: again } = upstream.encodeRequest(client.decodeRequest(request), { model: "m", quirks: {} });
          // What is beyond a double has no JSON: it is null, as for every writer of this language.
          expect(JSON.parse(again), name).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
        }, name);
      }
    }
  });
});

/** Only errors of the catalogue may be thrown. */
function expectBorne(act: () => unknown, name: string): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    expect(error.code, name).toMatch(/^(invalid_request_error|provider_error)$/);
  }
}
