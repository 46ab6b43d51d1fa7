import type { Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";

export function encodeUsage({ promptTokens, completionTokens, cachedTokens, reasoningTokens }: Usage): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}
