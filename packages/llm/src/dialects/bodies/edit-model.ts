import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";

/**
 * Puts the target's model in. Numbers, order and spaces stay as they were written. A body with a key twice is rewritten
 * even when nothing is to be edited: a vendor whose parser takes the first of the two must not act on another model than
 * the one that was permitted and priced.
 */
export function editModel(request: ParsedRequest, { model }: RequestEdits): Buffer | string {
  const { body, members } = request;
  if (members === null) return rewrite(body, model);
  if (model === request.model) return body;
  const member = members.find(({ key }) => key === "model");
  if (member === undefined) throw new TypeError("a parsed request has a model");
  const written = Buffer.from(JSON.stringify(model));
  return Buffer.concat([body.subarray(0, member.valueStart), written, body.subarray(member.valueEnd)]);
}

/** For bodies with escaped or repeated keys, where a place in the text is in doubt: the parser's view is sent. */
function rewrite(body: Buffer, model: string): string {
  const fields = parseExactly(body.toString("utf8"), exactInRequests);
  if (!isObject(fields)) throw new TypeError("a parsed request is an object");
  return writeJson({ ...fields, model }, "invalid_request_error");
}
