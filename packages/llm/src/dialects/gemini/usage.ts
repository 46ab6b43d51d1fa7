// `usageMetadata` of answers and streams, both ways. The vendor counts thoughts beside the candidates' tokens, and what
// its tools put into the prompt beside the prompt, where the hub counts both within.
// https://ai.google.dev/api/generate-content#UsageMetadata

import { counted, serviceClassOf } from "#dialects/fields/usage-parts.ts";
import { present } from "#dialects/fields/extras.ts";
import type { Usage } from "#hub.ts";
import { countOf, isNoCount, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

const counts = ["promptTokenCount", "candidatesTokenCount", "totalTokenCount", "thoughtsTokenCount"] as const;

/** Null where there is none, or none with a count: a stream's first events may tell the kind of traffic alone. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage) || !counts.some((field) => typeof usage[field] === "number")) return null;
  if (counts.some((field) => isNoCount(usage[field]))) return null;
  const promptTokens = countOf(usage["promptTokenCount"]) + countOf(usage["toolUsePromptTokenCount"]);
  const reasoningTokens = countOf(usage["thoughtsTokenCount"]);
  return {
    promptTokens,
    completionTokens: readCompletion(usage, promptTokens, reasoningTokens),
    cachedTokens: countOf(usage["cachedContentTokenCount"]),
    reasoningTokens,
    ...readKinds(usage),
    ...present({ serviceClass: serviceClassOf(usage["trafficType"], usage["serviceTier"]) }),
  };
}

/** Usage of a whole answer, with the searches that are told with its candidates. */
export function readUsageOf(answer: unknown): Usage | null {
  const usage = readUsage(memberOf(answer, "usageMetadata"));
  return usage === null ? null : { ...usage, ...usesOf(addGrounding(noGrounding, answer)) };
}

/** How searches stand in the bytes of an answer. */
export const groundingSign = "groundingMetadata";

/** What an answer was made from, as far as it is known: a stream may tell it again and again. */
export interface Grounding {
  readonly webSearches: number;
  readonly hasMaps: boolean;
}

export const noGrounding: Grounding = { webSearches: 0, hasMaps: false };

/** https://ai.google.dev/gemini-api/docs/google-search#grounded_response https://ai.google.dev/gemini-api/docs/maps-grounding */
export function addGrounding(known: Grounding, answer: unknown): Grounding {
  const all = listOf(memberOf(answer, "candidates")).map((candidate) => memberOf(candidate, groundingSign));
  const found = all.filter((grounding) => grounding !== undefined);
  if (found.length === 0) return known;
  const webSearches = found.reduce((sum: number, one) => sum + listOf(memberOf(one, "webSearchQueries")).length, 0);
  return {
    webSearches: Math.max(known.webSearches, webSearches),
    hasMaps: known.hasMaps || found.some(namesMaps),
  };
}

function namesMaps(grounding: unknown): boolean {
  return listOf(memberOf(grounding, "groundingChunks")).some((chunk) => isObject(memberOf(chunk, "maps")));
}

/** Maps have a price of their own, which no list has. */
export function usesOf({ webSearches, hasMaps }: Grounding): Partial<Usage> {
  return { ...counted({ webSearches }), ...(hasMaps && { otherUses: ["google_maps"] }) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Those of which there are any. */
function readKinds(usage: JsonObject): Partial<Usage> {
  return counted({
    audioPromptTokens:
      countKind("AUDIO", usage["promptTokensDetails"]) + countKind("AUDIO", usage["toolUsePromptTokensDetails"]),
    cachedAudioTokens: countKind("AUDIO", usage["cacheTokensDetails"]),
    cachedImageTokens: countKind("IMAGE", usage["cacheTokensDetails"]),
    audioCompletionTokens: countKind("AUDIO", usage["candidatesTokensDetails"]),
    imagePromptTokens: countKind("IMAGE", usage["promptTokensDetails"]),
    imageCompletionTokens: countKind("IMAGE", usage["candidatesTokensDetails"]),
  });
}

/** The candidates' count is left out where it is 0, and where an answer was cut off: the total knows better then. */
function readCompletion(usage: JsonObject, promptTokens: number, reasoningTokens: number): number {
  if (typeof usage["candidatesTokenCount"] === "number") {
    return countOf(usage["candidatesTokenCount"]) + reasoningTokens;
  }
  return Math.max(reasoningTokens, countOf(usage["totalTokenCount"]) - promptTokens);
}

/** Some servers write the numbers of https://ai.google.dev/api/generate-content#Modality in place of its words. */
const modalities = { TEXT: 1, IMAGE: 2, AUDIO: 4 } as const;

function countKind(kind: keyof typeof modalities, details: unknown): number {
  if (!Array.isArray(details)) return 0;
  const list: readonly unknown[] = details;
  const isKind = (modality: unknown): boolean => modality === kind || modality === modalities[kind];
  const told = list.filter((entry) => isKind(memberOf(entry, "modality")));
  return told.reduce<number>((sum, entry) => sum + countOf(memberOf(entry, "tokenCount")), 0);
}

export function encodeUsage(usage: Usage): JsonObject {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  const thoughts = Math.min(reasoningTokens, completionTokens);
  return {
    promptTokenCount: promptTokens,
    candidatesTokenCount: completionTokens - thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    ...(cachedTokens > 0 && { cachedContentTokenCount: cachedTokens }),
    totalTokenCount: promptTokens + completionTokens,
    ...encodeKinds("promptTokensDetails", promptTokens, {
      AUDIO: usage.audioPromptTokens,
      IMAGE: usage.imagePromptTokens,
    }),
    ...encodeKinds("cacheTokensDetails", cachedTokens, {
      AUDIO: usage.cachedAudioTokens,
      IMAGE: usage.cachedImageTokens,
    }),
    ...encodeKinds("candidatesTokensDetails", completionTokens - thoughts, {
      AUDIO: usage.audioCompletionTokens,
      IMAGE: usage.imageCompletionTokens,
    }),
  };
}

/** What is of no other kind is text. */
function encodeKinds(field: string, all: number, kinds: Readonly<Record<string, number | undefined>>): JsonObject {
  const told = Object.entries(kinds).filter(([, count]) => count !== undefined && count > 0);
  if (told.length === 0) return {};
  const rest = told.reduce((left, [, count = 0]) => left - count, all);
  const details = told.map(([modality, tokenCount]) => ({ modality, tokenCount }));
  return { [field]: rest <= 0 ? details : [{ modality: "TEXT", tokenCount: rest }, ...details] };
}
