// Calls of tools in messages, both ways. A call that is no function's, or has a shape of its own, is kept as it is.

import { ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import { readSeal, writeSeal } from "#dialects/seals/seals.ts";
import type { Opaque, Seal, ToolCallPart } from "#hub.ts";
import { parseExactObject, stringifyExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** `makeId` names a call that has no id. */
export function decodeToolCall(value: unknown, makeId: () => string): ToolCallPart | Opaque {
  const call = memberOf(value, "function");
  const name = memberOf(call, "name");
  const type = memberOf(value, "type") ?? "function";
  if (!isObject(value) || !isObject(call) || !isString(name) || type !== "function") return opaqueCall(value);
  const reader = new FieldReader(dialect, value);
  const inner = new FieldReader(dialect, call);
  inner.drop("name");
  reader.drop("function");
  // Mistral leaves it out.
  if (isString(reader.peek("type"))) reader.drop("type");
  else reader.spell("type", "absent");
  reader.spellAsWritten("index");
  const id = reader.text("id");
  if (id === undefined) reader.spell("id", "absent");
  const signature = decodeSignature(reader);
  const argumentsText = decodeArguments(inner, reader);
  if (argumentsText === undefined) return opaqueCall(value);
  const rest = inner.rest();
  const extras = reader.extras({ function: rest });
  return { kind: "tool_call", id: id ?? makeId(), name, argumentsText, ...signature, ...extras };
}

function opaqueCall(value: unknown): Opaque {
  return { kind: "opaque", dialect, value, place: "tool_calls" };
}

/**
 * Some servers send and take an object where the dialect has a string. Undefined for what is nested too deeply to be
 * written, which stays as it is.
 */
function decodeArguments(inner: FieldReader, reader: FieldReader): string | undefined {
  const text = inner.string("arguments");
  if (text !== undefined) return text;
  const object = inner.object("arguments");
  reader.spell("arguments", object === undefined ? "absent" : "object");
  return object === undefined ? "" : stringifyExactly(object);
}

/** Where Google's endpoint for this dialect puts it: https://ai.google.dev/gemini-api/docs/thought-signatures */
function decodeSignature(reader: FieldReader): Pick<ToolCallPart, "signature"> {
  const signature = memberOf(memberOf(reader.peek("extra_content"), "google"), "thought_signature");
  if (typeof signature !== "string") return {};
  reader.spellAsWritten("extra_content");
  return { signature: readSeal(signature, dialect) };
}

export function encodeToolCall(call: ToolCallPart, notes: Notes): JsonObject {
  const fields = ownFields(call.extras, dialect, notes);
  const { id, type, arguments: form, ...written } = spellingOf(call.extras, dialect);
  const inner = fields["function"];
  return {
    ...fields,
    ...encodeSignature(call.signature),
    ...written,
    ...(id !== "absent" && { id: call.id }),
    ...(type !== "absent" && { type: "function" }),
    function: { ...(isObject(inner) ? inner : {}), name: call.name, ...encodeArguments(call.argumentsText, form) },
  };
}

export function encodeSignature(signature: Seal | undefined): JsonObject {
  if (signature === undefined) return {};
  return { extra_content: { google: { thought_signature: writeSeal(signature, dialect) } } };
}

function encodeArguments(text: string, form: unknown): JsonObject {
  if (form === "absent") return {};
  return { arguments: form === "object" ? parseExactObject(text) : text };
}
