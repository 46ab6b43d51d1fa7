import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { dialects } from "#dialects/index.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import type { Reading } from "#testing/reading.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { memberOf } from "#wire/json.ts";
import { finishOf as finishClassOf } from "../../../../tests/replay/reading.ts";
import { expectEnough } from "../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../tests/support/corpus.ts";
import { hasFault, isUnreadable } from "../../../../tests/support/recording-faults.ts";
import { askFor, decodeStream, parse } from "./ask.ts";
import { geminiOddJson } from "./gemini-odd-json.ts";
import { schemaOfSdk } from "./schemas.ts";
import { recordingsOf } from "./subject.ts";
import type { FaultOf, RecordedTraffic, Recording, Subject } from "./subject.ts";

const dialect = dialects.gemini;
const { upstream } = dialect;

function generated(corpus: Corpus): readonly Recording[] {
  const operationOf = ({ endpoint }: CorpusRecord) => (endpoint === "generateContent" ? "chat.completions" : undefined);
  return [...recordingsOf(corpus, ["google", "google-vertex"], operationOf)];
}

/** Streams that came as an array are in a suite of their own. */
const cameWhole = ({ response_body: body }: CorpusRecord): boolean => !Array.isArray(body);

type Sdk = OracleEntry["sdk"];

function finishOf({ finish, tool_calls: calls }: Sdk): string | null {
  if (finish === null || finish === undefined) return null;
  const meant = finishClassOf("gemini", finish) ?? "other";
  // Calls that are there are calls, also where the vendor did not expect them.
  return meant !== "content_filter" && calls && calls.length > 0 ? "tool_calls" : meant;
}

function countOf(usage: Sdk["usage"], ...fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + Number(memberOf(usage, field) ?? 0), 0);
}

/** The thoughts and the prompts of tools are told beside the others; of an answer without words only the total is. */
function countsOf({ usage }: Sdk): Pick<Reading, "promptTokens" | "completionTokens"> {
  if (!usage) return { promptTokens: undefined, completionTokens: undefined };
  const promptTokens = countOf(usage, "promptTokenCount", "toolUsePromptTokenCount");
  const told = countOf(usage, "candidatesTokenCount", "thoughtsTokenCount");
  const isTold = usage["candidatesTokenCount"] !== undefined;
  return { promptTokens, completionTokens: isTold ? told : countOf(usage, "totalTokenCount") - promptTokens };
}

function expectArraysRead(corpus: Corpus): void {
  const arrays = generated(corpus).filter((record) => record.status === 200 && !cameWhole(record));
  for (const { id, response_body: body } of arrays) {
    const list = body as readonly unknown[];
    const events = list.map((answer) => `data: ${JSON.stringify(answer)}\r\n\r\n`).join("");
    const read = decodeStream(upstream, [Buffer.from(JSON.stringify(body))]);
    expect(read, id).toEqual(decodeStream(upstream, [Buffer.from(events)]));
    expect(collectEvents(read).isEnded, id).toBe(true);
  }
  expectEnough(corpus, arrays.length, 7);
}

/** Where the vendor leaves out the empty lines between events, they are put in. */
function dataOf(events: Buffer): readonly string[] {
  const lines = events.toString("utf8").split(/\s*\n/);
  return lines.filter((line) => line !== "");
}

function expectPassing(corpus: Corpus): void {
  generated(corpus).forEach((record, seed) => {
    const { id, status, response_text: text } = record;
    if (status !== 200 || text === undefined || isUnreadable(record, "gemini")) return;
    const bytes = Buffer.from(text);
    const { usage } = collectEvents(decodeStream(upstream, [bytes]));
    const pass = (query: string) => {
      const tap = upstream.createStreamTap({ ...askFor(dialect), query }, {});
      const passed = passThrough(tap, cutAtRandom(bytes, chanceFrom(seed))).bytes;
      expect(tap.usage, id).toEqual(usage);
      expect(tap.flush(), id).toBeNull();
      return passed;
    };
    expect(dataOf(pass("alt=sse")), id).toEqual(dataOf(bytes));
    if (hasFault(record, "gemini", "last-line")) return;
    const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]): unknown => JSON.parse(data));
    expect(JSON.parse(pass("").toString("utf8")), id).toEqual(told);
  });
}

const traffic: RecordedTraffic = {
  recordings: (corpus) => generated(corpus).filter(cameWhole),
  *requests(corpus) {
    for (const { id, operation, request_body: written } of generated(corpus)) {
      const contents = written?.["contents"];
      if (written === null || !Array.isArray(contents) || contents.length === 0) continue;
      yield {
        id,
        operation,
        written,
        check(request) {
          const renamed = upstream.editRequest(request, { model: "other", quirks: {} });
          if (written["model"] === undefined) expect(renamed).toBe(request.body);
          else expect(JSON.parse(renamed.toString())).toEqual({ ...written, model: "models/other" });
        },
      };
    }
  },
  expectedOf({ sdk = {}, ...record }) {
    // Where empty lines are missing, the SDK does not read what is read here.
    if (sdk.error) return { failed: !hasFault(record, "gemini", "last-line") };
    // Each piece of a call is one to the SDK.
    const hasPieces = hasFault(record, "gemini", "partial-calls");
    const calls = (sdk.tool_calls ?? []).map(({ name, args }) => ({ name, args: args ?? {} }));
    const told = { text: sdk.text ?? "", reasoning: sdk.reasoning ?? "", finish: finishOf(sdk), failed: false };
    return { ...told, ...countsOf(sdk), ...(!hasPieces && { calls }) };
  },
  isSame(written, _result, { response_body: body }) {
    const { createTime: _time, ...again } = JSON.parse(written) as Record<string, unknown>;
    const { createTime: _told, ...told } = body as Record<string, unknown>;
    return isDeepStrictEqual(again, told);
  },
  askAgain: () => [askFor(dialect), parse(dialect, '{"contents":[{"parts":[{"text":"x"}]}]}')],
  retold(collected) {
    // Sources are written in a form of our own.
    const choices = collected.choices.map(({ citations: _citations, ...choice }) => choice);
    return { ...writtenReading(collected), choices };
  },
  least: { requests: 470, answers: 390, streams: 90 },
  alone: {
    "streams that came as an array are read as events are": expectArraysRead,
    "every stream that passes through is told by its tap as its events tell it": expectPassing,
  },
};

/** The published types are those of what an answer holds. */
function faultsWithin(corpus: Corpus): FaultOf {
  const candidate = schemaOfSdk(corpus, "google.Candidate");
  const usage = schemaOfSdk(corpus, "google.GenerateContentResponseUsageMetadata");
  return (answer) => {
    const told = memberOf(answer, "usageMetadata");
    const candidates = (memberOf(answer, "candidates") ?? []) as readonly unknown[];
    const faults = [...candidates.map(candidate), told === undefined ? null : usage(told)];
    return faults.find((fault) => fault !== null) ?? null;
  };
}

export const gemini: Subject = {
  dialect,
  traffic,
  odd: geminiOddJson,
  schemas: (corpus) => [{ operation: "chat.completions", answer: faultsWithin(corpus), event: faultsWithin(corpus) }],
  hidesOpaque: true,
};
