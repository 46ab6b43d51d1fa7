// Recorded requests as clients send them: in which dialect each was written, and to which operation.

import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import type { ClientDialectName, Operation, ParsedRequest } from "@ghostllm/llm";
import type { Corpus, CorpusRecord } from "../support/corpus.ts";
import { hasFault } from "../support/recording-faults.ts";

export interface RecordedRequest {
  readonly id: string;
  readonly dialect: ClientDialectName;
  readonly operation: Operation;
  readonly written: Readonly<Record<string, unknown>>;
  readonly parsed: ParsedRequest;
}

/** One that the client's half of its dialect does not take, with what it says of it. */
export interface RefusedRequest {
  readonly record: CorpusRecord;
  readonly dialect: ClientDialectName;
  readonly message: string;
}

type Place = readonly [dialect: ClientDialectName, operation: Operation];

const places: Readonly<Record<string, Place>> = {
  chat: ["openai-chat", "chat.completions"],
  completions: ["openai-chat", "completions"],
  responses: ["openai-responses", "chat.completions"],
  messages: ["anthropic-messages", "chat.completions"],
  generateContent: ["gemini", "chat.completions"],
  "ollama-chat": ["ollama", "chat.completions"],
  "ollama-generate": ["ollama", "generate"],
};

/** Operations that several dialects have under the same name. */
const sharedPlaces: readonly (readonly [endpoint: string, path: RegExp, ...Place])[] = [
  ["embeddings", /:embedContent$/, "gemini", "embed_content"],
  ["embeddings", /:batchEmbedContents$/, "gemini", "embeddings"],
  ["embeddings", /\/api\/embed$/, "ollama", "embeddings"],
  ["embeddings", /\/embeddings$/, "openai-chat", "embeddings"],
  ["count_tokens", /:countTokens$/, "gemini", "count_tokens"],
  ["count_tokens", /\/messages\/count_tokens$/, "anthropic-messages", "count_tokens"],
];

function placeOf({ endpoint, path, request_body: body }: CorpusRecord): Place | undefined {
  const shared = sharedPlaces.find(([name, pattern]) => name === endpoint && pattern.test(path));
  if (shared !== undefined) return [shared[2], shared[3]];
  // Caches that were made for answers are listed with them.
  if (endpoint === "generateContent" && !/:(?:stream)?generateContent$/i.test(path)) return undefined;
  return body !== null && Object.hasOwn(places, endpoint) ? places[endpoint] : undefined;
}

export function* requestsOf(
  corpus: Corpus,
  refuse: (refused: RefusedRequest) => void = () => {},
): Generator<RecordedRequest> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      const place = placeOf(record);
      if (place === undefined) continue;
      const request = read(record, place);
      if (request === null) continue;
      if ("message" in request) refuse(request);
      else yield request;
    }
  }
}

function isMisfiled(record: CorpusRecord, dialect: ClientDialectName, operation: Operation): boolean {
  return operation === "chat.completions" && hasFault(record, dialect, "other-api");
}

/** Null: there is nothing to read. */
function read(record: CorpusRecord, [dialect, operation]: Place): RecordedRequest | RefusedRequest | null {
  const { id, path, request_body: written } = record;
  // Of what is filed under another call nothing is known.
  if (written === null || isMisfiled(record, dialect, operation)) return null;
  const body = dialect === "gemini" ? written : { model: "m", ...written };
  const line = { model: "m", query: "", stream: path.endsWith(":streamGenerateContent") };
  try {
    const parsed = dialects[dialect].client.parseRequest(operation, Buffer.from(JSON.stringify(body)), line);
    return { id, dialect, operation, written: body, parsed };
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    return { record, dialect, message: error.message };
  }
}
