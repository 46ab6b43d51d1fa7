// What is written for clients and for the vendor is valid, and no bytes make a decoder throw.

import { GhostError } from "@ghostllm/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { openaiResponses } from "./index.ts";

const { client, upstream } = openaiResponses;

function* answersOf(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (record.endpoint === "responses" && record.status === 200) yield record;
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

const request = client.parseRequest("chat.completions", Buffer.from('{"model":"m","input":"x","stream":true}'));

function encodeStream(events: readonly ChatEvent[]): string {
  const encoder = client.createStreamEncoder(request);
  return events.map((event) => encoder.encode(event)).join("");
}

/** As if the answer came from a vendor of another dialect. */
function withoutExtras<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member))) as Value;
}

/** The published schema demands that an item fits one form only, but some fit two: any will do. */
function openSchemas(corpus: Corpus): (name: string, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const text = corpus.specification("openai.relaxed.schema.json");
  ajv.addSchema(JSON.parse(text.replaceAll('"oneOf"', '"anyOf"')) as object, "openai");
  return (name, value) => (ajv.validate(`openai#/$defs/${name}`, value) ? null : ajv.errorsText());
}

describeWithCorpus("the openai-responses dialect writes what is valid and bears what is not", (corpus) => {
  const answers = [...answersOf(corpus)];
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap(({ id, response_text: text }) => (text === undefined ? [] : [{ id, text }]));

  it("every answer and event that is written for a client is valid, and events are numbered", () => {
    const faultOf = openSchemas(corpus);
    const misses = new Set<string>();
    for (const { id, response_body: body } of bodies) {
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(body)));
      if (result === null) continue;
      const fault = faultOf("Response", JSON.parse(client.encodeResult(withoutExtras(result), request)));
      if (fault !== null) misses.add(`${id}: ${fault}`);
    }
    for (const { id, text } of streams) {
      const events = decodeStream([Buffer.from(text)]).filter(({ kind }) => kind !== "extras" && kind !== "error");
      const written = [...encodeStream(withoutExtras(events)).matchAll(/^event: (.*)\ndata: (.*)$/gm)];
      written.forEach(([, name, data = ""], number) => {
        const event = JSON.parse(data) as Record<string, unknown>;
        const fault = faultOf("ResponseStreamEvent", event);
        if (fault !== null) misses.add(`${id}: ${fault}`);
        if (event["type"] !== name || event["sequence_number"] !== number) misses.add(`${id}: not in order`);
      });
    }
    expect([...misses]).toEqual([]);
  });

  it("no JSON in an answer or a stream throws", () => {
    const places = [
      ["", ""],
      ['{"output":', "}"],
      ['{"output":[', "]}"],
      ['{"output":[{"type":"message","role":"assistant","content":[', "]}]}"],
      ['{"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":', "}]}]}"],
      ['{"type":"response.created","response":', "}"],
      ['{"type":"response.completed","response":', "}"],
      ['{"type":"response.failed","response":', "}"],
      ['{"type":"error","error":', "}"],
      ['{"type":"response.output_item.done","output_index":0,"item":', "}"],
      ['{"type":"response.output_item.done","item":{"type":"reasoning","summary":', "}}"],
      ['{"type":"response.output_text.delta","output_index":0,"delta":"x","logprobs":', "}"],
      ['{"type":"response.output_text.annotation.added","annotation":', "}"],
    ] as const;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const [before, behind] of places) {
        const body = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)]);
        const result = upstream.decodeResult(body);
        if (result) expectBorne(() => client.encodeResult(result, request), name);
        if (result) expectBorne(() => client.encodeResult(withoutExtras(result), request), name);
        const frame = Buffer.concat([Buffer.from("data: "), body, Buffer.from("\n\n")]);
        expectBorne(() => encodeStream(decodeStream([frame])), name);
        const tap = upstream.createStreamTap();
        const passed = tap.push(frame);
        const isOneLine = !bytes.some((byte) => byte === 0x0a || byte === 0x0d);
        if (passed !== null && isOneLine) expect(passed.equals(frame), name).toBe(true);
      }
    }
  });

  it("JSON anywhere in a request comes back, or is refused", () => {
    const items = [
      '{"role":"user","content":[@]}',
      '{"role":"user","content":@,"odd":@}',
      '{"role":"assistant","content":[{"type":"output_text","text":@,"annotations":@,"logprobs":@}],"phase":@}',
      '{"role":"user","content":[{"type":"input_image","image_url":@,"detail":@},{"type":"input_file","file_data":@}]}',
      '{"type":"function_call","call_id":"a","name":"f","arguments":"{}","status":@,"namespace":@}',
      '{"type":"function_call","call_id":@,"name":"f","arguments":@}',
      '{"type":"custom_tool_call","call_id":"a","name":@,"input":"x"}',
      '{"type":"function_call_output","call_id":"a","output":@}',
      '{"type":"reasoning","id":@,"summary":@,"content":@,"encrypted_content":@}',
      '{"type":"message","role":@}',
    ];
    const fields =
      '"tools":[@,{"type":"custom","name":"c","format":@},{"type":"namespace","name":"n","tools":[@]},{"type":"function","name":"f","parameters":@,"strict":@}],' +
      '"tool_choice":@,"text":{"format":@,"odd":@},"reasoning":{"effort":@,"odd":@},"include":@,"metadata":@,"top_logprobs":@,"odd":@';
    let checked = 0;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const item of items) {
        const text = `{"model":"m","input":[${item}],${fields}}`.replaceAll("@", () => bytes.toString("utf8"));
        expectBorne(() => {
          const parsed = client.parseRequest("chat.completions", Buffer.from(text));
          const { body: again } = upstream.encodeRequest(client.decodeRequest(parsed), { model: "m", quirks: {} });
          expect(readAgain(again), `${name} ${item}`).toEqual(readAgain(text));
          checked += 1;
        }, name);
      }
    }
    expectEnough(corpus, checked, 1_000);
  });
});

/** Where digits need not be kept, what is beyond a double is null, as for every writer of this language. */
function readAgain(text: string): unknown {
  return JSON.parse(JSON.stringify(JSON.parse(text)));
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
