// What is written for clients is valid, and no bytes make a decoder throw.

import { GhostError } from "@ghostllm/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import type { Operation } from "#operations.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { ollama } from "./index.ts";

const { client, upstream } = ollama;
const operations: readonly Operation[] = ["chat.completions", "generate"];

function* answersOf(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (/^ollama-(?:chat|generate)$/.test(record.endpoint) && record.status === 200) yield record;
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[], operation: Operation): string {
  const encoder = client.createStreamEncoder({ operation });
  return events.map((event) => encoder.encode(event)).join("");
}

/** As if the answer came from a vendor of another dialect. */
function withoutExtras<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member))) as Value;
}

function openSchemas(corpus: Corpus): (name: string, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(JSON.parse(corpus.specification("ollama.schema.json")) as object, "api");
  return (name, value) => (ajv.validate(`api#/$defs/${name}`, value) ? null : ajv.errorsText());
}

describeWithCorpus("the ollama dialect writes what is valid and bears what is not", (corpus) => {
  const answers = [...answersOf(corpus)];
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap(({ id, response_text: text }) => (text === undefined ? [] : [{ id, text }]));

  it.each([
    ["chat.completions", "ChatResponse", "ChatStreamEvent"],
    ["generate", "GenerateResponse", "GenerateStreamEvent"],
  ] as const)("every answer and line that is written for a client of %s is valid", (operation, answer, line) => {
    const faultOf = openSchemas(corpus);
    const misses: string[] = [];
    const check = (id: string, name: string, text: string): void => {
      const fault = faultOf(name, JSON.parse(text));
      if (fault !== null) misses.push(`${id}: ${fault}`);
    };
    for (const record of bodies) {
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));
      if (result) check(record.id, answer, client.encodeResult(withoutExtras(result), { operation }));
    }
    for (const { id, text } of streams) {
      const events = withoutExtras(decodeStream([Buffer.from(text)]).filter(({ kind }) => kind !== "extras"));
      const lines = encodeStream(events, operation).trimEnd().split("\n");
      for (const written of lines) check(id, line, written);
    }
    expect(misses).toEqual([]);
  });

  it("no JSON in an answer or a stream throws", () => {
    const places = [
      ["", ""],
      ['{"message":', ',"done":true}'],
      ['{"message":{"content":"x","tool_calls":[', "]}}"],
      ['{"message":{"images":[],"tool_calls":[{"function":{"name":"f","arguments":', "}}]}}"],
      ['{"response":"x","logprobs":', ',"created_at":1,"done":true}'],
      ['{"response":"x","created_at":"2026-01-01T00:00:00Z","done_reason":', ',"done":true}'],
    ] as const;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const [before, behind] of places) {
        const body = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)]);
        for (const operation of operations) {
          const result = upstream.decodeResult(body);
          if (result) expectBorne(() => client.encodeResult(result, { operation }), name);
          const line = Buffer.concat([body, Buffer.from("\n")]);
          expectBorne(() => encodeStream(decodeStream([line]), operation), name);
        }
        expectBorne(() => upstream.embeddings.decodeResult(body), name);
        expectBorne(() => upstream.readText(body.toString("utf8"), true), name);
      }
    }
  });

  it("JSON anywhere in a request comes back, or is refused", () => {
    const message = [
      '"content":@,"thinking":@,"images":@,"odd":@',
      '"tool_calls":[@],"content":""',
      '"tool_calls":[{"id":@,"type":@,"function":{"name":"f","index":@,"arguments":@,"odd":@}}],"content":"x"',
      '"content":"x","tool_name":@,"tool_call_id":@',
      '"images":[@]',
    ];
    const rest = '"tools":[@],"format":@,"think":@,"options":{"stop":@,"num_ctx":@,"seed":@},"keep_alive":@,"odd":@';
    const chats = message.flatMap((fields) =>
      ["user", "assistant", "tool", "odd"].map((role) => `"messages":[{"role":"${role}",${fields}}],${rest}`),
    );
    const prompts = ['"prompt":"x","system":@', '"prompt":@,"suffix":@,"context":@,"images":[@],"options":@'];
    const requests = [
      ...chats.map((fields) => ["chat.completions", fields] as const),
      ...prompts.map((fields) => ["generate", fields] as const),
    ];
    let borne = 0;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const [operation, fields] of requests) {
        const text = `{"model":"m",${fields.replaceAll("@", () => bytes.toString("utf8"))}}`;
        expectBorne(() => {
          const request = client.parseRequest(operation, Buffer.from(text));
          const { body: again } = upstream.encodeRequest(client.decodeRequest(request), { model: "m", quirks: {} });
          expect(readAgain(again), `${name} ${fields}`).toEqual(readAgain(text));
          borne += 1;
        }, name);
      }
    }
    expectEnough(corpus, borne, 1_000);
  });

  it("a line without an end is given up, and held no longer than there is room for", () => {
    const decoder = upstream.createStreamDecoder();
    const chunk = Buffer.alloc(8 * 1024 * 1024, "x");
    const events = [1, 2, 3, 4, 5].flatMap(() => decoder.push(chunk));
    expect(events).toMatchObject([{ kind: "error" }]);
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
