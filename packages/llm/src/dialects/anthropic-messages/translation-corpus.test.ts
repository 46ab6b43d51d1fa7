// Recorded traffic of the vendor, against what its official SDK read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { hasFault, isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../../tests/support/corpus.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { decodeFinish } from "./finish.ts";
import { anthropicMessages } from "./index.ts";
import { readUsage } from "./usage.ts";

const { client, upstream } = anthropicMessages;

type Judged = CorpusRecord & { readonly sdk: OracleEntry["sdk"] };

function* recordsOf(corpus: Corpus): Generator<Judged> {
  const oracle = corpus.oracle("anthropic");
  for (const record of corpus.recorded("anthropic")) {
    const sdk = oracle.get(record.id)?.sdk;
    const isJudged = record.endpoint === "messages" && sdk !== undefined;
    if (isJudged && !isUnreadable(record, "anthropic-messages", sdk.error !== undefined)) yield { ...record, sdk };
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

function expectedOf({ sdk, ...record }: Judged): Partial<Reading> {
  // The SDK refuses several answers one after another, of which the first is read here.
  if (sdk.error) return { failed: !hasFault(record, "anthropic-messages", "joined") };
  const usage = readUsage(sdk.usage);
  // What gave advice is counted at the end of a stream, where the SDK does not look for it.
  const isPartOf = JSON.stringify(record).includes("advisor_message") && usage?.byOthers === undefined;
  return {
    text: sdk.text ?? "",
    reasoning: sdk.reasoning ?? "",
    calls: sdk.tool_calls ?? [],
    finish: typeof sdk.finish === "string" ? decodeFinish(sdk.finish) : null,
    ...(!isPartOf && { promptTokens: usage?.promptTokens, completionTokens: usage?.completionTokens }),
    failed: false,
  };
}

function missesOf(record: Judged, reading: Reading): readonly string[] {
  const fields = Object.entries(expectedOf(record)) as [keyof Reading, unknown][];
  return fields
    .filter(([field, value]) => !isDeepStrictEqual(reading[field], value))
    .map(([field, value]) => `${record.id} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`);
}

describeWithCorpus("the anthropic-messages dialect reads and writes what the vendor and its clients sent", (corpus) => {
  const records = [...recordsOf(corpus)];
  const answers = records.filter(({ status }) => status === 200);
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const streams = answers.flatMap((record) =>
    record.response_text === undefined ? [] : [{ ...record, text: record.response_text }],
  );

  it("every request, decoded and encoded, is what the gateway sends without translating it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const { id, request_body: written, endpoint } of corpus.recorded("anthropic")) {
      if (!/messages|count_tokens/.test(endpoint) || !Array.isArray(written?.["messages"])) continue;
      const request = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(written)));
      const edits = { model: request.model, quirks: {} };
      const { body: again, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
      if (!isDeepStrictEqual(JSON.parse(again), written) || notes.length > 0) misses.push(`${id} ${notes.join()}`);
      expect(upstream.editRequest(request, edits)).toBe(request.body);
      checked += 1;
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 380);
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
      const { stop_sequence: _sequence, ...again } = JSON.parse(client.encodeResult(result)) as Record<string, unknown>;
      const { stop_sequence: _told, ...written } = record.response_body as Record<string, unknown>;
      if (!isDeepStrictEqual(again, written)) misses.push(`${record.id} differs when written again`);
      expect(upstream.readAnswer(body), record.id).toEqual({ usage: result.usage, broken: false });
      const tap = upstream.createLargeAnswerTap();
      tap.push(body);
      expect(tap.usage, record.id).toEqual(result.usage);
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, bodies.length, 290);
  });

  it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
    const misses: string[] = [];
    streams.forEach((record, seed) => {
      const bytes = Buffer.from(record.text);
      const events = decodeStream([bytes]);
      misses.push(...missesOf(record, readEvents(events)));
      const inPieces = decodeStream(cutAtRandom(bytes, chanceFrom(seed)));
      if (!isDeepStrictEqual(inPieces, events)) misses.push(`${record.id} differs in pieces`);
      const again = writtenReading(collectEvents(decodeStream([Buffer.from(encodeStream(events))])));
      const told = writtenReading(collectEvents(events));
      // The usage is told at the end, to which a failure does not come.
      if (!isDeepStrictEqual(again, told.error === null ? told : { ...told, usage: again.usage }))
        misses.push(`${record.id} differs when written again`);
    });
    expect(misses).toEqual([]);
    expectEnough(corpus, streams.length, 100);
  });

  it("every stream that passes through is told by its tap as its events tell it, and passes unchanged", () => {
    streams.forEach(({ id, text }, seed) => {
      const bytes = Buffer.from(text);
      const tap = upstream.createStreamTap();
      const passed = [...cutAtRandom(bytes, chanceFrom(seed)).map((piece) => tap.push(piece)), tap.flush()];
      expect(Buffer.concat(passed.filter((part) => part !== null)).equals(bytes), id).toBe(true);
      const { usage, isEnded } = collectEvents(decodeStream([bytes]));
      if (isEnded) expect({ usage: tap.usage, ended: tap.ended }, id).toEqual({ usage, ended: true });
    });
  });
});
