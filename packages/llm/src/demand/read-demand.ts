// Goes through a request's body and adds up what it can cause. Called by request-demand.ts.

import { Fields } from "#wire/json-tree.ts";
import type { Tree } from "#wire/json-tree.ts";
import { judgePart, pictureSign } from "./content.ts";
import { addPart, fieldReaders } from "./fields.ts";
import { demandsOfTool, isFunction } from "./tools.ts";
import { nothingFound } from "./request-demand.ts";
import type { Findings, RequestDemand, ToolDemand } from "./request-demand.ts";

/** What is the client's own in it: schemas, arguments, what its tools answered. */
const opaque: ReadonlySet<string> = new Set([
  ...["parameters", "inputschema", "outputschema", "jsonschema", "schema", "responseschema", "responsejsonschema"],
  ...["parametersjsonschema", "arguments", "args", "response", "metadata", "logitbias", "properties", "labels"],
  ...["inputexamples", "toolchoice", "toolconfig", "$defs", "definitions"],
]);

/** Lists whose objects are parts of a conversation. */
const contentLists: ReadonlySet<string> = new Set(["content", "parts", "input", "output", "system", "instructions"]);

const mostLoops = 10;
const hiddenForTools = 1_000;
const hiddenForFormat = 1_000;
const hiddenForVendorsTool = 3_000;
/** Of the highest effort, in tokens, and the answer as long again. */
const mostThoughtTokens = 32_768;

export function readDemand(tree: Tree): RequestDemand {
  const found = nothingFound();
  visit(found, tree, "");
  addTools(found);
  const { demand, classes, isEffortAsked } = found;
  if (found.isCompacting) {
    demand.readings *= 2;
    demand.writings *= 2;
  }
  if (found.hasFormat) demand.hiddenTokens += hiddenForFormat;
  if (classes.size > 0) demand.serviceClasses = [...classes];
  demand.thoughtTokens = Math.max(demand.thinkingBudget * 2, isEffortAsked ? mostThoughtTokens : 0);
  return demand;
}

function visit(found: Findings, value: Tree, name: string): void {
  if (value instanceof Fields) visitFields(found, value, name);
  else if (Array.isArray(value)) for (const item of value as readonly Tree[]) visit(found, item, name);
}

function visitFields(found: Findings, fields: Fields, place: string): void {
  if (place === "tools") return visitTool(found, fields);
  if (contentLists.has(place)) for (const part of judgePart(fields)) addPart(found, part);
  const types = fields.texts("type");
  const isPicture = types.some((type) => pictureSign.test(type));
  found.isCompacting ||= !contentLists.has(place) && types.some((type) => type.startsWith("compact"));
  for (const [name, value] of fields.entries) {
    const read = Object.hasOwn(fieldReaders, name) ? fieldReaders[name] : undefined;
    if (value !== null && value !== false && !(isPicture && name === "fileid")) read?.(found, value, place);
    if (!isOpaque(name, types)) visit(found, value, name);
  }
}

function isOpaque(name: string, types: readonly string[]): boolean {
  if (name === "input") return types.some((type) => type.endsWith("tool_use"));
  return opaque.has(name);
}

function visitTool(found: Findings, tool: Fields): void {
  found.tools.push(...demandsOfTool(tool));
  found.demand.namesFunctions ||= isFunction(tool);
  for (const [name, value] of tool.entries) {
    if (name === "cachecontrol") visit(found, value, name);
  }
}

function addTools(found: Findings): void {
  if (found.tools.length > 0) found.demand.hiddenTokens += hiddenForTools;
  let loops = 0;
  for (const tool of found.tools) {
    const calls = callsOf(found, tool);
    addTool(found, tool, calls);
    if (tool.loop === "anthropic") loops = Math.min(mostLoops, loops + calls);
    else if (tool.loop === "openai") found.demand.readings = Math.max(found.demand.readings, 1 + calls);
    else if (tool.unseen !== undefined) found.demand.readings = Math.max(found.demand.readings, 2);
  }
  // The limit of output may hold for each round of a loop.
  found.demand.readings += loops;
  found.demand.writings += loops;
}

function addTool(found: Findings, tool: ToolDemand, calls: number): void {
  if (tool.isHidden) found.demand.hiddenTokens += hiddenForVendorsTool;
  if (tool.unseen !== undefined) found.demand.unseen ??= tool.unseen;
  if (tool.boundless !== undefined) found.demand.boundless ??= tool.boundless;
  if (tool.isSearch) found.demand.webSearches = tool.loop === "openai" ? calls : found.demand.webSearches + calls;
  if (tool.isFileSearch) found.demand.fileSearches = calls;
  if (tool.isContainer) found.demand.containers += 1;
}

/** How often it may be called, by whatever bounds it. */
function callsOf(found: Findings, { loop, calls, isSearch }: ToolDemand): number {
  const bound = loop === "openai" ? found.toolCalls : calls;
  if (typeof bound === "number") return Math.max(0, bound);
  if (loop === undefined) return 0;
  const name = loop === "openai" ? "max_tool_calls" : "max_uses";
  found.demand.boundless ??= `${isSearch ? "web searches" : "tools that the vendor runs"}: name \`${name}\``;
  return 0;
}
