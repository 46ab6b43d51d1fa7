// Recorded traffic of the vendor, against what its official SDK read of it.

import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import type { ChatEvent, Usage } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { memberOf } from "#wire/json.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import { finishOf as finishClassOf } from "../../../../../tests/replay/reading.ts";
import { hasFault, isUnreadable } from "../../../../../tests/support/recording-faults.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../../tests/support/corpus.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { gemini } from "./index.ts";

const { client, upstream } = gemini;

type Judged = CorpusRecord & { readonly sdk: OracleEntry["sdk"] };

function* recordsOf(corpus: Corpus): Generator<Judged> {
  for (const provider of ["google", "google-vertex"]) {
    const oracle = corpus.oracle(provider);
    for (const record of corpus.recorded(provider)) {
      const sdk = oracle.get(record.id)?.sdk;
      const isJudged = record.endpoint === "generateContent" && sdk !== undefined;
      if (isJudged && !isUnreadable(record, "gemini", sdk.error !== undefined)) yield { ...record, sdk };
    }
  }
}

function decodeStream(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function encodeStream(events: readonly ChatEvent[], query: string): string {
  const encoder = client.createStreamEncoder({ query });
  return events.map((event) => encoder.encode(event)).join("");
}

function finishOf({ finish, tool_calls: calls }: OracleEntry["sdk"]): string | null {
  if (finish === null || finish === undefined) return null;
  const meant = finishClassOf("gemini", finish) ?? "other";
  // Calls that are there are calls, also where the vendor did not expect them.
  return meant !== "content_filter" && calls && calls.length > 0 ? "tool_calls" : meant;
}

function countOf(usage: OracleEntry["sdk"]["usage"], ...fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + Number(memberOf(usage, field) ?? 0), 0);
}

/** The thoughts and the prompts of tools are told beside the others; of an answer without words only the total is. */
function countsOf({ usage }: OracleEntry["sdk"]): Pick<Reading, "promptTokens" | "completionTokens"> {
  if (!usage) return { promptTokens: undefined, completionTokens: undefined };
  const promptTokens = countOf(usage, "promptTokenCount", "toolUsePromptTokenCount");
  const told = countOf(usage, "candidatesTokenCount", "thoughtsTokenCount");
  const isTold = usage["candidatesTokenCount"] !== undefined;
  return { promptTokens, completionTokens: isTold ? told : countOf(usage, "totalTokenCount") - promptTokens };
}

function expectedOf({ sdk, ...record }: Judged): Partial<Reading> {
  // Where empty lines are missing, the SDK does not read what is read here.
  if (sdk.error) return { failed: !hasFault(record, "gemini", "last-line") };
  // Each piece of a call is one to the SDK.
  const hasPieces = hasFault(record, "gemini", "partial-calls");
  const calls = (sdk.tool_calls ?? []).map(({ name, args }) => ({ name, args: args ?? {} }));
  const told = { text: sdk.text ?? "", reasoning: sdk.reasoning ?? "", finish: finishOf(sdk), failed: false };
  return { ...told, ...countsOf(sdk), ...(!hasPieces && { calls }) };
}

function missesOf(record: Judged, reading: Reading): readonly string[] {
  const fields = Object.entries(expectedOf(record)) as [keyof Reading, unknown][];
  return fields
    .filter(([field, value]) => !isDeepStrictEqual(reading[field], value))
    .map(([field, value]) => `${record.id} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`);
}

describeWithCorpus("the gemini dialect reads and writes what the vendor and its clients sent", (corpus) => {
  const records = [...recordsOf(corpus)];
  const answers = records.filter(({ status }) => status === 200);
  const bodies = answers.filter(({ response_text: text }) => text === undefined);
  const documents = bodies.filter(({ response_body: body }) => !Array.isArray(body));
  const arrays = bodies.filter(({ response_body: body }) => Array.isArray(body));
  const streams = answers.flatMap((record) =>
    record.response_text === undefined ? [] : [{ ...record, text: record.response_text }],
  );

  it("every request, decoded and encoded, is what the gateway sends without translating it", () => {
    const misses: string[] = [];
    let checked = 0;
    for (const provider of ["google", "google-vertex"]) {
      for (const { id, request_body: written, endpoint } of corpus.recorded(provider)) {
        const contents = written?.["contents"];
        if (endpoint !== "generateContent" || !Array.isArray(contents) || contents.length === 0) continue;
        const line = { model: "gemini-3-pro", query: "", stream: false };
        const request = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(written)), line);
        const edits = { model: "gemini-3-pro", quirks: {} };
        const { body: again, notes } = upstream.encodeRequest(client.decodeRequest(request), edits);
        if (!isDeepStrictEqual(JSON.parse(again), written) || notes.length > 0) misses.push(`${id} ${notes.join()}`);
        expect(upstream.editRequest(request, edits)).toBe(request.body);
        const renamed = upstream.editRequest(request, { ...edits, model: "other" });
        if (written?.["model"] === undefined) expect(renamed).toBe(request.body);
        else expect(JSON.parse(renamed.toString())).toEqual({ ...written, model: "models/other" });
        checked += 1;
      }
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, checked, 470);
  });

  it("every whole answer says what the SDK read, and is the same when it is written again", () => {
    const misses: string[] = [];
    for (const record of documents) {
      const body = Buffer.from(JSON.stringify(record.response_body));
      const result = upstream.decodeResult(body);
      if (result === null) {
        misses.push(`${record.id} is no answer`);
        continue;
      }
      misses.push(...missesOf(record, readResult(result)));
      const { createTime: _time, ...again } = JSON.parse(client.encodeResult(result)) as Record<string, unknown>;
      const { createTime: _told, ...written } = record.response_body as Record<string, unknown>;
      if (!isDeepStrictEqual(again, written)) misses.push(`${record.id} differs when written again`);
      expect(upstream.readAnswer(body), record.id).toEqual({ usage: result.usage, broken: false });
      const tap = upstream.createLargeAnswerTap();
      tap.push(body);
      expect(tap.usage, record.id).toEqual(result.usage && { ...result.usage, webSearches: tap.usage?.webSearches });
    }
    expect(misses).toEqual([]);
    expectEnough(corpus, documents.length, 390);
  });

  it("every stream says what the SDK read, in pieces of any size, and when it is written and read again", () => {
    const misses: string[] = [];
    streams.forEach((record, seed) => {
      const bytes = Buffer.from(record.text);
      const events = decodeStream([bytes]);
      misses.push(...missesOf(record, readEvents(events)));
      const inPieces = decodeStream(cutAtRandom(bytes, chanceFrom(seed)));
      if (!isDeepStrictEqual(inPieces, events)) misses.push(`${record.id} differs in pieces`);
      const byByte = bytes.length < 20_000 ? decodeStream(Array.from(bytes, (byte) => Buffer.of(byte))) : events;
      if (!isDeepStrictEqual(byByte, events)) misses.push(`${record.id} differs byte by byte`);
      for (const query of ["alt=sse", ""]) {
        const again = collectEvents(decodeStream([Buffer.from(encodeStream(events, query))]));
        // Sources are written in a form of our own.
        if (
          !isDeepStrictEqual(
            withoutCitations(writtenReading(again)),
            withoutCitations(writtenReading(collectEvents(events))),
          )
        )
          misses.push(`${record.id} differs when written again: ${query}`);
      }
    });
    expect(misses).toEqual([]);
    expectEnough(corpus, streams.length, 90);
  });

  it("streams that came as an array are read as events are", () => {
    for (const { id, response_body: body } of arrays) {
      const list = body as readonly unknown[];
      const events = list.map((answer) => `data: ${JSON.stringify(answer)}\r\n\r\n`).join("");
      const read = decodeStream([Buffer.from(JSON.stringify(body))]);
      expect(read, id).toEqual(decodeStream([Buffer.from(events)]));
      expect(collectEvents(read).isEnded, id).toBe(true);
    }
    expectEnough(corpus, arrays.length, 7);
  });

  it("every stream that passes through is told by its tap as its events tell it", () => {
    streams.forEach((record, seed) => {
      const { id, text } = record;
      const bytes = Buffer.from(text);
      const { usage } = collectEvents(decodeStream([bytes]));
      const pass = (query: string): { readonly passed: Buffer; readonly usage: Usage | null } => {
        const tap = upstream.createStreamTap({ query });
        const pieces = cutAtRandom(bytes, chanceFrom(seed)).map((piece) => tap.push(piece));
        const passed = [...pieces, tap.flush(), tap.flush()].filter((part) => part !== null);
        return { passed: Buffer.concat(passed), usage: tap.usage };
      };
      const asEvents = pass("alt=sse");
      // Where the vendor leaves out the empty lines between events, they are put in.
      const dataOf = (events: Buffer): readonly string[] =>
        events
          .toString("utf8")
          .split(/\s*\n/)
          .filter((line) => line !== "");
      expect(dataOf(asEvents.passed), id).toEqual(dataOf(bytes));
      expect(asEvents.usage, id).toEqual(usage);
      if (hasFault(record, "gemini", "last-line")) return;
      const asArray = pass("");
      expect(asArray.usage, id).toEqual(usage);
      const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]): unknown => JSON.parse(data));
      expect(JSON.parse(asArray.passed.toString("utf8")), id).toEqual(told);
    });
  });
});

function withoutCitations({ choices, ...told }: ReturnType<typeof collectEvents>): object {
  return { ...told, choices: choices.map(({ citations: _citations, ...choice }) => choice) };
}
