import { noteOpaque, ownFields, present } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { narrowSchema } from "#dialects/fields/fitted-schemas.ts";
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCacheMark } from "./cache-mark.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";

export function encodeToolConfig(request: ChatRequest, notes: Notes): JsonObject {
  const tools = request.tools.flatMap((tool) => encodeTool(tool, notes));
  if (tools.length === 0 || isFreeOfTools(request)) return {};
  return { toolConfig: { tools, ...encodeChoice(request.toolChoice, notes) } };
}

/** The dialect cannot forbid calls, but without tools there are none; calls of old must keep theirs. */
function isFreeOfTools({ toolChoice, messages }: ChatRequest): boolean {
  if (toolChoice?.kind !== "none") return false;
  return !messages.some(({ content }) => content.some(({ kind }) => kind === "tool_call" || kind === "tool_result"));
}

function encodeTool(tool: Tool, notes: Notes): readonly JsonObject[] {
  if (tool.kind === "function") return [encodeFunction(tool, notes), ...encodeCacheMark(tool.cache, notes)];
  noteOpaque(tool.value, tool.dialect, notes);
  return [];
}

/** A description must not be empty, and the schema is that of an object, also of a function without parameters. */
function encodeFunction({ name, description, parameters, strict, extras }: FunctionTool, notes: Notes): JsonObject {
  ownFields(extras, dialect, notes);
  const schema = parameters ?? { properties: {} };
  const whole = schema["type"] === "object" ? schema : { ...schema, type: "object" };
  const json = strict === true ? narrowSchema(whole, notes) : whole;
  return { toolSpec: { name, ...present({ description: description || undefined, strict }), inputSchema: { json } } };
}

function encodeChoice(choice: ToolChoice | undefined, notes: Notes): JsonObject {
  if (choice?.kind === "none") notes.add("tool_choice none");
  if (choice === undefined || choice.kind === "none") return {};
  if (choice.kind === "function") return { toolChoice: { tool: { name: choice.name } } };
  return { toolChoice: choice.kind === "required" ? { any: {} } : { auto: {} } };
}
