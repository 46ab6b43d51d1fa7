// What the suites over recorded traffic and odd JSON must know of a dialect: which recordings are its own, and in what it
// differs from its neighbours. The suites themselves know no dialect.

import { isDeepStrictEqual } from "node:util";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { ChatResult } from "#hub.ts";
import type { Operation } from "#operations.ts";
import type { Collected } from "#testing/collect-events.ts";
import type { Reading } from "#testing/reading.ts";
import type { Corpus, CorpusRecord, OracleEntry } from "../../../../tests/support/corpus.ts";

export interface Recording extends CorpusRecord {
  readonly operation: Operation;
  /** What the official SDK read of it. */
  readonly sdk?: OracleEntry["sdk"];
}

/** A recorded request; of some, without what cannot be translated. */
export interface RecordedRequest {
  readonly id: string;
  readonly operation: Operation;
  readonly written: Readonly<Record<string, unknown>>;
  /** What must hold of it besides. */
  readonly check?: (request: ParsedRequest) => void;
}

export interface RecordedTraffic {
  recordings(corpus: Corpus): Iterable<Recording>;
  /** Also what no SDK read is judged. */
  readonly judgesAll?: boolean;
  requests(corpus: Corpus): Iterable<RecordedRequest>;
  expectedOf(recording: Recording): Partial<Reading>;
  /** The body is none of an answer. */
  readonly isNoAnswer?: (recording: Recording) => boolean;
  /** Is an answer that we write what the vendor wrote, or does it say the same where it cannot be? */
  isSame(written: string, result: ChatResult, recording: Recording): boolean;
  /** The requests by which a stream of events is written again. */
  askAgain(recording: Recording): readonly ParsedRequest[];
  /** What must come back of a stream that is written and read again. */
  retold(collected: Collected, hasFailed: boolean): object;
  /** Whether its taps are held against what streams pass unchanged. */
  readonly passesUnchanged?: boolean;
  /** Its taps fail wherever its decoder does. */
  readonly tapTellsFailures?: boolean;
  /** Of an answer that is too large to hold, not all of the usage is known. */
  readonly tellsLessInTail?: boolean;
  /** How many recordings there are at the least, of those whose figures are known. */
  readonly least: { readonly requests: number; readonly answers: number; readonly streams: number };
  /** What is the dialect's alone. */
  readonly alone?: Readonly<Record<string, (corpus: Corpus) => void>>;
}

/** Null for what is valid. */
export type FaultOf = (value: unknown) => string | null;

export interface ValidAnswers {
  readonly operation: Operation;
  readonly answer: FaultOf;
  readonly event: FaultOf;
  /** Of a stream as a whole. */
  readonly faultOfStream?: (written: string) => string | null;
}

export interface OddJson {
  /** Where a value may stand in an answer or an event of a stream. */
  readonly answers: readonly (readonly [before: string, behind: string])[];
  readonly operations: readonly Operation[];
  /** What must hold of an event besides. */
  readonly checkEvent?: (frame: Buffer, value: Buffer) => void;
  /** Requests with a value at each `@`. */
  readonly requests: readonly (readonly [operation: Operation, text: string])[];
  readonly alone?: Readonly<Record<string, (corpus: Corpus) => void>>;
}

export interface Subject {
  readonly dialect: Dialect;
  readonly traffic: RecordedTraffic;
  schemas(corpus: Corpus): readonly ValidAnswers[];
  /** Parts that only the vendor's own clients are told have no place in its published form. */
  readonly hidesOpaque?: boolean;
  /** The vendor's recording is not valid itself. */
  readonly isInvalid?: (recording: Recording) => boolean;
  readonly odd: OddJson;
}

/** Recordings of all vendors. */
export function* recordingsOf(
  corpus: Corpus,
  providers: readonly string[],
  operationOf: (record: CorpusRecord) => Operation | undefined,
): Generator<Recording> {
  for (const provider of providers) {
    const oracle = corpus.oracle(provider);
    for (const record of corpus.recorded(provider)) {
      const operation = operationOf(record);
      const sdk = oracle.get(record.id)?.sdk;
      if (operation !== undefined) yield { ...record, operation, ...(sdk && { sdk }) };
    }
  }
}

/** The fields of a reading that are not as expected. */
export function missesOf({ id, provider }: Recording, reading: Reading, expected: Partial<Reading>): readonly string[] {
  const fields = Object.entries(expected) as [keyof Reading, unknown][];
  const wrong = fields.filter(([field, value]) => !isDeepStrictEqual(reading[field], value));
  return wrong.map(
    ([field, value]) => `${id} ${provider} ${field}: ${JSON.stringify(reading[field])}, not ${JSON.stringify(value)}`,
  );
}

/** As if an answer came from a vendor of another dialect. */
export function withoutExtras<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === "extras" ? undefined : member))) as Value;
}
