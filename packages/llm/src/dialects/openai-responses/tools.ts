// What tools there are and which of them are to be called, both ways. Tools that take a text are functions with one
// parameter for others, and those within a namespace are functions like any other: tool-names.ts knows them again.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { FunctionTool, Opaque, Tool } from "#hub.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { isCallable, isNamespace } from "./tool-names.ts";
import type { ToolNames } from "./tool-names.ts";

/** `allowed` are the only ones that may be called, by the names that others are told; null where all may be. */
export function decodeTools(
  tools: readonly unknown[],
  names: ToolNames,
  allowed: ReadonlySet<string> | null,
): readonly Tool[] {
  return tools.flatMap((value) => {
    const decoded = decodeTool(value, names);
    if (allowed === null) return decoded;
    return decoded.flatMap((tool): readonly Tool[] =>
      tool.kind === "function" && !allowed.has(tool.name) ? hide(tool, value) : [tool],
    );
  });
}

/** A tool that may not be called is nothing to others. */
function hide({ extras }: FunctionTool, value: unknown): readonly Opaque[] {
  return extras?.spelling?.["written"] === null ? [] : [opaqueTool(value)];
}

/** Tools of other types, which the vendor runs itself or which only clients of this dialect know, are opaque. */
function decodeTool(value: unknown, names: ToolNames): readonly Tool[] {
  if (isNamespace(value)) return decodeNamespace(value, names);
  if (!isObject(value) || !isCallable(value)) return [opaqueTool(value)];
  return [value["type"] === "custom" ? decodeCustom(value) : decodeFunction(value)];
}

function opaqueTool(value: unknown): Opaque {
  return { kind: "opaque", dialect, value };
}

function decodeFunction(value: JsonObject): FunctionTool {
  const reader = new FieldReader(dialect, value);
  reader.drop("type");
  const name = reader.string("name") ?? "";
  const told = {
    description: reader.string("description"),
    parameters: reader.object("parameters"),
    strict: reader.boolean("strict"),
  };
  // What is left out means something else here, so that it is filled in for tools of others.
  if (told.strict === undefined || told.parameters === undefined) reader.spell("form", "short");
  return { kind: "function", name, ...present(told), ...reader.extras() };
}

/** https://platform.openai.com/docs/guides/function-calling#custom-tools */
function decodeCustom(value: JsonObject): FunctionTool {
  const reader = new FieldReader(dialect, value);
  for (const field of ["type", "defer_loading"]) reader.drop(field);
  const name = reader.string("name") ?? "";
  const described = reader.string("description");
  const format = reader.peek("format");
  const isText = memberOf(format, "type") === "text";
  if (isText) reader.drop("format");
  reader.spell("written", value);
  const description = [described, describeGrammar(format)].filter((text) => text !== undefined).join("\n\n");
  const parameters = {
    type: "object",
    properties: { input: { type: "string", description: "The whole input of the tool, as plain text." } },
    required: ["input"],
    additionalProperties: false,
  };
  return { kind: "function", name, ...(description !== "" && { description }), parameters, ...reader.extras() };
}

/** Nothing makes the models of others keep to it, but they can be asked to. */
function describeGrammar(format: unknown): string | undefined {
  const definition = memberOf(format, "definition");
  if (typeof definition !== "string") return undefined;
  return `The input must match this grammar (${wordOf(memberOf(format, "syntax"))}):\n${definition}`;
}

/** The first of its tools carries the namespace as it was written, and what others are not told of it. */
function decodeNamespace(value: JsonObject & { readonly name: string }, names: ToolNames): readonly Tool[] {
  const { type: _type, name, tools: nested, ...rest } = value;
  const tools = (Array.isArray(nested) ? nested : []).filter(isObject).filter(isCallable);
  if (tools.length === 0) return [opaqueTool(value)];
  return tools.map((inner, index) => {
    const tool = inner["type"] === "custom" ? decodeCustom(inner) : decodeFunction(inner);
    const fields = { ...tool.extras?.fields, ...(index === 0 && rest) };
    const extras = { dialect, fields, spelling: { written: index === 0 ? value : null } };
    return { ...tool, name: names.nameOf(tool.name, name), extras };
  });
}

export function encodeTools(tools: readonly Tool[], notes: Notes): JsonObject {
  const written = tools.map((tool) => encodeTool(tool, notes)).filter((tool) => tool !== undefined);
  return written.length === 0 ? {} : { tools: written };
}

function encodeTool(tool: Tool, notes: Notes): unknown {
  if (tool.kind === "opaque") {
    if (tool.dialect === dialect) return tool.value;
    noteOpaque(tool.value, tool.dialect, notes);
    return undefined;
  }
  const { written } = spellingOf(tool.extras, dialect);
  return written === undefined ? encodeFunction(tool, notes) : (written ?? undefined);
}

/** Here functions are strict unless they say that they are not, which is the other way round elsewhere. */
function encodeFunction(
  { name, description, parameters, strict, cache, extras }: FunctionTool,
  notes: Notes,
): JsonObject {
  const isOwn = extras?.dialect === dialect;
  const fields = ownFields(extras, dialect, notes);
  if (cache !== undefined) notes.add("cache_control");
  const usual = isOwn ? {} : { parameters: { type: "object", properties: {} }, strict: false };
  return { ...usual, ...fields, type: "function", name, ...present({ description, parameters, strict }) };
}
