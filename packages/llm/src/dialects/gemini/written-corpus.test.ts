// What is written for clients and for the vendor is valid, also across dialects, and no bytes make a decoder throw.

import { isDeepStrictEqual } from "node:util";
import { GhostError } from "@ghostllm/contract";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { memberOf } from "#wire/json.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { gemini } from "./index.ts";

const { client, upstream } = gemini;

function* answersOf(corpus: Corpus): Generator<CorpusRecord> {
  for (const provider of ["google", "google-vertex"]) {
    for (const record of corpus.recorded(provider)) {
      const isWhole = !Array.isArray(record.response_body);
      if (record.endpoint !== "generateContent" || record.status !== 200 || !isWhole) continue;
      if (!isUnreadable(record, "gemini")) yield record;
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[]): string {
  const encoder = client.createStreamEncoder({ query: "alt=sse" });
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

describeWithCorpus("the gemini dialect writes what is valid and bears what is not", (corpus) => {
  const answers = [...answersOf(corpus)];
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap(({ id, response_text: text }) => (text === undefined ? [] : [{ id, text }]));

  it("every answer and event that is written for a client is valid", () => {
    const faultOfCandidate = openSchema(corpus, "google.Candidate");
    const faultOfUsage = openSchema(corpus, "google.GenerateContentResponseUsageMetadata");
    const misses = new Set<string>();
    const judge = (id: string, json: string): void => {
      const answer: unknown = JSON.parse(json);
      const candidates = memberOf(answer, "candidates") as readonly unknown[];
      for (const candidate of candidates) misses.add(`${id}: ${faultOfCandidate(candidate)}`);
      const usage = memberOf(answer, "usageMetadata");
      if (usage !== undefined) misses.add(`${id}: ${faultOfUsage(usage)}`);
    };
    for (const record of bodies) {
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));
      if (result === null) continue;
      judge(record.id, client.encodeResult({ ...withoutExtras(result), choices: withoutOpaque(result.choices) }));
    }
    for (const { id, text } of streams) {
      const events = decodeStream([Buffer.from(text)]).filter(({ kind }) => kind !== "extras" && kind !== "error");
      for (const data of encodeStream(withoutExtras(events)).matchAll(/^data: (.*)$/gm)) judge(id, data[1] ?? "");
    }
    expect([...misses].filter((miss) => !miss.endsWith(": null"))).toEqual([]);
    expectEnough(corpus, misses.size, 450);
  });

  it("no JSON in an answer or a stream throws", () => {
    const places = [
      ["", ""],
      ['{"candidates":', "}"],
      ['{"candidates":[{"content":', ',"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}'],
      ['{"candidates":[{"content":{"parts":[', ']},"finishReason":"STOP"}]}'],
      ['{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":', '}}]},"finishReason":"STOP"}]}'],
      ['{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[', ']}}]},"index":0}]}'],
      ['{"candidates":[{"groundingMetadata":', ',"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}'],
      ['{"candidates":[{"finishReason":', ',"logprobsResult":{"chosenCandidates":[{}]}}],"usageMetadata":5}'],
      ['{"promptFeedback":{"blockReason":', '},"usageMetadata":{"promptTokensDetails":[{}]},"createTime":5}'],
      ['{"error":', "}"],
    ] as const;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const [before, behind] of places) {
        const body = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)]);
        const result = upstream.decodeResult(body);
        if (result) expectBorne(() => client.encodeResult(result), name);
        const frame = Buffer.concat([Buffer.from("data: "), body, Buffer.from("\n\n")]);
        expectBorne(() => encodeStream(decodeStream([frame])), name);
        const text = body.toString("utf8");
        // None of these may throw anything.
        upstream.readAnswer(body);
        upstream.readError(text);
        upstream.readText(text, false);
      }
    }
  });

  it("JSON anywhere in a request comes back, or is refused", () => {
    const places = [
      '"parts":[{"odd":@}]',
      '"parts":[@]',
      '"parts":[{"text":"x","thought":@,"thoughtSignature":@,"odd":@},{"text":@}]',
      '"parts":[{"inlineData":@},{"inline_data":{"mime_type":"image/png","data":@}},{"fileData":{"fileUri":@}}]',
      '"parts":[{"functionCall":@},{"functionCall":{"name":"f","args":@,"id":@}},{"function_call":{"name":@}}]',
      '"parts":[{"functionResponse":@},{"function_response":{"name":"f","response":@,"id":@,"parts":@}}]',
      '"parts":[{"functionResponse":{"name":"f","response":{"result":@},"parts":[@]},"thought_signature":"s"}]',
      '"parts":@,"odd":@',
      '"role":@,"parts":[{"text":"x"}]',
    ];
    const configs = [
      '"generationConfig":{"odd":@,"toolConfig":@,"topP":1}',
      '"generationConfig":@',
      '"generationConfig":{"thinkingConfig":@,"responseSchema":@,"responseMimeType":"application/json","odd":@}',
      '"generation_config":{"thinking_config":{"thinkingBudget":@},"stop_sequences":[@],"response_mime_type":@,"seed":1}',
      '"generationConfig":{"responseLogprobs":true,"logprobs":@,"responseModalities":@,"temperature":0,"frequencyPenalty":@},"odd":@',
      '"odd":@,"generationConfig":{"odd":@,"tools":@}',
    ];
    let same = 0;
    for (const { name, bytes } of corpus.jsonCases()) {
      for (const place of places) {
        for (const config of place === places[0] ? configs : configs.slice(0, 1)) {
          const tools = '"tools":[@,{"functionDeclarations":[{"name":"f","parameters":@}],"odd":@}],"labels":@';
          const choice = '"toolConfig":{"functionCallingConfig":@,"odd":@},"serviceTier":@,"model":@';
          const rest = `"systemInstruction":{"role":@,"parts":[{"text":@}],"odd":@},${choice}`;
          const written = `{"contents":[{${place}}],${tools},${rest},${config},"safetySettings":[@]}`;
          const text = written.replaceAll("@", () => bytes.toString("utf8"));
          expectBorne(() => {
            expectSame(text, `${name} ${place} ${config}`);
            same += 1;
          }, name);
        }
      }
    }
    expectEnough(corpus, same, 1_000);
  });

  it("JSON anywhere in a request of embeddings is translated, or refused", () => {
    const line = { model: "m", query: "" };
    for (const { name, bytes } of corpus.jsonCases()) {
      const value = bytes.toString("utf8");
      const request = `"content":{"parts":[{"text":"x"}]},"taskType":${value},"outputDimensionality":${value},"a":${value}`;
      for (const text of [`{"requests":[{${request}}]}`, `{"requests":[${value}]}`, `{"requests":${value}}`]) {
        expectBorne(() => {
          const parsed = client.parseRequest("embeddings", Buffer.from(text), line);
          upstream.embeddings.encodeRequest(client.embeddings.decodeRequest(parsed), { model: "m", quirks: {} });
        }, name);
      }
      const told = [`{"embeddings":[{"values":${value}}]}`, `{"embeddings":${value}}`, `{"embedding":${value}}`];
      for (const text of told) expect(() => upstream.embeddings.decodeResult(Buffer.from(text))).not.toThrow();
    }
  });
});

function withoutOpaque<Item extends { readonly content: readonly { readonly kind: string }[] }>(
  choices: readonly Item[],
): readonly Item[] {
  const plain = withoutExtras(choices);
  return plain.map((choice) => ({ ...choice, content: choice.content.filter(({ kind }) => kind !== "opaque") }));
}

function expectSame(text: string, name: string): void {
  const line = { model: "gemini-3-pro", query: "", stream: false };
  const request = client.parseRequest("chat.completions", Buffer.from(text), line);
  const edits = { model: "gemini-3-pro", quirks: {} };
  const { body: again } = upstream.encodeRequest(client.decodeRequest(request), edits);
  // Where digits need not be kept, what is beyond a double is null, as for every writer of this language.
  const [written, sent] = [again, text].map((json) => JSON.parse(JSON.stringify(JSON.parse(json))) as unknown);
  const isSame = isDeepStrictEqual(written, sent);
  if (!isSame) throw new Error(`${name}: ${again.slice(0, 2_000)}`);
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
