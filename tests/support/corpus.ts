// Recorded traffic of real vendors, kept outside this repository. Suites that need it say so through describeWithCorpus,
// which skips them where the folder is absent; `npm test` makes that skip a failure with CI=true.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";

/** One HTTP interaction. Exactly one of the three `response_*` bodies is present. */
export interface CorpusRecord {
  readonly id: string;
  readonly source: {
    readonly repo: string;
    readonly file: string;
    readonly licence: string;
    readonly format?: string;
    /** The recording had no request. */
    readonly response_only?: boolean;
  };
  readonly provider: string;
  readonly family: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** `chat`, `completions`, `embeddings`, `models`, `messages`, ... */
  readonly endpoint: string;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: Readonly<Record<string, unknown>> | null;
  readonly status: number;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly response_body?: unknown;
  /** Exact text of an event stream. */
  readonly response_text?: string;
  readonly response_b64?: string;
  readonly kinds: readonly string[];
  /** JSON paths whose large base64 was replaced. */
  readonly elided?: readonly string[];
}

/** What the vendor's official SDK read from the record with the same id. */
export interface OracleEntry {
  readonly id: string;
  readonly sdk: {
    readonly error?: Readonly<Record<string, unknown>>;
    readonly text?: string | null;
    readonly reasoning?: string;
    readonly tool_calls?: readonly { readonly name: string; readonly args: unknown }[];
    readonly finish?: string | number | null;
    readonly usage?: Readonly<Record<string, unknown>> | null;
    readonly chunks?: number;
    readonly n?: number;
    readonly dim?: number;
  };
}

export interface JsonCase {
  readonly name: string;
  readonly bytes: Buffer;
  /** `accept` must parse, `reject` must be refused, `either` is left to the parser. */
  readonly verdict: "accept" | "reject" | "either";
}

export interface SseVector {
  readonly id: string;
  readonly origin: string;
  readonly text: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface Corpus {
  readonly directory: string;
  /** Vendors with recordings, such as `openai`, `groq`. */
  providers(): readonly string[];
  recorded(provider: string): Iterable<CorpusRecord>;
  /** Empty for vendors without an official SDK. */
  oracle(provider: string): ReadonlyMap<string, OracleEntry>;
  jsonCases(): readonly JsonCase[];
  sseVectors(): readonly SseVector[];
  naughtyStrings(): readonly string[];
}

function* readLines<Line>(file: string): Iterable<Line> {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line !== "") yield JSON.parse(line) as Line;
  }
}

function readOracle(file: string): ReadonlyMap<string, OracleEntry> {
  const entries = existsSync(file) ? readLines<OracleEntry>(file) : [];
  return new Map(Array.from(entries, (entry) => [entry.id, entry]));
}

const verdicts: Readonly<Record<string, JsonCase["verdict"]>> = { y: "accept", n: "reject", i: "either" };

function readJsonCases(directory: string): JsonCase[] {
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => {
      const verdict = verdicts[name.slice(0, name.indexOf("_"))];
      return verdict === undefined ? [] : [{ name, verdict, bytes: readFileSync(join(directory, name)) }];
    });
}

/** A folder in the form of the corpus. */
export function openCorpus(directory: string): Corpus {
  const adversarial = join(directory, "adversarial");
  const parse = <Value>(name: string): Value => JSON.parse(readFileSync(join(adversarial, name), "utf8")) as Value;
  return {
    directory,
    providers: () => readdirSync(join(directory, "recorded")).map((name) => name.replace(/\.jsonl$/, "")),
    recorded: (provider) => readLines(join(directory, "recorded", `${provider}.jsonl`)),
    oracle: (provider) => readOracle(join(directory, "oracle", `${provider}.jsonl`)),
    jsonCases: () => readJsonCases(join(adversarial, "JSONTestSuite/test_parsing")),
    sseVectors: () => parse("sse-vectors.json"),
    naughtyStrings: () => parse("blns.json"),
  };
}

/** The corpus named by GHOSTLLM_CORPUS, or the one in `shared/` beside this repository; null where there is none. */
export function corpus(): Corpus | null {
  const directory = process.env["GHOSTLLM_CORPUS"] || resolve(import.meta.dirname, "../../../shared/corpus");
  return existsSync(join(directory, "recorded")) ? openCorpus(directory) : null;
}

/** `describe` for suites over the corpus. Elsewhere one skipped test stands for the suite and says what is missing. */
export function describeWithCorpus(name: string, define: (corpus: Corpus) => void): void {
  const found = corpus();
  if (found === null) it.skip(`${name}: there is no corpus; set GHOSTLLM_CORPUS to its folder`);
  else describe(name, () => define(found));
}
