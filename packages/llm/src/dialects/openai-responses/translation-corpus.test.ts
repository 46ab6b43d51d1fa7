// Recorded traffic of vendors of the dialect, against what the official SDK read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import type { ChatEvent, FinishReason } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { hasFault, isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../../tests/support/corpus.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { openaiResponses } from "./index.ts";
import { readUsage } from "./usage.ts";

const { client, upstream } = openaiResponses;

/** Fields that mean something only to a vendor that keeps answers: such a request is refused, not translated. */
const keptFields = ["previous_response_id", "conversation", "prompt"];

/** The SDK lists calls of functions alone; what custom tools are given counts as a call here. */
function hasCustomCalls({ response_text: text, response_body: body }: CorpusRecord): boolean {
  return (text ?? JSON.stringify(body)).includes('"custom_tool_call"');
}

type Judged = CorpusRecord & { readonly sdk: OracleEntry["sdk"] };

function* recordsOf(corpus: Corpus): Generator<Judged> {
  for (const provider of corpus.providers()) {
    const oracle = corpus.oracle(provider);
    for (const record of corpus.recorded(provider)) {
      const sdk = oracle.get(record.id)?.sdk;
      const isJudged = record.endpoint === "responses" && sdk !== undefined;
      if (isJudged && !isUnreadable(record, "openai-responses", sdk.error !== undefined)) yield { ...record, sdk };
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[]): string {
  const body = Buffer.from('{"model":"m","input":"x","stream":true}');
  const encoder = client.createStreamEncoder({ body });
  return events.map((event) => encoder.encode(event)).join("");
}

function finishOf({ sdk, ...record }: Judged): FinishReason | null {
  if (sdk.finish === "queued" || sdk.finish === "in_progress") return null;
  return (sdk.tool_calls ?? []).length > 0 || hasCustomCalls(record) ? "tool_calls" : "stop";
}

function expectedOf(record: Judged): Partial<Reading> {
  const { sdk } = record;
  if (sdk.error) return { failed: true };
  const usage = readUsage(sdk.usage);
  return {
    // OpenRouter tells an empty `output_text` beside the text, and the SDK believes it.
    ...(!hasFault(record, "openai-responses", "two-texts") && { text: sdk.text ?? "" }),
    ...(!hasCustomCalls(record) && { calls: sdk.tool_calls ?? [] }),
    // Why it is incomplete stands beside the status, which is all that is known here.
    ...(sdk.finish !== "incomplete" && { finish: finishOf(record) }),
    promptTokens: usage?.promptTokens,
    completionTokens: usage?.completionTokens,
    failed: false,
  };
}

function missesOf(record: Judged, reading: Reading): readonly string[] {
  const fields = Object.entries(expectedOf(record)) as [keyof Reading, unknown][];
  return fields
    .filter(([field, value]) => !isDeepStrictEqual(reading[field], value))
    .map(([field, value]) => `${record.id} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`);
}

describeWithCorpus("the openai-responses dialect reads and writes what vendors and their clients sent", (corpus) => {
  const records = [...recordsOf(corpus)];
  const answers = records.filter(({ status }) => status === 200);
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap((record) =>
    record.response_text === undefined ? [] : [{ ...record, text: record.response_text }],
  );

  it("every request, decoded and encoded, is what the gateway sends without translating it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const { id, request_body: recorded } of records) {
      if (recorded === null) continue;
      const kept = [...keptFields, "background", "store"].filter((field) => Boolean(recorded[field]));
      const written = Object.fromEntries(Object.entries(recorded).filter(([field]) => !kept.includes(field)));
      const request = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(written)));
      const edits = { model: request.model, quirks: {} };
      const { body: again, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
      if (!isDeepStrictEqual(JSON.parse(again), written) || notes.length > 0) misses.push(`${id} ${notes.join()}`);
      expect(upstream.editRequest(request, edits)).toBe(request.body);
      const asRecorded = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(recorded)));
      if (kept.length > 0) expect(() => client.decodeRequest(asRecorded), id).toThrow(kept[0] ?? "");
      checked += 1;
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 240);
  });

  it("every whole answer says what the SDK read, and is the same when it is written again", () => {
    const misses: string[] = [];
    for (const record of bodies) {
      const body = Buffer.from(JSON.stringify(record.response_body));
      const result = upstream.decodeResult(body);
      if (result === null) {
        misses.push(`${record.id} is no answer`);
        continue;
      }
      misses.push(...missesOf(record, readResult(result)));
      const request = client.parseRequest("chat.completions", Buffer.from('{"model":"m","input":"x"}'));
      const again: unknown = JSON.parse(client.encodeResult(result, request));
      if (!isDeepStrictEqual(again, record.response_body)) misses.push(`${record.id} differs when written again`);
      expect(upstream.readAnswer(body), record.id).toEqual({ usage: result.usage, broken: false });
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, bodies.length, 210);
  });

  it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
    const misses: string[] = [];
    streams.forEach((record, seed) => {
      const bytes = Buffer.from(record.text);
      const events = decodeStream([bytes]);
      misses.push(...missesOf(record, readEvents(events)));
      const inPieces = decodeStream(cutAtRandom(bytes, chanceFrom(seed)));
      if (!isDeepStrictEqual(inPieces, events)) misses.push(`${record.id} differs in pieces`);
      const byteByByte = decodeStream(Array.from(bytes, (byte) => Buffer.from([byte])));
      if (!isDeepStrictEqual(byteByByte, events)) misses.push(`${record.id} differs byte by byte`);
      const again = writtenReading(collectEvents(decodeStream([Buffer.from(encodeStream(events))])));
      const told = writtenReading(collectEvents(events));
      const expected = {
        ...told,
        id: again.id,
        model: told.model || "m",
        usage: told.error === null ? told.usage : again.usage,
      };
      if (!isDeepStrictEqual(again, expected)) misses.push(`${record.id} differs when written again`);
    });
    expect(misses).toEqual([]);
    expectEnough(corpus, streams.length, 85);
  });

  it("every stream says what the whole answer at its end says", () => {
    const misses: string[] = [];
    for (const { id, text } of streams) {
      const last = [...text.matchAll(/^data: (\{.*"response\.(?:completed|incomplete)".*)$/gm)].at(-1)?.[1];
      const response = last === undefined ? undefined : memberOf(parseJson(last), "response");
      const output = memberOf(response, "output");
      // Servers that leave the output out of the last event told it before.
      if (!Array.isArray(output) || output.length === 0) continue;
      const result = upstream.decodeResult(Buffer.from(JSON.stringify(response)));
      const events = decodeStream([Buffer.from(text)]);
      if (result === null || !isDeepStrictEqual(readEvents(events), readResult(result))) misses.push(id);
    }
    expect(misses).toEqual([]);
  });

  it("every stream that passes through is told by its tap as its events tell it, and passes unchanged", () => {
    streams.forEach(({ id, text }, seed) => {
      const bytes = Buffer.from(text);
      const tap = upstream.createStreamTap();
      const passed = passThrough(tap, cutAtRandom(bytes, chanceFrom(seed)));
      if (tap.failure === null) expect(passed.bytes.equals(bytes), id).toBe(true);
      else expect(passed.failure, id).toContain(JSON.stringify(tap.failure.message));
      const { usage, isEnded, error } = collectEvents(decodeStream([bytes]));
      if (isEnded)
        expect({ usage: tap.usage, ended: tap.ended, failure: tap.failure?.message ?? null }, id).toEqual({
          usage,
          ended: true,
          failure: null,
        });
      // What is no JSON passes: the client's to judge.
      else if (error !== "The vendor sent an event that is no JSON object.")
        expect(tap.failure?.message, id).toBe(error);
    });
  });
});
