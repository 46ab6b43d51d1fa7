// Recorded traffic of Ollama servers, against what the official SDK read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import type { Operation } from "#operations.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../../tests/support/corpus.ts";
import { ollama } from "./index.ts";

const { client, upstream } = ollama;

const operations: Readonly<Record<string, Operation>> = {
  "ollama-chat": "chat.completions",
  "ollama-generate": "generate",
};

type Recording = CorpusRecord & { readonly sdk?: OracleEntry["sdk"]; readonly operation: Operation };

function* recordsOf(corpus: Corpus): Generator<Recording> {
  for (const provider of corpus.providers()) {
    const oracle = corpus.oracle(provider);
    for (const record of corpus.recorded(provider)) {
      const operation = operations[record.endpoint];
      const sdk = oracle.get(record.id)?.sdk;
      if (operation !== undefined) yield { ...record, operation, ...(sdk && { sdk }) };
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

/** Of prompts the SDK's readings are not kept: their texts are put together here. */
function textOfLines({ response_text: text, response_body: body }: Recording): string {
  const lines =
    text === undefined
      ? [body]
      : text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as unknown);
  return lines.map((line) => (line as { readonly response: string }).response).join("");
}

function expectedOf(sdk: OracleEntry["sdk"]): Partial<Reading> {
  if (sdk.error) return { failed: true };
  const calls = sdk.tool_calls ?? [];
  // To call tools is a reason of its own elsewhere.
  const finish = sdk.finish === "stop" && calls.length > 0 ? "tool_calls" : String(sdk.finish ?? "");
  return {
    text: sdk.text ?? "",
    reasoning: sdk.reasoning ?? "",
    calls,
    finish,
    promptTokens: promptTokensOf(sdk.usage),
    completionTokens: sdk.usage?.["eval_count"] as number | undefined,
    failed: false,
  };
}

/** Older servers leave the count out when they had the prompt in their cache. */
function promptTokensOf(usage: OracleEntry["sdk"]["usage"]): number | undefined {
  const { prompt_eval_count: count, eval_count: other } = usage ?? {};
  return (count ?? (other === undefined ? undefined : 0)) as number | undefined;
}

function missesOf(record: Recording, reading: Reading): readonly string[] {
  const { id, sdk } = record;
  const expected = sdk === undefined ? { text: textOfLines(record), failed: false } : expectedOf(sdk);
  const fields = Object.entries(expected) as [keyof Reading, unknown][];
  return fields
    .filter(([field, value]) => !isDeepStrictEqual(reading[field], value))
    .map(([field, value]) => `${id} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`);
}

describeWithCorpus("the ollama dialect reads and writes what servers and clients sent", (corpus) => {
  const records = [...recordsOf(corpus)];
  const answers = records.filter(({ status }) => status === 200);
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap((record) =>
    record.response_text === undefined ? [] : [{ ...record, text: record.response_text }],
  );
  const whole = (record: CorpusRecord) => upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));

  it("every request, decoded and encoded, is what it was", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const { id, request_body: written, operation } of records) {
      if (written === null) continue;
      const request = client.parseRequest(operation, Buffer.from(JSON.stringify(written)));
      const edits = { model: request.model, quirks: {} };
      const { body, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
      if (!isDeepStrictEqual(JSON.parse(body), written) || notes.length > 0) misses.push(id);
      if (request.stream !== (written["stream"] ?? true)) misses.push(`${id} streams wrongly`);
      checked += 1;
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 60);
  });

  it("every whole answer says what the SDK read, also when it is written and read again", () => {
    const misses: string[] = [];
    for (const record of bodies) {
      const result = whole(record);
      const isNoAnswer = isUnreadable(record, "ollama");
      if (result === null || isNoAnswer) {
        if ((result === null) !== isNoAnswer) misses.push(`${record.id} is no answer`);
        continue;
      }
      misses.push(...missesOf(record, readResult(result)));
      const again = upstream.decodeResult(Buffer.from(client.encodeResult(result, record)));
      if (!isDeepStrictEqual(again, result)) misses.push(`${record.id} differs when written again`);
      const { usage, broken } = upstream.readAnswer(Buffer.from(JSON.stringify(record.response_body)));
      if (broken || !isDeepStrictEqual(usage, result.usage)) misses.push(`${record.id} has another usage in passing`);
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, bodies.length, 30);
  });

  it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
    const misses: string[] = [];
    streams.forEach((record, seed) => {
      const bytes = Buffer.from(record.text);
      const events = decodeStream([bytes]);
      misses.push(...missesOf(record, readEvents(events)));
      for (const pieces of [cutAtRandom(bytes, chanceFrom(seed)), Array.from(bytes, (byte) => Buffer.of(byte))]) {
        if (!isDeepStrictEqual(decodeStream(pieces), events)) misses.push(`${record.id} differs in pieces`);
      }
      const again = decodeStream([Buffer.from(encodeStream(events, record.operation))]);
      if (!isDeepStrictEqual(withoutId(again), withoutId(events)))
        misses.push(`${record.id} differs when written again`);
      const tap = upstream.createStreamTap();
      const passed = Buffer.concat([tap.push(bytes) ?? Buffer.alloc(0), tap.flush() ?? Buffer.alloc(0)]);
      if (!passed.equals(bytes) || !tap.ended || !isDeepStrictEqual(tap.usage, collectEvents(events).usage))
        misses.push(`${record.id} differs in passing`);
    });
    expect(misses).toEqual([]);
    expectEnough(corpus, streams.length, 30);
  });

  it("every failure is told in its own words", () => {
    const failures = records.filter(({ status }) => status >= 400);
    for (const { id, response_body: body } of failures) {
      const { message } = upstream.readError(JSON.stringify(body));
      expect(message, id).toBe((body as { readonly error: string }).error);
    }
    expectEnough(corpus, failures.length, 5);
  });

  it("embeddings, both ways", () => {
    const recorded = [...corpus.recorded("ollama")].filter(({ path }) => path === "/api/embed");
    for (const { id, request_body, response_body: answer } of recorded) {
      const written = request_body ?? { model: "m", input: "one text", keep_alive: "5m", truncate: true };
      const request = client.parseRequest("embeddings", Buffer.from(JSON.stringify(written)));
      const meant = client.embeddings.decodeRequest(request);
      const { body, notes } = upstream.embeddings.encodeRequest(meant, { model: request.model, quirks: {} });
      expect(JSON.parse(body), id).toEqual(written);
      expect(notes, id).toEqual([]);
      const result = upstream.embeddings.decodeResult(Buffer.from(JSON.stringify(answer)));
      expect(result && JSON.parse(client.embeddings.encodeResult(result, request)), id).toEqual(answer);
      expect(result?.vectors.length, id).toBe(meant.inputs.length);
    }
    expectEnough(corpus, recorded.length, 0);
  });
});

/** The times of single lines, of which ids are made, are not kept. */
function withoutId(events: readonly ChatEvent[]): object {
  const { id: _id, choices, ...told } = collectEvents(events);
  const calls = choices.map((choice) => choice.calls.map(({ name, argumentsText }) => ({ name, argumentsText })));
  return { ...told, choices: choices.map((choice, index) => ({ ...choice, calls: calls[index] })) };
}
