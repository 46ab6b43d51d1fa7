// Calls of tools in messages, both ways. The dialect has an object where the hub has the text that the model wrote.

import { callInput } from "#dialects/fields/call-input.ts";
import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import { readSeal, writeSeal } from "#dialects/seals/seals.ts";
import type { Opaque, ToolCallPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { stringifyExactly } from "#wire/exact-json.ts";

/** `makeId` names a call to which the server gave no id, as older ones do. */
export function decodeToolCall(value: unknown, makeId: () => string): ToolCallPart | Opaque {
  const call = memberOf(value, "function");
  const name = memberOf(call, "name");
  const argumentsText = writeArguments(memberOf(call, "arguments"));
  if (!isObject(value) || !isObject(call) || !isString(name) || argumentsText === undefined) return opaqueCall(value);
  const reader = new FieldReader(dialect, value);
  const inner = new FieldReader(dialect, call);
  reader.drop("function");
  inner.drop("name");
  if (isString(reader.peek("type"))) reader.spellAsWritten("type");
  if (typeof inner.peek("index") === "number") {
    reader.spell("index", inner.peek("index"));
    inner.drop("index");
  }
  spellArguments(inner, reader);
  const id = reader.text("id");
  if (id === undefined) reader.spell("id", "absent");
  const signature = reader.text("signature");
  return {
    kind: "tool_call",
    id: id ?? makeId(),
    name,
    argumentsText,
    ...(signature !== undefined && { signature: readSeal(signature, dialect) }),
    ...reader.extras({ function: inner.rest() }),
  };
}

function opaqueCall(value: unknown): Opaque {
  return { kind: "opaque", dialect, value, place: "tool_calls" };
}

/** Undefined for what is nested too deeply to be written, which stays as it is. */
function writeArguments(value: unknown): string | undefined {
  if (isString(value)) return value;
  if (!isObject(value)) return "";
  return stringifyExactly(value);
}

function spellArguments(inner: FieldReader, reader: FieldReader): void {
  const value = inner.peek("arguments");
  if (isString(value) || isObject(value)) inner.drop("arguments");
  if (isString(value)) reader.spell("arguments", "string");
  else if (!isObject(value)) reader.spell("arguments", "absent");
}

export function encodeToolCall(call: ToolCallPart, notes: Notes): JsonObject {
  const { function: kept, ...fields } = ownFields(call.extras, dialect, notes);
  const { id, type, index, arguments: form } = spellingOf(call.extras, dialect);
  const { signature } = call;
  return {
    ...fields,
    ...present({ type }),
    ...(id !== "absent" && { id: call.id }),
    function: {
      ...(isObject(kept) ? kept : {}),
      ...present({ index }),
      name: call.name,
      ...(form !== "absent" && {
        arguments: form === "string" ? call.argumentsText : callInput(call.argumentsText, notes),
      }),
    },
    ...(signature !== undefined && { signature: writeSeal(signature, dialect) }),
  };
}
