// A request on its way to a vendor of another dialect, as that vendor can take it: with what its client dropped, calls that
// can be told apart, names and seals that are not refused. What an answer must undo is remembered.

import type { ChatRequest, Tool } from "#hub.ts";
import type { DialectName } from "#providers/definition.ts";
import { askByTool } from "./answer-by-tool.ts";
import type { AnswerTool } from "./answer-by-tool.ts";
import { untangleCalls } from "#dialects/names/call-ids.ts";
import type { VendorDialect } from "#dialects/dialect.ts";
import type { RequestEdits } from "#dialects/parsed-request.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fitNames, namesAsTheyAre, renameTools } from "#dialects/names/fitted-names.ts";
import type { FittedNames } from "#dialects/names/fitted-names.ts";
import { toolSchemaOf } from "#dialects/fields/fitted-schemas.ts";
import type { SentRequest } from "./passage.ts";
import { plainParts } from "./plain-parts.ts";
import { needsOf } from "#fitting/needs.ts";
import { restoreTurns } from "#dialects/seals/sealed-turns.ts";
import type { KnownTurns } from "#dialects/seals/sealed-turns.ts";
import { dropForeignSeals, joinThoughts } from "#dialects/seals/seals.ts";

/** What is known of a request that was sent. */
export interface Sent {
  readonly callIds: ReadonlySet<string>;
  readonly toolNames: FittedNames;
  /** The vendor's dialect, where it wants thoughts back that have no seal. */
  readonly unsealedBy: string | null;
  /** By which the answer is given, where the model cannot be held to its form. */
  readonly answerTool?: AnswerTool;
}

export const nothingSent: Sent = { callIds: new Set(), toolNames: namesAsTheyAre, unsealedBy: null };

export function describeSent({ callIds, toolNames, unsealedBy, answerTool }: Sent): SentRequest {
  const told = { callIds, unsealedBy, ...(answerTool && { answerTool }) };
  return { isTranslated: true, keepsTurn: false, renamedTools: toolNames.renamed, ...told };
}

export interface CrossingContext {
  readonly target: VendorDialect;
  readonly edits: RequestEdits;
  /** Those that are known of what the client dropped. */
  readonly turns: KnownTurns;
  readonly notes: Notes;
}

export function crossOver(
  decoded: ChatRequest,
  { target, edits, turns, notes }: CrossingContext,
): { readonly request: ChatRequest; readonly sent: Sent } {
  const { name, upstream } = target;
  const told = withPossibleChoice(withAllowedTools(decoded), name, notes);
  const { wantsThoughts, refusesCallIds } = needsOf(edits.quirks, edits.model);
  const wantsUnsealed = wantsThoughts !== undefined;
  const byTool = upstream.answersByTool?.(edits.model, told) === true ? askByTool(told) : undefined;
  const restored = restoreTurns(byTool?.request ?? told, { dialect: name, wantsUnsealed }, turns);
  const { request: untangled, callIds } = untangleCalls(plainParts(restored, notes), refusesCallIds?.ids);
  const request = withToolSchemas(untangled, notes);
  const toolNames = upstream.toolNames === undefined ? namesAsTheyAre : fitNames(request, upstream.toolNames);
  if (!toolNames.isEmpty) notes.add("names of tools");
  const named = renameTools(request, toolNames);
  const meant = dropForeignSeals(joinThoughts(named, name), name, notes);
  const answerTool = byTool && { answerTool: byTool.tool };
  return { request: meant, sent: { callIds, toolNames, unsealedBy: wantsUnsealed ? name : null, ...answerTool } };
}

/** To others, a tool that may not be called is none. */
function withAllowedTools(request: ChatRequest): ChatRequest {
  const { allowedTools, tools } = request;
  if (allowedTools === undefined) return request;
  return { ...request, tools: tools.filter((tool) => tool.kind !== "function" || allowedTools.includes(tool.name)) };
}

/** Vendors refuse a choice where there is nothing to choose from. What its own client wrote stays for the vendor's own needs. */
function withPossibleChoice(request: ChatRequest, dialect: DialectName, notes: Notes): ChatRequest {
  const { toolChoice, allowsParallelToolCalls, ...rest } = request;
  const isTold = (tool: Tool): boolean => tool.kind === "function" || tool.dialect === dialect;
  if (request.extras?.dialect === dialect || request.tools.some(isTold)) return request;
  if (toolChoice === undefined && allowsParallelToolCalls === undefined) return request;
  if (toolChoice?.kind === "required" || toolChoice?.kind === "function") notes.add("tool_choice");
  return rest;
}

/** What vendors of no dialect take at the top of a tool's schema. */
function withToolSchemas(request: ChatRequest, notes: Notes): ChatRequest {
  if (request.tools.length === 0) return request;
  const tools = request.tools.map((tool): Tool => {
    if (tool.kind !== "function" || tool.parameters === undefined) return tool;
    const parameters = toolSchemaOf(tool.parameters, notes);
    return parameters === tool.parameters ? tool : { ...tool, parameters };
  });
  return { ...request, tools };
}
