// Whole answers for clients that asked for a stream where the vendor did not stream.

import type { ChatResult } from "#hub.ts";
import { crossesAs } from "#operations.ts";
import type { ClientDialect, Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { nothingSent } from "./crossing.ts";
import type { WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import { eventsOf } from "#dialects/streams/result-events.ts";
import { completeResult, idOf } from "./told-answer.ts";
import type { AnswerFacts } from "./told-answer.ts";

/** A client that asked for a stream gets one, also where the vendor answered as a whole. */
export function writeResult(
  client: ClientDialect,
  result: ChatResult,
  request: ParsedRequest,
  { elapsedMs }: AnswerFacts,
): WrittenAnswer {
  if (!request.stream)
    return { body: Buffer.from(client.encodeResult(result, request, elapsedMs)), contentType: "application/json" };
  const encoder = client.createStreamEncoder(request, elapsedMs);
  const written = Array.from(eventsOf(result), (event) => encoder.encode(event)).join("");
  return { body: Buffer.from(written), contentType: encoder.contentType };
}

interface Asked {
  readonly request: ParsedRequest;
  readonly facts: AnswerFacts;
}

/** Within one dialect: the answer as it is where the dialect streams in such pieces, or else what it means. */
export function streamOfWhole(
  { client, upstream }: Dialect,
  body: Buffer,
  { request, facts }: Asked,
): WrittenAnswer | null {
  const framed = upstream.frameWhole?.(body, request) ?? null;
  if (framed !== null) return framed;
  if (crossesAs(request.operation) !== "chat.completions") return null;
  const result = upstream.decodeResult(body, idOf(facts));
  if (result === null) return null;
  const context = { facts, askedModel: request.model, idPrefix: client.answerIdPrefix, ...nothingSent };
  return writeResult(client, completeResult(result, context), request, facts);
}
