// Recorded traffic of every vendor that speaks the dialect, against what the official SDK read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { countsOf, finishOf } from "../../../../../tests/replay/reading.ts";
import { isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../../tests/support/corpus.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { openaiChat } from "./index.ts";

const { client, upstream } = openaiChat;
const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);

/** The SDK keeps an old function_call apart, and loses what has the index -1; here each is a call as any other. */
function hasMoreCalls({ response_text: text, response_body: body }: CorpusRecord): boolean {
  return /"function_call": ?\{|"index": ?-1\b/.test(text ?? JSON.stringify(body));
}

function* recordsOf(corpus: Corpus): Generator<CorpusRecord & { readonly sdk: OracleEntry["sdk"] }> {
  for (const provider of corpus.providers()) {
    const oracle = corpus.oracle(provider);
    for (const record of corpus.recorded(provider)) {
      const sdk = oracle.get(record.id)?.sdk;
      if (record.endpoint !== "chat" || !families.has(record.family) || !sdk) continue;
      if (!isUnreadable(record, "openai-chat", sdk.error !== undefined)) yield { ...record, sdk };
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

function expectedOf({ sdk, ...record }: CorpusRecord & { readonly sdk: OracleEntry["sdk"] }): Partial<Reading> {
  if (sdk.error) return { failed: true };
  const finish = finishOf("openai-chat", sdk.finish);
  const counts = countsOf("openai-chat", sdk.usage);
  return {
    text: sdk.text ?? "",
    ...(sdk.reasoning !== undefined && { reasoning: sdk.reasoning }),
    ...(!hasMoreCalls(record) && { calls: sdk.tool_calls ?? [] }),
    // Whatever a vendor's own word means.
    ...(finish !== "other" && { finish }),
    promptTokens: counts?.prompt,
    completionTokens: counts?.completion,
    failed: false,
  };
}

function missesOf(record: CorpusRecord & { readonly sdk: OracleEntry["sdk"] }, reading: Reading): readonly string[] {
  const fields = Object.entries(expectedOf(record)) as [keyof Reading, unknown][];
  return fields
    .filter(([field, value]) => !isDeepStrictEqual(reading[field], value))
    .map(
      ([field, value]) =>
        `${record.id} ${record.provider} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`,
    );
}

describeWithCorpus("the openai-chat dialect reads and writes what vendors and clients sent", (corpus) => {
  const records = [...recordsOf(corpus)];
  const answers = records.filter(({ status }) => status === 200);
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap((record) =>
    record.response_text === undefined ? [] : [{ ...record, text: record.response_text }],
  );
  const whole = (record: CorpusRecord) => upstream.decodeResult(Buffer.from(JSON.stringify(record.response_body)));

  it("every request, decoded and encoded, is what the gateway sends without translating it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const { id, request_body: written } of records) {
      if (written === null || !Array.isArray(written["messages"])) continue;
      // Some vendors have the model in the path.
      const body = Buffer.from(JSON.stringify({ model: "in the path", ...written }));
      const request = client.parseRequest("chat.completions", body);
      const edits = { model: request.model, quirks: {} };
      const { body: again, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
      const sent: unknown = JSON.parse(upstream.editRequest(request, edits).toString());
      if (!isDeepStrictEqual(JSON.parse(again), sent) || notes.length > 0) misses.push(id);
      checked += 1;
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 500);
  });

  it("every whole answer says what the SDK read, also when it is written and read again", () => {
    const misses: string[] = [];
    for (const record of bodies) {
      const result = whole(record);
      if (result === null) {
        misses.push(`${record.id} is no answer`);
        continue;
      }
      misses.push(...missesOf(record, readResult(result)));
      const again = upstream.decodeResult(Buffer.from(client.encodeResult(result)));
      const { finish, ...told } = readResult(result);
      const same = again && { ...readResult(again), finish: finish === null ? finish : readResult(again).finish };
      if (!isDeepStrictEqual(same, { ...told, finish })) misses.push(`${record.id} differs when written again`);
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, bodies.length, 300);
  });

  it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
    const misses: string[] = [];
    streams.forEach((record, seed) => {
      const bytes = Buffer.from(record.text);
      const events = decodeStream([bytes]);
      misses.push(...missesOf(record, readEvents(events)));
      const inPieces = decodeStream(cutAtRandom(bytes, chanceFrom(seed)));
      if (!isDeepStrictEqual(inPieces, events)) misses.push(`${record.id} differs in pieces`);
      const again = decodeStream([Buffer.from(encodeStream(events))]);
      if (!isDeepStrictEqual(writtenReading(collectEvents(again)), writtenReading(collectEvents(events))))
        misses.push(`${record.id} differs when written again`);
    });
    expect(misses).toEqual([]);
    expectEnough(corpus, streams.length, 150);
  });
});
