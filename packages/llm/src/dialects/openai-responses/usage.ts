// `usage` of answers and streams, both ways, and what an answer tells beside it of what was used.

import { present } from "#dialects/fields/extras.ts";
import { counted, serviceClassOf, vendorCostOf } from "#dialects/fields/usage-parts.ts";
import type { Usage } from "#hub.ts";
import { countOf, isNoCount, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Reads the `usage` object of an answer; null where there is none. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage) || isNoCount(usage["input_tokens"]) || isNoCount(usage["output_tokens"])) return null;
  const input = usage["input_tokens_details"];
  const output = usage["output_tokens_details"];
  return {
    promptTokens: countOf(usage["input_tokens"]),
    completionTokens: countOf(usage["output_tokens"]),
    cachedTokens: countOf(memberOf(input, "cached_tokens")),
    reasoningTokens: countOf(memberOf(output, "reasoning_tokens")),
    ...counted({
      cacheWriteTokens: countOf(memberOf(input, "cache_write_tokens")),
      audioPromptTokens: countOf(memberOf(input, "audio_tokens")),
      imagePromptTokens: countOf(memberOf(input, "image_tokens")),
      audioCompletionTokens: countOf(memberOf(output, "audio_tokens")),
      imageCompletionTokens: countOf(memberOf(output, "image_tokens")),
    }),
    ...present({ vendorCostNanos: vendorCostOf(usage) }),
  };
}

/** Items of tools that the vendor itself runs, as they stand in the bytes of an answer. */
export const paidItems = [
  '"web_search_call"',
  '"file_search_call"',
  '"code_interpreter_call"',
  '"image_generation_call"',
] as const;

/** Usage of a whole answer. The tools that the vendor runs are paid for by the call, and an image by its own tokens. */
export function readUsageOf(answer: unknown): Usage | null {
  const usage = readUsage(memberOf(answer, "usage"));
  if (usage === null) return null;
  const serviceClass = serviceClassOf(memberOf(answer, "service_tier"));
  return { ...usage, ...readTools(answer), ...(serviceClass !== undefined && { serviceClass }) };
}

function readTools(answer: unknown): Partial<Usage> {
  const output = memberOf(answer, "output");
  const items = (Array.isArray(output) ? output : []).filter(isObject);
  const told = memberOf(answer, "tool_usage");
  const hasImages = items.some(({ type }) => type === "image_generation_call") || hasImageTokens(told);
  const searches = items.filter(isSearch).length;
  const containers = items.filter(({ type }) => type === "code_interpreter_call").map((item) => item["container_id"]);
  return {
    ...counted({
      webSearches: Math.max(searches, countOf(memberOf(memberOf(told, "web_search"), "num_requests"))),
      fileSearches: items.filter(({ type }) => type === "file_search_call").length,
      containers: new Set(containers).size,
    }),
    ...(hasImages && { otherUses: ["image_generation"] }),
  };
}

/** To open a page that was found, or to look for something in it, is not charged. */
function isSearch({ type, action, status }: JsonObject): boolean {
  const kind = memberOf(action, "type");
  return type === "web_search_call" && status !== "failed" && (kind === undefined || kind === "search");
}

function hasImageTokens(told: unknown): boolean {
  const image = memberOf(told, "image_gen");
  return countOf(memberOf(image, "input_tokens")) + countOf(memberOf(image, "output_tokens")) > 0;
}

/** The dialect counts what is written into a cache in one sum, however long it is kept. */
export function encodeUsage(usage: Usage): JsonObject {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  const written = (usage.cacheWriteTokens ?? 0) + (usage.cacheWriteHourTokens ?? 0);
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, ...(written > 0 && { cache_write_tokens: written }) },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + completionTokens,
  };
}
