// `format`, both ways: the word `json`, or a schema.

import { ownFields } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { AnswerFormat } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** An empty word asks for nothing. */
export function decodeFormat(reader: FieldReader): AnswerFormat | undefined {
  const word = reader.peek("format");
  if (word === "") reader.spellAsWritten("format");
  if (word !== "json") {
    const schema = reader.object("format");
    return schema === undefined ? undefined : { kind: "schema", schema };
  }
  reader.drop("format");
  return { kind: "json" };
}

export function encodeFormat(format: AnswerFormat | undefined, spelling: JsonObject, notes: Notes): JsonObject {
  if (format === undefined) return spelling["format"] === "" ? { format: "" } : {};
  ownFields(format.extras, dialect, notes);
  if (format.kind !== "schema") return format.kind === "json" ? { format: "json" } : {};
  if (format.description !== undefined) notes.add("description of the schema");
  return { format: format.schema };
}
