// What is written for clients and for the vendor is valid, also across dialects, and no bytes make a decoder throw.

import { GhostError } from "@ghostllm/contract";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { describeWithCorpus } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { anthropicMessages } from "./index.ts";

const { client, upstream } = anthropicMessages;

function* answersOf(corpus: Corpus): Generator<CorpusRecord> {
  for (const record of corpus.recorded("anthropic")) {
    if (record.endpoint === "messages" && record.status === 200) yield record;
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[]): string {
  const encoder = client.createStreamEncoder();
  return events.map((event) => encoder.encode(event)).join("");
}

/** As if the answer came from a vendor of another dialect. */
function withoutExtras<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member))) as Value;
}

function openSchema(corpus: Corpus, name: string): (value: unknown) => string | null {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const text = corpus.specification(`from-sdk-types/${name}.schema.json`);
  const validate = ajv.compile(JSON.parse(text) as object);
  return (value) => (validate(value) ? null : ajv.errorsText(validate.errors));
}

describeWithCorpus("the anthropic-messages dialect writes what is valid and bears what is not", (corpus) => {
  const answers = [...answersOf(corpus)];
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap(({ id, response_text: text }) => (text === undefined ? [] : [{ id, text }]));

  it("every answer and event that is written for a client is valid", () => {
    const faultOfMessage = openSchema(corpus, "anthropic.Message.relaxed");
    const faultOfEvent = openSchema(corpus, "anthropic.RawMessageStreamEvent.relaxed");
    const misses = new Set<string>();
    for (const record of bodies) {
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));
      if (result === null) continue;
      const meant = { ...withoutExtras(result), choices: withoutOpaque(result.choices) };
      const fault = faultOfMessage(JSON.parse(client.encodeResult(meant)));
      if (fault !== null) misses.add(`${record.id}: ${fault}`);
    }
    for (const { id, text } of streams) {
      const events = decodeStream([Buffer.from(text)]).filter(({ kind }) => kind !== "extras" && kind !== "error");
      for (const data of encodeStream(withoutExtras(events)).matchAll(/^data: (.*)$/gm)) {
        const fault = faultOfEvent(JSON.parse(data[1] ?? ""));
        if (fault !== null) misses.add(`${id}: ${fault}`);
      }
    }
    expect([...misses]).toEqual([]);
  });

  it("no JSON in an answer or a stream throws", () => {
    const places = [
      ["", ""],
      ['{"type":"message_start","message":', "}"],
      ['{"type":"message_delta","delta":', ',"usage":{}}'],
      ['{"type":"content_block_start","index":0,"content_block":', "}"],
      ['{"type":"message","stop_reason":"end_turn","content":[', "]}"],
    ] as const;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const [before, behind] of places) {
        const body = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)]);
        const result = upstream.decodeResult(body);
        if (result) expectBorne(() => client.encodeResult(result), name);
        const frame = Buffer.concat([Buffer.from("data: "), body, Buffer.from("\n\n")]);
        expectBorne(() => encodeStream(decodeStream([frame])), name);
      }
    }
  });

  it("JSON anywhere in a request comes back, or is refused", () => {
    const places = [
      '"content":[@]',
      '"content":[{"type":"text","text":@,"citations":[@],"cache_control":@}]',
      '"content":[{"type":"image","source":@},{"type":"tool_use","id":"a","name":"f","input":@}]',
      '"content":[{"type":"tool_result","tool_use_id":"a","content":@},{"type":"thinking","thinking":"x","signature":@}]',
      '"content":@,"odd":@',
    ];
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const place of places) {
        const fields = `"messages":[{"role":"user",${place}}],"tools":[@],"tool_choice":@,"metadata":@,"system":@`;
        const written = `{"model":"m",${fields},"thinking":@,"output_config":@,"stop_sequences":@,"odd":@}`;
        const text = written.replaceAll("@", () => bytes.toString("utf8"));
        expectBorne(() => {
          const request = client.parseRequest("chat.completions", Buffer.from(text));
          const { body: again } = upstream.encodeRequest(client.decodeRequest(request), { model: "m", quirks: {} });
          // What is beyond a double has no JSON: it is null, as for every writer of this language.
          expect(JSON.parse(again), `${name} ${place}`).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
        }, name);
      }
    }
  });
});

function withoutOpaque<Item extends { readonly content: readonly { readonly kind: string }[] }>(
  choices: readonly Item[],
): readonly Item[] {
  const plain = withoutExtras(choices);
  return plain.map((choice) => ({ ...choice, content: choice.content.filter(({ kind }) => kind !== "opaque") }));
}

/** Only errors of the catalogue may be thrown. */
function expectBorne(act: () => unknown, name: string): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    expect(error.code, name).toMatch(/^(invalid_request_error|provider_error)$/);
  }
}
