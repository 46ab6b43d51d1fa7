import type { ParsedRequest, RequestEdits } from "#dialects/dialect.ts";
import { editModel } from "#dialects/edit-model.ts";
import { writeJson } from "#dialects/extras.ts";
import { mayHoldForeignSeals, readSeal } from "#dialects/seals.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { dialect } from "./name.ts";

/**
 * Puts the target's model in. A conversation that another vendor had a part in holds its seals as well, which this one
 * would refuse with the whole request: only such a body is written anew, without the items that hold them.
 */
export function editRequest(request: ParsedRequest, edits: RequestEdits): Buffer | string {
  if (!mayHoldForeignSeals(request.body)) return editModel(request, edits);
  const fields = parseJson(request.body.toString("utf8"));
  const input = memberOf(fields, "input");
  const isForeign = Array.isArray(input) && input.some(isSealedElsewhere);
  if (!isObject(fields) || !isForeign) return editModel(request, edits);
  const kept = input.filter((item) => !isSealedElsewhere(item));
  return writeJson({ ...fields, model: edits.model, input: kept }, "invalid_request_error");
}

function isSealedElsewhere(item: unknown): boolean {
  const seal = memberOf(item, "encrypted_content");
  return typeof seal === "string" && readSeal(seal, dialect).by !== dialect;
}
