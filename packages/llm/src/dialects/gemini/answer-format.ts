// What an answer must look like, both ways: `responseMimeType` with a schema, the vendor's own or JSON Schema.

import type { Notes } from "#dialects/fields/extras.ts";
import type { AnswerFormat } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { toJsonSchema, widenSchema } from "./json-schema.ts";
import type { ProtoReader } from "./proto.ts";

const json = "application/json";

/** How it was written is spelled as a whole. Types that others do not know, such as `text/x.enum`, stay as they are. */
export function decodeFormat(config: ProtoReader): AnswerFormat | undefined {
  const mimeType = config.peek("responseMimeType");
  if (mimeType === "text/plain") return takeFormat({ kind: "text" }, config);
  if (mimeType !== json) return undefined;
  const schema = config.peek("responseJsonSchema");
  const own = config.peek("responseSchema");
  if (isObject(schema)) return takeFormat({ kind: "schema", schema }, config);
  if (isObject(own)) return takeFormat({ kind: "schema", schema: toJsonSchema(own) }, config);
  return takeFormat({ kind: "json" }, config);
}

function takeFormat(format: AnswerFormat, config: ProtoReader): AnswerFormat {
  config.spellAsWritten("responseMimeType");
  if (format.kind === "schema") {
    config.spellAsWritten("responseJsonSchema");
    config.spellAsWritten("responseSchema");
  }
  return format;
}

/** Of another dialect. JSON Schema can say all that a schema of another vendor says. */
export function encodeFormat(format: AnswerFormat | undefined, notes: Notes): JsonObject {
  if (format?.kind === "json") return { responseMimeType: json };
  if (format?.kind !== "schema") return {};
  if (format.description !== undefined) notes.add("description of the schema");
  return { responseMimeType: json, responseJsonSchema: widenSchema(format.schema) };
}
