import type { Usage } from "#hub.ts";
import { countOf, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Reads the `usage` object of an answer or a chunk; null where there is none. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const told = countOf(usage["completion_tokens"]);
  const promptTokens = readPromptTokens(usage, told);
  const reasoningTokens = readReasoningTokens(usage);
  // xAI counts reasoning beside completion_tokens instead of within: its total gives it away.
  const isOutside = reasoningTokens > 0 && countOf(usage["total_tokens"]) === promptTokens + told + reasoningTokens;
  return {
    promptTokens,
    completionTokens: isOutside ? told + reasoningTokens : told,
    cachedTokens: readCachedTokens(usage),
    reasoningTokens,
    ...readAudioTokens(usage),
  };
}

function readAudioTokens(usage: unknown): Pick<Usage, "audioPromptTokens" | "audioCompletionTokens"> {
  const heard = countOf(memberOf(memberOf(usage, "prompt_tokens_details"), "audio_tokens"));
  const spoken = countOf(memberOf(memberOf(usage, "completion_tokens_details"), "audio_tokens"));
  return { ...(heard > 0 && { audioPromptTokens: heard }), ...(spoken > 0 && { audioCompletionTokens: spoken }) };
}

/** Voyage tells the sum alone. */
function readPromptTokens(usage: JsonObject, completionTokens: number): number {
  const told = usage["prompt_tokens"];
  if (typeof told === "number") return countOf(told);
  return Math.max(0, countOf(usage["total_tokens"]) - completionTokens);
}

/** OpenAI and most vendors nest the count; DeepSeek, Moonshot and Together have names of their own beside the totals. */
function readCachedTokens(usage: unknown): number {
  return (
    countOf(memberOf(memberOf(usage, "prompt_tokens_details"), "cached_tokens")) ||
    countOf(memberOf(usage, "prompt_cache_hit_tokens")) ||
    countOf(memberOf(usage, "cached_tokens"))
  );
}

function readReasoningTokens(usage: unknown): number {
  return (
    countOf(memberOf(memberOf(usage, "completion_tokens_details"), "reasoning_tokens")) ||
    countOf(memberOf(usage, "reasoning_tokens"))
  );
}

/** Usage of a whole answer or chunk: its own, or where Groq puts it in the last chunk of a stream. */
export function readUsageOf(answer: unknown): Usage | null {
  return readUsage(memberOf(answer, "usage")) ?? readUsage(memberOf(memberOf(answer, "x_groq"), "usage"));
}
