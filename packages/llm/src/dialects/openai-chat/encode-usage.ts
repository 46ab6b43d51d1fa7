import { present } from "#dialects/extras.ts";
import type { Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";

export function encodeUsage(usage: Usage): JsonObject {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, ...present({ audio_tokens: usage.audioPromptTokens }) },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      ...present({ audio_tokens: usage.audioCompletionTokens }),
    },
  };
}
