// Recorded traffic in every dialect, against what the official SDKs read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { collectEvents } from "#testing/collect-events.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../tests/support/corpus.ts";
import { isUnreadable } from "../../../../tests/support/recording-faults.ts";
import { askFor, decodeStream, encodeStream, foundInTail, parse } from "./ask.ts";
import { missesOf } from "./subject.ts";
import type { Recording, Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";

interface RecordedStream {
  readonly record: Recording;
  readonly bytes: Buffer;
  readonly seed: number;
}

/** The SDK read it, and it can be read. */
function isJudged({ dialect, traffic }: Subject, record: Recording): boolean {
  if (traffic.judgesAll === true) return true;
  return record.sdk !== undefined && !isUnreadable(record, dialect.name, record.sdk.error !== undefined);
}

/** Longer streams are read byte by byte in no suite: that takes long. */
const longestByteByByte = 20_000;

function missesOfAnswer({ dialect, traffic }: Subject, record: Recording): readonly string[] {
  const { upstream, client } = dialect;
  const { id } = record;
  const body = Buffer.from(JSON.stringify(record.response_body));
  const result = upstream.decodeResult(body);
  const isNone = traffic.isNoAnswer?.(record) ?? false;
  if ((result === null) !== isNone) return [`${id} is ${isNone ? "an" : "no"} answer`];
  if (result === null) return [];
  const misses = [...missesOf(record, readResult(result), traffic.expectedOf(record))];
  const written = client.encodeResult(result, askFor(dialect, record.operation));
  if (!traffic.isSame(written, result, record)) misses.push(`${id} differs when written again`);
  const read = upstream.readAnswer(body, askFor(dialect, record.operation));
  if (read.broken || !isDeepStrictEqual(read.usage, result.usage)) misses.push(`${id} has another usage in passing`);
  if (read.failure !== undefined) misses.push(`${id} fails in passing`);
  const tap = upstream.createLargeAnswerTap();
  tap.push(body);
  if (traffic.tellsLessInTail === true) return misses;
  const told = foundInTail[dialect.name];
  if (!isDeepStrictEqual(told(tap.usage), told(result.usage))) misses.push(`${id} has another usage where it is large`);
  return misses;
}

function missesOfStream({ dialect, traffic }: Subject, { record, bytes, seed }: RecordedStream): readonly string[] {
  const { id } = record;
  const events = decodeStream(dialect.upstream, [bytes]);
  const misses = [...missesOf(record, readEvents(events), traffic.expectedOf(record))];
  const isSame = (pieces: readonly Buffer[]) => isDeepStrictEqual(decodeStream(dialect.upstream, pieces), events);
  if (!isSame(cutAtRandom(bytes, chanceFrom(seed)))) misses.push(`${id} differs in pieces`);
  const isShort = bytes.length < longestByteByByte;
  if (isShort && !isSame(Array.from(bytes, (byte) => Buffer.of(byte)))) misses.push(`${id} differs byte by byte`);
  const told = collectEvents(events);
  const hasFailed = told.error !== null;
  for (const request of traffic.askAgain(record)) {
    const written = encodeStream(dialect, events, request);
    const again = collectEvents(decodeStream(dialect.upstream, [Buffer.from(written)]));
    if (!isDeepStrictEqual(traffic.retold(again, hasFailed), traffic.retold(told, hasFailed)))
      misses.push(`${id} differs when written again: ${request.query ?? ""}`);
  }
  return misses;
}

function expectPassing({ dialect, traffic }: Subject, { record: { id }, bytes, seed }: RecordedStream): void {
  const { upstream } = dialect;
  const tap = upstream.createStreamTap(askFor(dialect), {});
  const passed = passThrough(tap, cutAtRandom(bytes, chanceFrom(seed)));
  if (tap.failure === null) expect(passed.bytes.equals(bytes), id).toBe(true);
  else expect(passed.failure, id).toContain(JSON.stringify(tap.failure.message));
  const { usage, isEnded, error } = collectEvents(decodeStream(upstream, [bytes]));
  const failure = tap.failure?.message ?? null;
  if (isEnded)
    expect({ usage: tap.usage, ended: tap.ended, failure }, id).toEqual({ usage, ended: true, failure: null });
  // What is no JSON passes: the client's to judge.
  else if (traffic.tapTellsFailures === true && error !== "The vendor sent an event that is no JSON object.")
    expect(failure, id).toBe(error);
}

for (const subject of subjects) {
  const { dialect, traffic } = subject;
  const { client, upstream } = dialect;

  describeWithCorpus(`the ${dialect.name} dialect reads and writes what vendors and clients sent`, (corpus) => {
    const answers = [...traffic.recordings(corpus)].filter(
      (record) => record.status === 200 && isJudged(subject, record),
    );
    const bodies = answers.filter(({ response_text: text }) => text === undefined);
    const streams = answers
      .flatMap((record) => (record.response_text === undefined ? [] : [{ record, text: record.response_text }]))
      .map(({ record, text }, seed) => ({ record, bytes: Buffer.from(text), seed }));

    it("every request, decoded and encoded, is what the gateway sends without translating it", () => {
      const misses: string[] = [];
      let checked = 0;
      for (const { id, written, operation, check } of traffic.requests(corpus)) {
        const request = parse(dialect, JSON.stringify(written), operation);
        const edits = { model: request.model, quirks: {} };
        const { body, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
        const sent = upstream.editRequest(request, edits);
        const isSame = isDeepStrictEqual(JSON.parse(body), JSON.parse(sent.toString()));
        if (!isSame || notes.length > 0) misses.push(`${id} ${notes.join()}`);
        // OpenAI's streams are asked for their usage.
        if (dialect.name !== "openai-chat") expect(sent, id).toBe(request.body);
        check?.(request);
        checked += 1;
      }
      expect(misses).toEqual([]);
      expectEnough(corpus, checked, traffic.least.requests);
    });

    it("every whole answer says what the SDK read, also when it is written again", () => {
      expect(bodies.flatMap((record) => missesOfAnswer(subject, record))).toEqual([]);
      expectEnough(corpus, bodies.length, traffic.least.answers);
    });

    it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
      expect(streams.flatMap((stream) => missesOfStream(subject, stream))).toEqual([]);
      expectEnough(corpus, streams.length, traffic.least.streams);
    });

    if (traffic.passesUnchanged === true) {
      it("every stream that passes through is told by its tap as its events tell it, and passes unchanged", () => {
        for (const stream of streams) expectPassing(subject, stream);
      });
    }

    it.each(Object.entries(traffic.alone ?? {}))("%s", (_name, expectIn) => expectIn(corpus));
  });
}
