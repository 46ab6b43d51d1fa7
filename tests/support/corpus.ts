// Recorded traffic of real vendors, kept outside this repository. Suites that need it say so through describeWithCorpus,
// which skips them where the folder is absent; `npm test` makes that skip a failure with CI=true.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { normalizeRecord } from "./corpus-record.ts";

/** One HTTP interaction, in the form of `normalizeRecord`: exactly one of the three `response_*` bodies is present. */
export interface CorpusRecord {
  readonly id: string;
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
  /** It is the one on which the suites' figures were counted. */
  readonly isKnown: boolean;
  /** Vendors with recordings, such as `openai`, `groq`. */
  providers(): readonly string[];
  recorded(provider: string): Iterable<CorpusRecord>;
  /** Empty for vendors without an official SDK. */
  oracle(provider: string): ReadonlyMap<string, OracleEntry>;
  jsonCases(): readonly JsonCase[];
  sseVectors(): readonly SseVector[];
  naughtyStrings(): readonly string[];
  /** A schema of `specs/`. */
  specification(name: string): string;
}

/** Lines that are no JSON objects are told of and passed over. */
function readLines(file: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const read = lines.map(parseObject).filter((line) => line !== null);
  if (read.length < lines.length) console.warn(`${file}: ${lines.length - read.length} lines are no JSON objects`);
  return read;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(line) as unknown;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** Entries that tell nothing are as good as missing. */
function readOracle(file: string): ReadonlyMap<string, OracleEntry> {
  const entries = readLines(file).filter(
    ({ id, sdk }) => typeof id === "string" && typeof sdk === "object" && sdk !== null,
  );
  return new Map(entries.map((entry) => [String(entry["id"]), entry as unknown as OracleEntry]));
}

const verdicts: Readonly<Record<string, JsonCase["verdict"]>> = { y: "accept", n: "reject", i: "either" };

function readJsonCases(directory: string): JsonCase[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => {
      const verdict = verdicts[name.slice(0, name.indexOf("_"))];
      return verdict === undefined ? [] : [{ name, verdict, bytes: readFileSync(join(directory, name)) }];
    });
}

/** Suites ask for the same again for every record. */
function keepBy<Value>(read: (name: string) => Value): (name: string) => Value {
  const kept = new Map<string, Value>();
  return (name) => {
    const value = kept.get(name) ?? read(name);
    kept.set(name, value);
    return value;
  };
}

const usualDirectory = resolve(import.meta.dirname, "../../../shared/corpus");

/** All bytes of the recordings on which the suites' figures were counted. */
const knownBytes = 16_595_266;

/** A folder in the form of the corpus; only `recorded/` must be there. */
export function openCorpus(directory: string): Corpus {
  const adversarial = join(folderWith("adversarial", directory), "adversarial");
  const recorded = join(directory, "recorded");
  const parse = <Value>(name: string): readonly Value[] => {
    const file = join(adversarial, name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as readonly Value[]) : [];
  };
  const records = keepBy((provider) =>
    readLines(join(recorded, `${provider}.jsonl`)).map((line, at) => normalizeRecord(line, provider, at)),
  );
  const files = readdirSync(recorded).filter((name) => name.endsWith(".jsonl"));
  const bytes = files.reduce((sum, name) => sum + statSync(join(recorded, name)).size, 0);
  return {
    directory,
    isKnown: bytes === knownBytes,
    providers: () => files.map((name) => name.replace(/\.jsonl$/, "")),
    recorded: records,
    oracle: keepBy((provider) => readOracle(join(directory, "oracle", `${provider}.jsonl`))),
    jsonCases: () => readJsonCases(join(adversarial, "JSONTestSuite/test_parsing")),
    sseVectors: () => parse("sse-vectors.json"),
    naughtyStrings: () => parse("blns.json"),
    specification: (name) => readFileSync(join(folderWith("specs", directory), "specs", name), "utf8"),
  };
}

/** What is the same for all recordings may be missing beside them: then that of the usual folder counts. */
function folderWith(name: string, directory: string): string {
  return [directory, usualDirectory].find((folder) => existsSync(join(folder, name))) ?? directory;
}

const openOnce = keepBy(openCorpus);

/** The corpus named by GHOSTLLM_CORPUS, or the one in `shared/` beside this repository; null where there is none. */
export function corpus(): Corpus | null {
  const directory = process.env["GHOSTLLM_CORPUS"] || usualDirectory;
  return existsSync(join(directory, "recorded")) ? openOnce(directory) : null;
}

/** `describe` for suites over the corpus. Elsewhere one skipped test stands for the suite and says what is missing. */
export function describeWithCorpus(name: string, define: (corpus: Corpus) => void): void {
  const found = corpus();
  if (found === null) it.skip(`${name}: there is no corpus; set GHOSTLLM_CORPUS to its folder`);
  else describe(name, () => define(found));
}

/**
 * That a suite looked at something: at more than so many of the recordings whose figures are known. How many there are in
 * any other corpus is not for the suite to say.
 */
export function expectEnough({ isKnown }: Corpus, checked: number, least: number): void {
  if (isKnown) expect(checked).toBeGreaterThan(least);
}
