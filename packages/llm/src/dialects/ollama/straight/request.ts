import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { parseBody } from "#dialects/bodies/parse-body.ts";
import { crossesAs } from "#operations.ts";
import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { checkFields } from "./fields.ts";
import { measurePrompt } from "./prompt-size.ts";

/** Reads the fields that the gateway acts on. The vendor is the judge of all others, so they are not looked at. */
export function parseRequest(operation: Operation, body: Buffer): ParsedRequest {
  const fields = parseBody(body.toString("utf8"));
  checkFields(operation, fields);
  return {
    operation,
    body,
    members: findMembers(body),
    model: String(fields["model"]),
    // Who says nothing is answered with a stream.
    stream: !isEmbedding(operation) && fields["stream"] !== false,
    // Streams of this dialect tell it to everybody.
    wantsStreamUsage: true,
    ...measurePrompt(body, fields),
    maxOutputTokens: isEmbedding(operation) ? 0 : readMaxOutputTokens(fields),
    answers: isEmbedding(operation) ? 0 : 1,
  };
}

function isEmbedding(operation: Operation): boolean {
  return crossesAs(operation) === "embeddings";
}

/** A negative limit, and one of 0, is none, and that is told as 0. */
function readMaxOutputTokens(fields: JsonObject): number | null {
  const limit = memberOf(fields["options"], "num_predict");
  return typeof limit === "number" ? Math.max(0, limit) : null;
}
