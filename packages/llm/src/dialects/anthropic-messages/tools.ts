// What tools there are and which of them are to be called, both ways.

import { noteOpaque, ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { narrowSchema } from "#dialects/fields/fitted-schemas.ts";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCacheMark, encodeCacheMark } from "./cache-mark.ts";
import { dialect } from "./name.ts";

/** Tools of other types, such as those that the vendor runs itself, are opaque. */
export function decodeTool(value: unknown): Tool {
  const type = isObject(value) ? (value["type"] ?? "custom") : undefined;
  if (!isObject(value) || type !== "custom" || !isString(value["name"])) return { kind: "opaque", dialect, value };
  const reader = new FieldReader(dialect, value);
  reader.spellAsWritten("type");
  if (memberOf(value["input_schema"], "type") !== "object") reader.spell("schema", "odd");
  return {
    kind: "function",
    name: reader.string("name") ?? "",
    ...present({
      description: reader.string("description"),
      parameters: reader.object("input_schema"),
      strict: reader.boolean("strict"),
    }),
    ...decodeCacheMark(reader),
    ...reader.extras(),
  };
}

/** How the schemas of tools are told: as they came in this dialect, or as the vendor's models can be held to them, or cannot. */
export type Strictness = "own" | "structured" | "loose";

export function encodeTools(tools: readonly Tool[], strictness: Strictness, notes: Notes): JsonObject {
  const written = tools.map((tool) => encodeTool(tool, strictness, notes)).filter((tool) => tool !== undefined);
  return written.length === 0 ? {} : { tools: written };
}

function encodeTool(tool: Tool, strictness: Strictness, notes: Notes): unknown {
  if (tool.kind === "function") return encodeFunction(tool, strictness, notes);
  if (tool.dialect === dialect) return tool.value;
  noteOpaque(tool.value, tool.dialect, notes);
  return undefined;
}

function encodeFunction(tool: FunctionTool, strictness: Strictness, notes: Notes): JsonObject {
  const { name, description, cache, extras } = tool;
  const { type } = spellingOf(extras, dialect);
  const isLost = tool.strict === true && strictness === "loose";
  if (isLost) notes.add("strict");
  const strict = isLost ? undefined : tool.strict;
  const schema = encodeSchema(tool);
  const isNarrow = strict === true && strictness === "structured" && schema !== undefined;
  return {
    ...present({ type }),
    ...ownFields(extras, dialect, notes),
    name,
    ...present({ description, input_schema: isNarrow ? narrowSchema(schema, notes) : schema, strict }),
    ...encodeCacheMark(cache, notes),
  };
}

/** The vendor wants an object's schema, also of a function without parameters. */
function encodeSchema({ parameters, extras }: FunctionTool): JsonObject | undefined {
  if (spellingOf(extras, dialect)["schema"] === "odd") return parameters;
  const schema = parameters ?? { properties: {} };
  return schema["type"] === "object" ? schema : { ...schema, type: "object" };
}

const kinds: Readonly<Record<string, ToolChoice>> = {
  auto: { kind: "auto" },
  none: { kind: "none" },
  any: { kind: "required" },
};

type ChoiceFields = Pick<ChatRequest, "toolChoice" | "allowsParallelToolCalls">;

export function decodeToolChoice(reader: FieldReader): ChoiceFields {
  const value = reader.peek("tool_choice");
  if (!isObject(value)) return {};
  const inner = new FieldReader(dialect, value);
  const toolChoice = readChoice(inner);
  const disablesParallel = inner.boolean("disable_parallel_tool_use");
  if (toolChoice === undefined || Object.keys(inner.rest()).length > 0) return {};
  reader.drop("tool_choice");
  reader.spell("tool_choice", "written");
  return { toolChoice, ...(disablesParallel !== undefined && { allowsParallelToolCalls: !disablesParallel }) };
}

function readChoice(reader: FieldReader): ToolChoice | undefined {
  const type = reader.string("type");
  const name = type === "tool" ? reader.string("name") : undefined;
  if (name !== undefined) return { kind: "function", name };
  return type !== undefined && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

const words: Readonly<Record<ToolChoice["kind"], string>> = {
  auto: "auto",
  none: "none",
  required: "any",
  function: "tool",
};

/** The vendor refuses a choice where there are no tools to choose from. */
export function encodeToolChoice(request: ChatRequest, hasTools: boolean): JsonObject {
  const { toolChoice, allowsParallelToolCalls: allowsParallel } = request;
  const isWritten = spellingOf(request.extras, dialect)["tool_choice"] === "written";
  const isTold = toolChoice !== undefined || allowsParallel === false;
  if (!isTold || (!hasTools && !isWritten)) return {};
  const choice = toolChoice ?? { kind: "auto" };
  const tellsParallel = allowsParallel !== undefined && (choice.kind !== "none" || isWritten);
  return {
    tool_choice: {
      type: words[choice.kind],
      ...(choice.kind === "function" && { name: choice.name }),
      ...(tellsParallel && { disable_parallel_tool_use: !allowsParallel }),
    },
  };
}
