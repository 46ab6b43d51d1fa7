// What tools there are and which of them are to be called, both ways. The dialect's list holds groups: the declarations
// of functions, and beside them tools that the vendor runs itself.

import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { toJsonSchema, widenSchema } from "./json-schema.ts";
import { dialect } from "./name.ts";
import { ProtoReader, within, writeProto } from "./proto.ts";

const listNames = ["functionDeclarations", "function_declarations"] as const;

/** `group` is the place in the list. */
export function decodeTools(value: unknown, group: number): readonly Tool[] {
  const list = listNames.find((name) => isObject(value) && Array.isArray(value[name]) && value[name].length > 0);
  const declarations = isObject(value) && list !== undefined ? value[list] : undefined;
  if (!isObject(value) || !Array.isArray(declarations) || !declarations.every(isNamed)) return [keep(value, group)];
  const functions = declarations.map((declaration) => decodeFunction(declaration, group, String(list)));
  const rest = Object.entries(value).filter(([name]) => name !== list);
  return rest.length === 0 ? functions : [...functions, keep(Object.fromEntries(rest), group)];
}

function keep(value: unknown, group: number): Tool {
  return { kind: "opaque", dialect, value, place: String(group) };
}

function isNamed(declaration: unknown): declaration is JsonObject {
  return isObject(declaration) && isString(declaration["name"]);
}

function decodeFunction(declaration: JsonObject, group: number, list: string): FunctionTool {
  const reader = new ProtoReader(declaration);
  const name = reader.string("name") ?? "";
  const description = reader.string("description");
  const parameters = decodeParameters(reader);
  reader.spell("group", group);
  reader.spell("list", list);
  return {
    kind: "function",
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    ...reader.extras(),
  };
}

/** JSON Schema, or the vendor's own schema, which is sent again as it was written. */
function decodeParameters(reader: ProtoReader): JsonObject | undefined {
  const schema = reader.object("parametersJsonSchema");
  if (schema !== undefined) return schema;
  const own = reader.peek("parameters");
  if (!isObject(own)) return undefined;
  reader.spellAsWritten("parameters");
  return toJsonSchema(own);
}

export function encodeTools(tools: readonly Tool[], notes: Notes): JsonObject {
  const groups = new Map<number, Group>();
  for (const tool of tools) addTool(tool, groups, notes);
  const written = [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => writeGroup(group));
  return written.length === 0 ? {} : { tools: written };
}

interface Group {
  readonly functions: JsonObject[];
  list: string;
  rest: unknown;
}

function addTool(tool: Tool, groups: Map<number, Group>, notes: Notes): void {
  if (tool.kind === "function") {
    const { group: place, list } = spellingOf(tool.extras, dialect);
    const group = groupAt(typeof place === "number" ? place : 0, groups);
    if (typeof list === "string") group.list = list;
    group.functions.push(encodeFunction(tool, notes));
  } else if (tool.dialect === dialect) groupAt(Number(tool.place), groups).rest = tool.value;
  else noteOpaque(tool.value, tool.dialect, notes);
}

function groupAt(place: number, groups: Map<number, Group>): Group {
  const group = groups.get(place) ?? { functions: [], list: listNames[0], rest: undefined };
  groups.set(place, group);
  return group;
}

function writeGroup({ functions, list, rest }: Group): unknown {
  if (functions.length === 0) return rest;
  return { [list]: functions, ...(isObject(rest) ? rest : {}) };
}

function encodeFunction(tool: FunctionTool, notes: Notes): JsonObject {
  const { name, description, parameters: schema, strict, cache, extras } = tool;
  const spelling = spellingOf(extras, dialect);
  const { parameters } = spelling;
  if (strict === true) notes.add("strict");
  if (cache !== undefined) notes.add("cache_control");
  const isOwn = extras?.dialect === dialect;
  // The vendor wants an object's schema.
  const typed = schema === undefined || schema["type"] !== undefined ? schema : { type: "object", ...schema };
  const whole = isOwn || typed === undefined ? schema : widenSchema(typed);
  const told = { name, description, parameters, parametersJsonSchema: parameters === undefined ? whole : undefined };
  return writeProto(told, ownFields(extras, dialect, notes), spelling);
}

const kinds: Readonly<Record<string, ToolChoice>> = {
  AUTO: { kind: "auto" },
  VALIDATED: { kind: "auto" },
  NONE: { kind: "none" },
  ANY: { kind: "required" },
};

/** `toolConfig`: all of it, or nothing, is understood, but for what only the vendor's own clients know. */
export function decodeToolChoice(reader: ProtoReader): Pick<ChatRequest, "toolChoice" | "allowedTools"> {
  const calling = reader.inner("toolConfig")?.inner("functionCallingConfig");
  const mode = calling?.peek("mode");
  const choice = isString(mode) && Object.hasOwn(kinds, mode) ? kinds[mode] : undefined;
  if (calling === undefined || choice === undefined) return {};
  calling.spellAsWritten("mode");
  const names = calling.peek("allowedFunctionNames");
  const [name] = Array.isArray(names) ? names : [];
  if (choice.kind !== "required" || !Array.isArray(names) || names.length !== 1 || !isString(name)) {
    if (!Array.isArray(names) || names.length === 0 || !names.every(isString)) return { toolChoice: choice };
    calling.spellAsWritten("allowedFunctionNames");
    return { toolChoice: choice, allowedTools: names };
  }
  calling.drop("allowedFunctionNames");
  return { toolChoice: { kind: "function", name } };
}

const modes: Readonly<Record<ToolChoice["kind"], string>> = {
  auto: "AUTO",
  none: "NONE",
  required: "ANY",
  function: "ANY",
};

/** A choice of another dialect means nothing where there are no functions to choose from. */
export function encodeToolChoice(request: ChatRequest, toolConfig: unknown, spelling: JsonObject): JsonObject {
  const { toolChoice: choice, tools } = request;
  const outer = within(spelling, "toolConfig");
  const isOwn = isObject(spelling["toolConfig"]);
  const isTold = choice !== undefined && (isOwn || tools.some(({ kind }) => kind === "function"));
  if (!isOwn && !isTold) return toolConfig === undefined ? {} : { toolConfig };
  const inner = within(outer, "functionCallingConfig");
  const kept = isObject(toolConfig) ? toolConfig : {};
  const told = {
    mode: choice === undefined ? undefined : (inner["mode"] ?? modes[choice.kind]),
    allowedFunctionNames: choice?.kind === "function" ? [choice.name] : inner["allowedFunctionNames"],
  };
  const hasCalling = isTold || isObject(outer["functionCallingConfig"]);
  const calling = hasCalling ? writeProto(told, within(kept, "functionCallingConfig"), inner) : undefined;
  return { toolConfig: writeProto({ functionCallingConfig: calling }, kept, outer) };
}
