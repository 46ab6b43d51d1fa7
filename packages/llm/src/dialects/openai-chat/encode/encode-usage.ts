import { present } from "#dialects/fields/extras.ts";
import type { Usage } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";

export function encodeUsage(usage: Usage): JsonObject {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  // However long it is kept: the dialect has one sum.
  const written = (usage.cacheWriteTokens ?? 0) + (usage.cacheWriteHourTokens ?? 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: cachedTokens,
      ...present({
        cache_write_tokens: written === 0 ? undefined : written,
        audio_tokens: usage.audioPromptTokens,
        image_tokens: usage.imagePromptTokens,
      }),
    },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      ...present({ audio_tokens: usage.audioCompletionTokens, image_tokens: usage.imageCompletionTokens }),
    },
  };
}
