// `usage` of answers and streams, both ways. The vendor counts tokens read from and written to its cache beside
// `input_tokens`, where the hub counts them within.

import { addUsage, counted, serviceClassOf } from "#dialects/fields/usage-parts.ts";
import { present } from "#dialects/fields/extras.ts";
import type { ModelUsage, Usage } from "#hub.ts";
import { countOf, isNoCount, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Reads the `usage` object of an answer; null where there is none. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage) || isNoCount(usage["input_tokens"]) || isNoCount(usage["output_tokens"])) return null;
  const { own, others } = readIterations(usage["iterations"]);
  const used = [...own, ...others.map((other) => other.usage)].reduce(addUsage, readCounts(usage));
  return { ...used, ...readTerms(usage), ...(others.length > 0 && { byOthers: others }) };
}

function readCounts(usage: JsonObject): Usage {
  const cachedTokens = countOf(usage["cache_read_input_tokens"]);
  const written = readCacheWrites(usage);
  return {
    promptTokens: countOf(usage["input_tokens"]) + written.short + written.long + cachedTokens,
    completionTokens: countOf(usage["output_tokens"]),
    cachedTokens,
    reasoningTokens: countOf(memberOf(usage["output_tokens_details"], "thinking_tokens")),
    ...counted({ cacheWriteTokens: written.short, cacheWriteHourTokens: written.long }),
  };
}

/** What the price depends on, and what is paid beside tokens. Pages that are fetched cost their tokens alone. */
function readTerms(usage: JsonObject): Partial<Usage> {
  const geography = usage["inference_geo"] === "us" ? "us" : undefined;
  return {
    ...present({ serviceClass: serviceClassOf(usage["speed"], usage["service_tier"]), geography }),
    ...counted({ webSearches: countOf(memberOf(usage["server_tool_use"], "web_search_requests")) }),
  };
}

/**
 * The steps of an answer. Those of the model itself are within the counts beside them; what it took to compact the
 * conversation, and what another model used to give advice, are not.
 * https://platform.claude.com/docs/en/build-with-claude/compaction https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool
 */
function readIterations(iterations: unknown): {
  readonly own: readonly Usage[];
  readonly others: readonly ModelUsage[];
} {
  const outside = (Array.isArray(iterations) ? iterations : []).filter(isObject).filter(isOutside);
  const others = outside.flatMap((step): readonly ModelUsage[] => {
    const model = step["model"];
    return typeof model === "string" && model !== "" ? [{ model, usage: readCounts(step) }] : [];
  });
  const own = outside.filter(({ model }) => typeof model !== "string" || model === "").map(readCounts);
  return { own, others };
}

function isOutside({ type }: JsonObject): boolean {
  return type === "compaction" || type === "advisor_message";
}

/** What the cache was given to keep for an hour, and the rest of it, as the sum tells it where the parts are left out. */
function readCacheWrites(usage: JsonObject): { readonly short: number; readonly long: number } {
  const parts = usage["cache_creation"];
  const long = countOf(memberOf(parts, "ephemeral_1h_input_tokens"));
  const short = countOf(memberOf(parts, "ephemeral_5m_input_tokens"));
  const rest = countOf(usage["cache_creation_input_tokens"]) - long;
  return { short: Math.max(short, rest), long };
}

/** A stream tells its usage twice: what the end tells holds, but it need not tell all again. */
export function mergeUsage(told: JsonObject | null, news: unknown): JsonObject | null {
  if (!isObject(news)) return told;
  // Null says nothing, but it does not undo what was said.
  const fields = Object.entries(news).filter(([key, value]) => value !== null || told?.[key] === undefined);
  return { ...told, ...Object.fromEntries(fields) };
}

/** The sum of the parts is what the prompt cost, also where a vendor told more of them. */
export function encodeUsage(usage: Usage | null, serviceTier?: string): JsonObject {
  const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = usage ?? {};
  const { cacheWriteTokens: short = 0, cacheWriteHourTokens: long = 0, cachedTokens = 0 } = usage ?? {};
  const cachedAtMost = Math.max(0, Math.min(cachedTokens, promptTokens - short - long));
  const parts = { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long };
  return {
    input_tokens: Math.max(0, promptTokens - cachedAtMost - short - long),
    cache_creation_input_tokens: short + long,
    cache_read_input_tokens: cachedAtMost,
    ...(long > 0 && { cache_creation: parts }),
    output_tokens: completionTokens,
    ...(reasoningTokens > 0 && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
    ...(serviceTier !== undefined && { service_tier: serviceTier }),
  };
}
