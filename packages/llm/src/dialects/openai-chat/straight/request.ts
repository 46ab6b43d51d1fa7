import type { ParsedRequest, RequestLine } from "#dialects/parsed-request.ts";
import { readFewFields } from "#dialects/bodies/few-fields.ts";
import { parseBody } from "#dialects/bodies/parse-body.ts";
import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { checkFields, countAnswers } from "./fields.ts";
import { isForwarded, parseForwarded } from "./forwarded.ts";
import { largeBody } from "./large-body.ts";
import { measurePrompt } from "./prompt-size.ts";

/** Reads the fields that the gateway acts on. The vendor is the judge of all others, so they are not looked at. */
export function parseRequest(operation: Operation, body: Buffer, line: RequestLine = { query: "" }): ParsedRequest {
  if (isForwarded(operation)) return parseForwarded(operation, body, line);
  const members = findMembers(body);
  const few = operation === "chat.completions" ? readFewFields(body, members, largeBody) : null;
  const fields = few ?? parseBody(body.toString("utf8"));
  checkFields(operation, fields);
  return {
    operation,
    body,
    members,
    model: String(fields["model"]),
    stream: operation !== "embeddings" && fields["stream"] === true,
    wantsStreamUsage: memberOf(fields["stream_options"], "include_usage") === true,
    ...measurePrompt(operation, body, fields),
    maxOutputTokens: readMaxOutputTokens(operation, fields),
    answers: countAnswers(operation, fields),
  };
}

/** Vendors differ in which of the two names they read, so the larger one counts. No limit is told as 0. */
function readMaxOutputTokens(operation: Operation, body: JsonObject): number | null {
  if (operation === "embeddings") return 0;
  const named = [body["max_completion_tokens"], body["max_tokens"]].filter((value) => typeof value === "number");
  return named.length === 0 ? null : Math.max(0, ...named);
}
