import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { editModel } from "#dialects/bodies/edit-model.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { wrapBytes, wrapFields } from "./envelope.ts";

/** Puts the target's model in, or the body into the form of the cloud that resells the vendor's models. */
export function editRequest(request: ParsedRequest, edits: RequestEdits): Buffer | string {
  const { body, members } = request;
  const { envelope } = edits.quirks;
  if (envelope === undefined) return editModel(request, edits);
  if (members !== null) return wrapBytes(body, members, envelope, edits);
  const fields = parseExactly(body.toString("utf8"), exactInRequests);
  if (!isObject(fields)) throw new TypeError("a parsed request is an object");
  return writeJson(wrapFields({ ...fields, model: edits.model }, envelope, edits), "invalid_request_error");
}
