// A request of this dialect, as its client or our encoder wrote it, made such that its vendor takes it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeList, keepOf, withField } from "#fitting/changes.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { mayNeedFields } from "#fitting/field-signs.ts";
import type { FieldNames } from "#fitting/field-signs.ts";
import { fitFields } from "#fitting/fit-fields.ts";
import type { FieldPlaces } from "#fitting/fit-fields.ts";
import { noResult, pairNotes } from "#fitting/pair-calls.ts";
import { hasField, readSigns, signPattern, valueOf } from "#fitting/text-signs.ts";
import type { SignNames } from "#fitting/text-signs.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

const effort = ["reasoning", "effort"];
const places: FieldPlaces = { of: { reasoning_effort: effort, parallel_tool_calls: ["no field"] }, effort };
const names: FieldNames = {
  of: { reasoning_effort: "reasoning", logprobs: "include" },
  tools: "tools",
  choice: "tool_choice",
  parallel: "tool_choice",
};

const signNames: SignNames = { words: [], texts: ["call_id"], empties: [] };
const pattern = signPattern(signNames);

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  if (mayNeedFields(request, needs, names)) return true;
  const input = valueOf(request, "input") ?? request.body;
  if (needs.pairs !== true || hasField(request, fieldsOfState)) return false;
  if (!input.includes('"call_id"')) return false;
  const counts = new Map<string, number>();
  for (const id of readSigns(input, pattern, signNames.texts).texts.get("call_id") ?? [])
    counts.set(id, (counts.get(id) ?? 0) + 1);
  // A call and its output.
  return [...counts.values()].some((count) => count !== 2);
}

export function fit(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const possible = fitFields(withoutLogprobs(fields, needs, notes), places, needs, notes);
  const chosen = fitChoice(possible, needs, notes);
  const isWhole = needs.pairs === true && fieldsOfState.every((field) => (fields[field] ?? null) === null);
  return isWhole ? changeList(chosen, "input", (items) => pairItems(items, notes)) : chosen;
}

const logprobs = "message.output_text.logprobs";

/** They are asked for as something to be included. */
function withoutLogprobs(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const told = memberOf(fields["reasoning"], "effort");
  const { refuses = [], refusesReasoning: reasoning } = needs;
  const reasons = typeof told === "string" ? told !== "none" : reasoning?.untold === "reasons";
  const isRefused = refuses.includes("logprobs") || (reasons && reasoning?.fields.includes("logprobs") === true);
  const { include } = fields;
  if (!isRefused || !Array.isArray(include) || !include.includes(logprobs)) return fields;
  notes.add("logprobs");
  const kept = include.filter((name) => name !== logprobs);
  return withField(fields, "include", kept.length === 0 ? undefined : kept);
}

/** Tools may also come with a prompt that the vendor keeps. */
function fitChoice(fields: JsonObject, { choiceNeedsTools, forcedCalls }: Needs, notes: Notes): JsonObject {
  const { tools, tool_choice: choice, prompt } = fields;
  const isForced = choice === "required" || (isObject(choice) && choice["mode"] !== "auto");
  const hasTools = (Array.isArray(tools) && tools.length > 0) || (prompt ?? null) !== null;
  const isRefused = forcedCalls === "refused" || (choiceNeedsTools === true && !hasTools);
  if (!isForced || !isRefused) return fields;
  notes.add("tool_choice");
  return withField(fields, "tool_choice", undefined);
}

/** What the vendor keeps may hold the other halves of pairs. */
const fieldsOfState = ["previous_response_id", "conversation", "prompt"];

const callTypes = ["function_call", "custom_tool_call"];

function isCall(item: unknown): boolean {
  return callTypes.some((type) => memberOf(item, "type") === type);
}

function isOutput(item: unknown): boolean {
  return callTypes.some((type) => memberOf(item, "type") === `${type}_output`);
}

/** An output may stand anywhere behind its call. */
function pairItems(items: readonly unknown[], notes: Notes): readonly unknown[] {
  if (items.some((item) => memberOf(item, "type") === "item_reference")) return items;
  const open = new Map<unknown, unknown>();
  const kept = keepOf(items, (item) => {
    if (isCall(item)) open.set(memberOf(item, "call_id"), item);
    return !isOutput(item) || open.delete(memberOf(item, "call_id"));
  });
  if (kept !== items) notes.add(pairNotes.lost);
  if (open.size === 0) return kept;
  notes.add(pairNotes.open);
  return answerOpen(kept, new Set(open.values()));
}

/** Behind the last of the calls that were made together. */
function answerOpen(items: readonly unknown[], open: ReadonlySet<unknown>): readonly unknown[] {
  let held: unknown[] = [];
  return items.flatMap((item, at) => {
    if (open.has(item)) held.push(outputOf(item));
    if (held.length === 0 || isCall(items[at + 1])) return [item];
    const released = held;
    held = [];
    return [item, ...released];
  });
}

function outputOf(call: unknown): JsonObject {
  return { type: `${String(memberOf(call, "type"))}_output`, call_id: memberOf(call, "call_id"), output: noResult };
}
