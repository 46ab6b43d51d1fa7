import type { Usage } from "#hub.ts";
import { countOf, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Reads the `usage` object of an answer; null where there is none. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const input = usage["input_tokens_details"];
  const cacheWriteTokens = countOf(memberOf(input, "cache_write_tokens"));
  return {
    promptTokens: countOf(usage["input_tokens"]),
    completionTokens: countOf(usage["output_tokens"]),
    cachedTokens: countOf(memberOf(input, "cached_tokens")),
    reasoningTokens: countOf(memberOf(usage["output_tokens_details"], "reasoning_tokens")),
    ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
  };
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
