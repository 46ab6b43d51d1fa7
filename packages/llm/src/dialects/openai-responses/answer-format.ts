// `text.format`, both ways.

import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { AnswerFormat } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Takes it from `text`; a format that only its vendor knows stays there. */
export function decodeFormat(text: FieldReader): AnswerFormat | undefined {
  const format = readFormat(text.peek("format"));
  if (format !== undefined) text.drop("format");
  return format;
}

function readFormat(value: unknown): AnswerFormat | undefined {
  if (!isObject(value)) return undefined;
  const reader = new FieldReader(dialect, value);
  const type = reader.string("type");
  if (type === "text") return { kind: "text", ...reader.extras() };
  if (type === "json_object") return { kind: "json", ...reader.extras() };
  const schema = reader.object("schema");
  if (type !== "json_schema" || schema === undefined) return undefined;
  const name = reader.string("name");
  if (name === undefined) reader.spell("name", "absent");
  const told = present({ name, strict: reader.boolean("strict"), description: reader.string("description") });
  return { kind: "schema", schema, ...told, ...reader.extras() };
}

export function encodeFormat(format: AnswerFormat | undefined, notes: Notes): JsonObject {
  if (format === undefined) return {};
  const fields = ownFields(format.extras, dialect, notes);
  if (format.kind !== "schema") return { format: { ...fields, type: format.kind === "text" ? "text" : "json_object" } };
  const { schema, strict, description } = format;
  const isUnnamed = spellingOf(format.extras, dialect)["name"] === "absent";
  const name = format.name ?? (isUnnamed ? undefined : "answer");
  return { format: { ...fields, type: "json_schema", schema, ...present({ name, strict, description }) } };
}
