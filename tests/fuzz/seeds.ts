// What the cases are made from: the recorded traffic where there is some, and the fixtures of the dialects.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { encodeEventMessage } from "@ghostllm/fake-upstream";
import { vendorDialects } from "@ghostllm/llm";
import { corpus } from "../support/corpus.ts";
import type { Corpus, CorpusRecord } from "../support/corpus.ts";

export interface Seeds {
  readonly streams: Buffer[];
  /** Of errors as well. */
  readonly answers: Buffer[];
  readonly requests: Buffer[];
}

export type SeedsOfDialects = ReadonlyMap<string, Seeds>;

const fixtures = resolve(import.meta.dirname, "../../packages/llm/fixtures");

/** A larger one makes a case slow and says nothing new. */
const maxSeedBytes = 24 * 1024;
const maxStreamBytes = 256 * 1024;

const dialectsOfEndpoints: Readonly<Record<string, string>> = {
  ...{ chat: "openai-chat", completions: "openai-chat", embeddings: "openai-chat", responses: "openai-responses" },
  ...{
    messages: "anthropic-messages",
    generateContent: "gemini",
    "ollama-chat": "ollama",
    "ollama-generate": "ollama",
  },
};

function dialectOf({ endpoint, path }: CorpusRecord): string | undefined {
  return endpoint === "bedrock" && path.includes("/converse") ? "bedrock-converse" : dialectsOfEndpoints[endpoint];
}

export function loadSeeds(): SeedsOfDialects {
  const seeds = new Map(
    Object.keys(vendorDialects).map((name): [string, Seeds] => [name, { streams: [], answers: [], requests: [] }]),
  );
  for (const [name, own] of seeds) addFixtures(join(fixtures, name), own);
  const recorded = corpus();
  if (recorded !== null) addRecordings(recorded, seeds);
  return seeds;
}

function addRecordings(recorded: Corpus, seeds: SeedsOfDialects): void {
  for (const provider of recorded.providers()) {
    for (const record of recorded.recorded(provider)) {
      const own = seeds.get(dialectOf(record) ?? "");
      if (own !== undefined) addRecord(record, own);
    }
  }
}

function addRecord(record: CorpusRecord, { streams, answers, requests }: Seeds): void {
  const { response_text: text, response_b64: base64, response_body: body, request_body: asked } = record;
  if (text !== undefined) add(streams, Buffer.from(text), maxStreamBytes);
  else if (base64 !== undefined) add(streams, Buffer.from(base64, "base64"), maxStreamBytes);
  else add(answers, Buffer.from(JSON.stringify(body ?? null)));
  if (asked !== null) add(requests, Buffer.from(JSON.stringify(asked)));
}

function add(list: Buffer[], bytes: Buffer, maxBytes = maxSeedBytes): void {
  if (bytes.length > 1 && bytes.length <= maxBytes) list.push(bytes);
}

function addFixtures(directory: string, { streams, answers, requests }: Seeds): void {
  for (const bytes of filesIn(join(directory, "streams"))) add(streams, bytes, maxStreamBytes);
  for (const folder of ["answers", "errors"]) for (const bytes of filesIn(join(directory, folder))) add(answers, bytes);
  for (const bytes of filesIn(join(directory, "requests"))) add(requests, bytes);
}

/** Those that were written by a vendor or a client, not what is expected of them. */
function filesIn(directory: string): readonly Buffer[] {
  const names = existsSync(directory) ? readdirSync(directory).toSorted() : [];
  const sources = names.filter((name) => !/\.(golden|hub)\.json$/.test(name));
  return sources.map((name) => readFixture(join(directory, name)));
}

interface MessageLine {
  readonly event?: string;
  readonly exception?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A binary stream is written down as the list of its messages. */
function readFixture(file: string): Buffer {
  const bytes = readFileSync(file);
  if (!file.includes("bedrock-converse") || !file.endsWith(".jsonl")) return bytes;
  const lines = bytes.toString("utf8").trim().split("\n");
  const written = lines.map((line) => {
    const { event, exception = "", payload } = JSON.parse(line) as MessageLine;
    return encodeEventMessage(event ?? exception, payload, event === undefined ? "exception" : "event");
  });
  return Buffer.concat(written);
}
