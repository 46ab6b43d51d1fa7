// What tools there are, both ways. Which of them is to be called cannot be said.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, FunctionTool, Tool } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

export function decodeTools(reader: FieldReader): readonly Tool[] {
  const tools = reader.peek("tools");
  if (tools === null || (Array.isArray(tools) && tools.length === 0)) reader.spellAsWritten("tools");
  return (reader.list("tools") ?? []).map(decodeTool);
}

function decodeTool(value: unknown): Tool {
  const definition = memberOf(value, "function");
  const isFunction = memberOf(value, "type") === "function" && isObject(definition);
  if (!isObject(value) || !isFunction || !isString(definition["name"])) return { kind: "opaque", dialect, value };
  const outer = new FieldReader(dialect, value);
  outer.drop("type");
  outer.drop("function");
  const inner = new FieldReader(dialect, definition);
  const parameters = inner.object("parameters");
  if (parameters === undefined) outer.spell("parameters", "absent");
  return {
    kind: "function",
    name: inner.string("name") ?? "",
    ...present({ description: inner.string("description"), parameters, strict: inner.boolean("strict") }),
    ...outer.extras({ function: inner.rest() }),
  };
}

/** That no tool may be called is said by telling of none. */
export function encodeTools(request: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  const { tools, toolChoice, allowsParallelToolCalls } = request;
  if (tools.length === 0) return present({ tools: spelling["tools"] });
  if (toolChoice?.kind === "required" || toolChoice?.kind === "function") notes.add("tool_choice");
  if (allowsParallelToolCalls === false) notes.add("parallel_tool_calls");
  const written = tools.map((tool) => encodeTool(tool, notes)).filter((tool) => tool !== undefined);
  if (toolChoice?.kind === "none") return {};
  return written.length === 0 ? {} : { tools: written };
}

function encodeTool(tool: Tool, notes: Notes): unknown {
  if (tool.kind === "function") return encodeFunction(tool, notes);
  if (tool.dialect === dialect) return tool.value;
  noteOpaque(tool.value, tool.dialect, notes);
  return undefined;
}

function encodeFunction({ name, description, parameters, strict, cache, extras }: FunctionTool, notes: Notes): unknown {
  const { function: kept, ...fields } = ownFields(extras, dialect, notes);
  const isWithout = spellingOf(extras, dialect)["parameters"] === "absent";
  if (cache !== undefined) notes.add("cache_control");
  const definition = {
    name,
    ...present({ description, parameters: parameters ?? (isWithout ? undefined : noParameters), strict }),
  };
  return { ...fields, type: "function", function: { ...(isObject(kept) ? kept : {}), ...definition } };
}

/** The server wants a schema, also of a function without parameters. */
const noParameters = { type: "object", properties: {} };
