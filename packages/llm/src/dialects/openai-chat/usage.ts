// `usage` of answers and chunks, in the names of all vendors that speak the dialect.

import { serviceClassOf, setCount, vendorCostOf } from "#dialects/fields/usage-parts.ts";
import type { Counting } from "#dialects/fields/usage-parts.ts";
import type { Usage } from "#hub.ts";
import { countOf, isNoCount, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Reads the `usage` object of an answer or a chunk; null where there is none. Field by field, since it is done for every answer. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage) || isNoCount(usage["prompt_tokens"]) || isNoCount(usage["completion_tokens"])) return null;
  const told = countOf(usage["completion_tokens"]);
  const promptTokens = readPromptTokens(usage, told);
  const reasoningTokens = readReasoningTokens(usage);
  // xAI counts reasoning beside completion_tokens instead of within: its total gives it away.
  const isOutside = reasoningTokens > 0 && countOf(usage["total_tokens"]) === promptTokens + told + reasoningTokens;
  const read: Counting = {
    promptTokens,
    completionTokens: isOutside ? told + reasoningTokens : told,
    cachedTokens: readCachedTokens(usage),
    reasoningTokens,
  };
  readKinds(usage, read);
  readTerms(usage, read);
  return read;
}

function readKinds(usage: JsonObject, read: Counting): void {
  setCount(read, "cacheWriteTokens", countOf(usage["cache_write_tokens"]));
  const input = detailsOf(usage);
  if (isObject(input)) {
    // Moonshot and OpenRouter count within the prompt what is written into a cache, as Anthropic's models have it.
    const written = countOf(input["cache_write_tokens"]) || countOf(input["cache_creation_input_tokens"]);
    setCount(read, "cacheWriteTokens", written);
    setCount(read, "audioPromptTokens", countOf(input["audio_tokens"]));
    setCount(read, "cachedAudioTokens", countOf(memberOf(input["cached_tokens_details"], "audio_tokens")));
    setCount(read, "imagePromptTokens", countOf(input["image_tokens"]));
  }
  const output = usage["completion_tokens_details"];
  if (!isObject(output)) return;
  setCount(read, "audioCompletionTokens", countOf(output["audio_tokens"]));
  setCount(read, "imageCompletionTokens", countOf(output["image_tokens"]));
}

/** What the price depends on, and what is paid beside tokens. */
function readTerms(usage: JsonObject, read: Counting): void {
  const serviceClass = serviceClassOf(usage["service_tier"]);
  if (serviceClass !== undefined) read.serviceClass = serviceClass;
  const vendorCostNanos = vendorCostOf(usage);
  if (vendorCostNanos !== undefined) read.vendorCostNanos = vendorCostNanos;
  for (const field of unpricedUses) if (countOf(usage[field]) > 0) read.otherUses = [...(read.otherUses ?? []), field];
  const searches =
    countOf(memberOf(usage["web_search_usage"], "tool_usage")) ||
    countOf(memberOf(usage["server_tool_use"], "web_search_requests")) ||
    countOf(usage["num_search_queries"]);
  setCount(read, "webSearches", searches);
}

/** Sources that xAI looked up, and what Perplexity read for its answer: paid for, and in no list of prices. */
const unpricedUses = ["num_sources_used", "citation_tokens"];

/** OpenAI's name, or the one that some vendors add in the singular. */
function detailsOf(usage: unknown): unknown {
  return memberOf(usage, "prompt_tokens_details") ?? memberOf(usage, "prompt_token_details");
}

/** Voyage tells the sum alone. */
function readPromptTokens(usage: JsonObject, completionTokens: number): number {
  const told = usage["prompt_tokens"];
  if (typeof told === "number") return countOf(told);
  return Math.max(0, countOf(usage["total_tokens"]) - completionTokens);
}

/** OpenAI and most vendors nest the count; DeepSeek, Mistral, Moonshot and Together have names of their own beside the totals. */
function readCachedTokens(usage: unknown): number {
  return (
    countOf(memberOf(detailsOf(usage), "cached_tokens")) ||
    countOf(memberOf(usage, "prompt_cache_hit_tokens")) ||
    countOf(memberOf(usage, "num_cached_tokens")) ||
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
  const usage = readUsage(memberOf(answer, "usage")) ?? readUsage(memberOf(memberOf(answer, "x_groq"), "usage"));
  return usage === null ? null : withServiceTier(usage, memberOf(answer, "service_tier"));
}

/** Of the answer around it. */
export function withServiceTier(usage: Usage, tier: unknown): Usage {
  const serviceClass = usage.serviceClass ?? serviceClassOf(tier);
  return serviceClass === undefined ? usage : { ...usage, serviceClass };
}
