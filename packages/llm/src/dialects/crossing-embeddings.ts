// Embeddings across dialects: the part of a passage that is theirs.

import type { Usage } from "#hub.ts";
import type { Dialect, EncodedRequest, ParsedRequest, RequestEdits, VendorDialect } from "./dialect.ts";
import type { Notes } from "./extras.ts";
import { withWholePairs } from "#fitting/fit-text.ts";
import { unread } from "./error-reading.ts";
import type { AnswerFacts } from "./told-answer.ts";

interface Read {
  readonly body: Buffer;
  readonly usage: Usage | null;
  readonly isBroken: false;
}

interface Ways {
  encodeRequest(request: ParsedRequest, edits: RequestEdits): EncodedRequest;
  readAnswer(body: Buffer, request: ParsedRequest): ReturnType<typeof unread> | Read;
}

export function crossEmbeddings(
  { client }: Dialect,
  { upstream }: VendorDialect,
  { toldModel, elapsedMs }: AnswerFacts,
): Ways {
  const { embeddings: ours } = client;
  const { embeddings: theirs } = upstream;
  if (ours === undefined || theirs === undefined)
    throw new TypeError("a way of embeddings leads between two that know them");
  return {
    encodeRequest(request, edits) {
      const notes: Notes = new Set();
      const written = theirs.encodeRequest(ours.decodeRequest(withWholePairs(request, notes)), edits);
      return { ...written, notes: [...notes, ...written.notes] };
    },
    readAnswer(body, request) {
      const result = theirs.decodeResult(body);
      if (result === null) return unread(client, upstream, body, request);
      const told = toldModel === undefined ? result : { ...result, model: toldModel };
      const written = ours.encodeResult(told, request, elapsedMs);
      return { body: Buffer.from(written), usage: result.usage, isBroken: false };
    },
  };
}
