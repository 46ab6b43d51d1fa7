// `response_format`, both ways.

import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { AnswerFormat } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Undefined for a format that only its vendor knows. */
export function decodeFormat(value: unknown): AnswerFormat | undefined {
  if (!isObject(value)) return undefined;
  const reader = new FieldReader(dialect, value);
  const type = reader.string("type");
  if (type === "text") return { kind: "text", ...reader.extras() };
  if (type === "json_object") return { kind: "json", ...reader.extras() };
  const definition = reader.object("json_schema");
  return type === "json_schema" && definition !== undefined ? decodeSchema(definition, reader) : undefined;
}

function decodeSchema(definition: JsonObject, outer: FieldReader): AnswerFormat | undefined {
  const reader = new FieldReader(dialect, definition);
  const schema = reader.object("schema");
  if (schema === undefined) return undefined;
  const name = reader.string("name");
  // The dialect wants a name, so that one is made for requests of others, but not for this one.
  if (name === undefined) outer.spell("name", "absent");
  const told = present({ name, strict: reader.boolean("strict"), description: reader.string("description") });
  return { kind: "schema", schema, ...told, ...outer.extras({ json_schema: reader.rest() }) };
}

export function encodeFormat(format: AnswerFormat, notes: Notes): JsonObject {
  const fields = ownFields(format.extras, dialect, notes);
  if (format.kind !== "schema") return { ...fields, type: format.kind === "text" ? "text" : "json_object" };
  const { schema, strict, description } = format;
  const isUnnamed = spellingOf(format.extras, dialect)["name"] === "absent";
  const name = format.name ?? (isUnnamed ? undefined : "answer");
  const inner = fields["json_schema"];
  const definition = { ...(isObject(inner) ? inner : {}), schema, ...present({ name, strict, description }) };
  return { ...fields, type: "json_schema", json_schema: definition };
}
