import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { fieldOf } from "#dialects/gemini/proto.ts";
import { writeModel } from "#dialects/gemini/models.ts";

/**
 * The model stands in the path, so that the body stays as it was written, but for those few that name it once more. A
 * body with a key twice is rewritten: a vendor whose parser takes the first of the two must not act on other limits than
 * those that were reserved.
 */
export function editRequest({ body, members, model: asked }: ParsedRequest, { model }: RequestEdits): Buffer | string {
  const isNamed = members?.some(({ key }) => namingFields.has(key)) ?? true;
  if (members !== null && (model === asked || !isNamed)) return body;
  const fields = parseJson(body.toString("utf8"));
  if (!isObject(fields)) throw new TypeError("a parsed request is an object");
  return writeJson(model === asked ? fields : rename(fields, writeModel(model)), "invalid_request_error");
}

/** Each text of a batch has the model in it, as has a whole request whose tokens are to be counted. */
const namingFields: ReadonlySet<string> = new Set([
  "model",
  "requests",
  "generateContentRequest",
  "generate_content_request",
]);

function rename(fields: JsonObject, model: string): JsonObject {
  const renamed = Object.entries(fields).map(([key, value]): [string, unknown] => {
    if (key === "model") return [key, model];
    if (!namingFields.has(key)) return [key, value];
    return [key, Array.isArray(value) ? value.map((entry) => named(entry, model)) : named(value, model)];
  });
  return Object.fromEntries(renamed);
}

function named(value: unknown, model: string): unknown {
  return isObject(value) && fieldOf(value, "model") !== undefined ? { ...value, model } : value;
}
