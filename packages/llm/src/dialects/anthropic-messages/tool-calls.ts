// Calls of tools in messages, both ways. The dialect has an object where the hub has the text that the model wrote.

import { callInput } from "#dialects/fields/call-input.ts";
import { ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ToolCallPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCacheMark, encodeCacheMark } from "./cache-mark.ts";
import { dialect } from "./name.ts";
import { stringifyExactly } from "#wire/exact-json.ts";

export function decodeToolUse(reader: FieldReader): ToolCallPart | undefined {
  const id = reader.string("id");
  const name = reader.string("name");
  const argumentsText = stringifyExactly(reader.object("input"));
  if (id === undefined || name === undefined || argumentsText === undefined) return undefined;
  spellId(reader, id);
  return { kind: "tool_call", id, name, argumentsText, ...decodeCacheMark(reader), ...reader.extras() };
}

/** Notes an id that the vendor itself would not take, so that it is not made into another. */
export function spellId(reader: FieldReader, id: string): void {
  if (encodeId(id) !== id) reader.spell("id", "odd");
}

/** The vendor takes letters, digits, `_` and `-` alone. The same id is always made of the same. */
function encodeId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, "_") || "_";
}

/** The id of a call or of its result. */
export function writeId(id: string, part: Pick<ToolCallPart, "extras">): string {
  return spellingOf(part.extras, dialect)["id"] === "odd" ? id : encodeId(id);
}

export function encodeToolUse(call: ToolCallPart, notes: Notes): JsonObject {
  if (call.signature !== undefined) notes.add("signature of a tool call");
  return {
    ...ownFields(call.extras, dialect, notes),
    type: "tool_use",
    id: writeId(call.id, call),
    name: call.name,
    input: callInput(call.argumentsText, notes),
    ...encodeCacheMark(call.cache, notes),
  };
}
