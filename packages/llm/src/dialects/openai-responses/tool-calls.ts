// Calls of tools, both ways.

import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ToolCallPart } from "#hub.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import type { ToolNames } from "./tool-names.ts";

/** Types of items with the field that holds what the model wrote. */
const inputFields: Readonly<Record<string, "arguments" | "input">> = {
  function_call: "arguments",
  custom_tool_call: "input",
};

export interface CallContext {
  readonly names: Pick<ToolNames, "nameOf">;
  /** Names a call that has no id. */
  readonly makeId: () => string;
}

/** Undefined for an item that lacks what makes a call. */
export function decodeCall(
  type: string,
  reader: FieldReader,
  { names, makeId }: CallContext,
): ToolCallPart | undefined {
  const field = inputFields[type] ?? "arguments";
  const name = reader.string("name");
  const text = reader.string(field);
  if (name === undefined || text === undefined) return undefined;
  const id = reader.text("call_id");
  const namespace = reader.text("namespace");
  if (id === undefined) {
    reader.spell("unnamed", reader.has("call_id") ? { call_id: reader.peek("call_id") } : {});
    reader.drop("call_id");
  }
  for (const own of ["id", "status"]) reader.spellAsWritten(own);
  reader.spell("call", present({ type, name, namespace }));
  return {
    kind: "tool_call",
    id: id ?? makeId(),
    name: names.nameOf(name, namespace),
    argumentsText: type === "custom_tool_call" ? writeInput(text) : text,
    ...reader.extras(),
  };
}

/** The text that a custom tool takes, as the arguments that stand for it elsewhere. */
export function writeInput(input: string): string {
  return JSON.stringify({ input });
}

/** What a model of another vendor wrote for a custom tool. Not every one keeps to the form. */
export function readInput(argumentsText: string): string {
  const input = memberOf(parseJson(argumentsText), "input");
  return typeof input === "string" ? input : argumentsText;
}

export function encodeCall(part: ToolCallPart, notes: Notes): JsonObject {
  const { id, argumentsText, extras } = part;
  if (part.signature !== undefined) notes.add("signature of a tool call");
  if (part.cache !== undefined) notes.add("cache_control");
  const fields = ownFields(extras, dialect, notes);
  if (extras?.dialect !== dialect) {
    return { type: "function_call", call_id: id, name: part.name, arguments: argumentsText.trim() || "{}" };
  }
  const { call, id: itemId, status, unnamed } = spellingOf(extras, dialect);
  const type = memberOf(call, "type");
  const told = { type, name: memberOf(call, "name"), namespace: memberOf(call, "namespace"), id: itemId, status };
  return {
    ...fields,
    ...present(told),
    ...(isObject(unnamed) ? unnamed : { call_id: id }),
    ...(type === "custom_tool_call" ? { input: readInput(argumentsText) } : { arguments: argumentsText }),
  };
}
