import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { readFewFields } from "#dialects/bodies/few-fields.ts";
import { parseBody } from "#dialects/bodies/parse-body.ts";
import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { checkFields } from "./fields.ts";
import { largeBody } from "./large-body.ts";
import { measurePrompt } from "./prompt-size.ts";

/** Reads the fields that the gateway acts on. The vendor is the judge of all others, so they are not looked at. */
export function parseRequest(operation: Operation, body: Buffer): ParsedRequest {
  const members = findMembers(body);
  const fields = readFewFields(body, members, largeBody) ?? parseBody(body.toString("utf8"));
  checkFields(fields);
  const limit = fields["max_tokens"];
  return {
    operation,
    body,
    members,
    model: String(fields["model"]),
    stream: fields["stream"] === true,
    // Streams of this dialect tell it to everybody.
    wantsStreamUsage: true,
    ...measurePrompt(body, fields),
    maxOutputTokens: typeof limit === "number" ? limit : null,
    answers: 1,
  };
}
