// What tools there are and which of them are to be called, both ways.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, FunctionTool, Opaque, Tool, ToolChoice } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCacheMark, encodeCacheMark } from "./cache-mark.ts";
import type { EncodeContext } from "./encode-context.ts";
import { dialect } from "./name.ts";

export function decodeTool(value: unknown): Tool {
  const definition = memberOf(value, "function");
  const isFunction = memberOf(value, "type") === "function" && isObject(definition);
  if (!isObject(value) || !isFunction || !isString(definition["name"])) return { kind: "opaque", dialect, value };
  const outer = new FieldReader(dialect, value);
  outer.drop("type");
  outer.drop("function");
  const inner = new FieldReader(dialect, definition);
  const told = decodeDefinition(inner);
  return { kind: "function", ...told, ...decodeCacheMark(outer), ...outer.extras({ function: inner.rest() }) };
}

/** Before there were tools there were functions, in a list of their own. */
export function decodeFunction(value: unknown): Tool {
  if (!isObject(value) || !isString(value["name"])) return { kind: "opaque", dialect, value, place: "functions" };
  const reader = new FieldReader(dialect, value);
  reader.spell("place", "functions");
  return { kind: "function", ...decodeDefinition(reader), ...reader.extras() };
}

function decodeDefinition(reader: FieldReader): Omit<FunctionTool, "kind" | "extras"> {
  return {
    name: reader.string("name") ?? "",
    ...present({
      description: reader.string("description"),
      parameters: reader.object("parameters"),
      strict: reader.boolean("strict"),
    }),
  };
}

export function encodeTools(tools: readonly Tool[], context: EncodeContext): JsonObject {
  const functions = tools.filter(isOldFunction).map((tool) => encodeTool(tool, context));
  const others = tools.filter((tool) => !isOldFunction(tool)).map((tool) => encodeTool(tool, context));
  return present({ tools: nonEmpty(others), functions: nonEmpty(functions) });
}

function nonEmpty(values: readonly (JsonObject | undefined)[]): readonly JsonObject[] | undefined {
  const held = values.filter((value) => value !== undefined);
  return held.length === 0 ? undefined : held;
}

function isOldFunction(tool: Tool): boolean {
  const place = tool.kind === "opaque" ? tool.place : spellingOf(tool.extras, dialect)["place"];
  return place === "functions";
}

function encodeTool(tool: Tool, context: EncodeContext): JsonObject | undefined {
  if (tool.kind === "opaque") return encodeOpaqueTool(tool, context);
  const { function: inner, ...outer } = ownFields(tool.extras, dialect, context.notes);
  const { name, description, parameters, strict } = tool;
  const definition = { ...present({ name, description, parameters, strict }) };
  if (isOldFunction(tool)) return { ...outer, ...(inner !== undefined && { function: inner }), ...definition };
  const cache = encodeCacheMark(tool, context);
  return { type: "function", ...outer, ...cache, function: { ...(isObject(inner) ? inner : {}), ...definition } };
}

function encodeOpaqueTool(tool: Opaque, { notes }: EncodeContext): JsonObject | undefined {
  if (tool.dialect === dialect) return tool.value as JsonObject;
  noteOpaque(tool.value, tool.dialect, notes);
  return undefined;
}

const kinds: Readonly<Record<string, ToolChoice>> = {
  auto: { kind: "auto" },
  none: { kind: "none" },
  required: { kind: "required" },
  // Mistral's word for it.
  any: { kind: "required" },
};

type DecodedChoice = Pick<ChatRequest, "toolChoice" | "allowedTools">;

export function decodeToolChoice(reader: FieldReader): DecodedChoice {
  const word = reader.peek("tool_choice");
  const choice = isString(word) && Object.hasOwn(kinds, word) ? kinds[word] : readNamedChoice(word);
  if (choice !== undefined) {
    reader.drop("tool_choice");
    if (word === "any") reader.spell("toolChoice", "any");
    return { toolChoice: choice };
  }
  return reader.has("tool_choice") ? decodeAllowed(reader) : decodeFunctionCallChoice(reader);
}

/** https://platform.openai.com/docs/guides/function-calling#tool-choice */
function decodeAllowed(reader: FieldReader): DecodedChoice {
  const value = reader.peek("tool_choice");
  const allowed = memberOf(value, "allowed_tools");
  const mode = memberOf(allowed, "mode");
  const tools = memberOf(allowed, "tools");
  const choice = isString(mode) && Object.hasOwn(kinds, mode) ? kinds[mode] : undefined;
  if (memberOf(value, "type") !== "allowed_tools" || choice === undefined || !Array.isArray(tools)) return {};
  const names = tools.map((tool: unknown) => memberOf(memberOf(tool, "function"), "name"));
  if (names.length === 0 || !names.every(isString)) return {};
  reader.drop("tool_choice");
  reader.spell("toolChoice", { written: value });
  return { toolChoice: choice, allowedTools: names };
}

/** `{"type":"function","function":{"name":"..."}}` and nothing else within. */
function readNamedChoice(value: unknown): ToolChoice | undefined {
  const target = memberOf(value, "function");
  const name = memberOf(target, "name");
  const isPlain = isObject(value) && Object.keys(value).length === 2 && value["type"] === "function";
  if (!isPlain || !isString(name) || !isObject(target) || Object.keys(target).length > 1) return undefined;
  return { kind: "function", name };
}

function decodeFunctionCallChoice(reader: FieldReader): { readonly toolChoice?: ToolChoice } {
  const value = reader.peek("function_call");
  const name = memberOf(value, "name");
  const isNamed = isString(name) && isObject(value) && Object.keys(value).length === 1;
  if (value !== "auto" && value !== "none" && !isNamed) return {};
  reader.drop("function_call");
  reader.spell("toolChoice", "function_call");
  return { toolChoice: isNamed ? { kind: "function", name } : { kind: value === "auto" ? "auto" : "none" } };
}

export function encodeToolChoice(choice: ToolChoice | undefined, spelling: unknown): JsonObject {
  if (choice === undefined) return {};
  const isNamed = choice.kind === "function";
  if (isObject(spelling)) return { tool_choice: spelling["written"] };
  if (spelling === "function_call") return { function_call: isNamed ? { name: choice.name } : choice.kind };
  if (isNamed) return { tool_choice: { type: "function", function: { name: choice.name } } };
  return { tool_choice: spelling === "any" && choice.kind === "required" ? "any" : choice.kind };
}
