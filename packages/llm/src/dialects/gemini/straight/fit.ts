// A request of this dialect, as its client or our encoder wrote it, made such that its vendor takes it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeList, keepOf, withField, withValueAt } from "#fitting/changes.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { noResult, pairParts } from "#fitting/pair-calls.ts";
import type { ResultParts } from "#fitting/pair-calls.ts";
import { countOf, hasField, readSigns, signPattern, valueOf } from "#fitting/text-signs.ts";
import type { Signs } from "#fitting/text-signs.ts";
import { openAndClose, words } from "#fitting/turns.ts";
import type { TurnView } from "#fitting/turns.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { parseJson } from "#wire/json.ts";
import { fieldOf, repeatedOf } from "#dialects/gemini/proto.ts";

/** May there be something that the vendor would refuse? */
export function mayNeed(request: ParsedRequest, needs: Needs): boolean {
  const contents = valueOf(request, "contents") ?? request.body;
  const { stops, turns, pairs, filledTexts } = needs;
  if (stops !== undefined && hasTooManyStops(request, stops)) return true;
  if (needs.choiceNeedsTools === true && choosesOfNone(request)) return true;
  const signs = readSigns(contents, pattern, []);
  if (pairs === true && countBoth(signs, "Call", "_call") !== countBoth(signs, "Response", "_response")) return true;
  if (filledTexts === true && signs.hasEmpty) return true;
  if (turns?.first === "user" && signs.roles[0] === "model") return true;
  return turns?.last === "user" && signs.roles.at(-1) === "model";
}

const pattern = signPattern({
  words: ["functionCall", "function_call", "functionResponse", "function_response"],
  texts: [],
  empties: ["parts"],
});

function countBoth(signs: Signs, camel: string, snake: string): number {
  return countOf(signs, `function${camel}`) + countOf(signs, `function${snake}`);
}

const configNames = ["generationConfig", "generation_config"];
const stopNames = ["stopSequences", "stop_sequences"];

function hasTooManyStops(request: ParsedRequest, { most = Number.POSITIVE_INFINITY }: NonNullable<Needs["stops"]>) {
  return configNames.some((name) => {
    const config = valueOf(request, name);
    if (config === null || !stopNames.some((stop) => config.includes(`"${stop}"`))) return false;
    const list = fieldOf(parseJson(config.toString("utf8")), "stopSequences");
    return Array.isArray(list) && (list.length > most || list.includes(""));
  });
}

const choiceNames = ["toolConfig", "tool_config"];
const callingNames = ["functionCallingConfig", "function_calling_config"];
const declarationNames = ["functionDeclarations", "function_declarations"];

function choosesOfNone(request: ParsedRequest): boolean {
  return hasField(request, choiceNames) && !declarationNames.some((name) => request.body.includes(`"${name}"`));
}

export function fit(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const stopped = needs.stops === undefined ? fields : fitStops(fields, needs.stops, notes);
  const chosen = needs.choiceNeedsTools === true ? fitChoice(stopped, notes) : stopped;
  return changeList(chosen, "contents", (contents) => fitContents(contents, needs, notes));
}

function fitStops(fields: JsonObject, { most = Number.POSITIVE_INFINITY }: NonNullable<Needs["stops"]>, notes: Notes) {
  const config = configNames.find((name) => isObject(fields[name])) ?? "";
  const stop = stopNames.find((name) => Array.isArray(memberOf(fields[config], name))) ?? "";
  const list = memberOf(fields[config], stop);
  if (!Array.isArray(list)) return fields;
  const filled = list.filter((word) => word !== "");
  if (filled.length > most) notes.add("stop");
  if (filled.length === list.length && list.length <= most) return fields;
  return withValueAt(fields, [config, stop], filled.length === 0 ? undefined : filled.slice(0, most));
}

/** "Function calling config is set without function_declarations." */
function fitChoice(fields: JsonObject, notes: Notes): JsonObject {
  const config = choiceNames.find((name) => isObject(fields[name])) ?? "";
  const calling = callingNames.find((name) => memberOf(fields[config], name) !== undefined);
  const hasFunctions = repeatedOf(fields, "tools").some((tool) => repeatedOf(tool, "functionDeclarations").length > 0);
  if (calling === undefined || hasFunctions) return fields;
  if (fieldOf(memberOf(fields[config], calling), "mode") === "ANY") notes.add("tool_choice");
  return withValueAt(fields, [config, calling], undefined);
}

function fitContents(contents: readonly unknown[], needs: Needs, notes: Notes): readonly unknown[] {
  const paired = needs.pairs === true ? pairParts(contents, results, notes) : contents;
  const filled = needs.filledTexts === true ? fillParts(paired) : paired;
  return needs.turns === undefined ? filled : openAndClose(filled, needs.turns, view, notes);
}

function isAnswer(content: unknown): boolean {
  return memberOf(content, "role") === "model";
}

function partsOf(content: unknown): readonly unknown[] {
  const parts = memberOf(content, "parts");
  if (Array.isArray(parts)) return parts;
  return isObject(parts) ? [parts] : [];
}

const callOf = (part: unknown): unknown => fieldOf(part, "functionCall");
const resultOf = (part: unknown): unknown => fieldOf(part, "functionResponse");

/** By their ids where both have one, else by the tool's name. */
function belongs(call: unknown, result: unknown): boolean {
  const [one, other] = [callOf(call), resultOf(result)];
  const ids = [memberOf(one, "id"), memberOf(other, "id")];
  if (ids.every((id) => typeof id === "string")) return ids[0] === ids[1];
  return memberOf(one, "name") === memberOf(other, "name");
}

const results: ResultParts = {
  isAnswer,
  partsOf,
  isCall: (part) => callOf(part) !== undefined,
  isResult: (part) => resultOf(part) !== undefined,
  belongs,
  makeResult(call) {
    const id = memberOf(callOf(call), "id");
    const response = { error: noResult };
    return { functionResponse: { ...(id !== undefined && { id }), name: memberOf(callOf(call), "name"), response } };
  },
  withParts: (content, parts) => (isObject(content) ? { ...content, parts } : content),
  makeTurn: (parts) => ({ role: "user", parts }),
};

const view: TurnView = {
  isAnswer,
  isUsers: (content) => !isAnswer(content),
  makeTurn: (text) => ({ role: "user", parts: [{ text }] }),
};

/** A content must have a part. */
function fillParts(contents: readonly unknown[]): readonly unknown[] {
  const last = contents.at(-1);
  const filled = isEmpty(last) && !isAnswer(last) ? [...contents.slice(0, -1), fill(last)] : contents;
  return keepOf(filled, (content) => !isEmpty(content));
}

function isEmpty(content: unknown): boolean {
  const parts = memberOf(content, "parts");
  return Array.isArray(parts) && parts.length === 0;
}

function fill(content: unknown): unknown {
  return isObject(content) ? withField(content, "parts", [{ text: words.filling }]) : content;
}
