// What the usage of all dialects may tell beside tokens, and sums of several usages.

import type { Usage } from "#hub.ts";
import { countOf, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** What vendors call their usual class of service. `1` is Google's number for `ON_DEMAND`. */
const usual: ReadonlySet<string> = new Set([
  "",
  "0",
  "1",
  "auto",
  "default",
  "on_demand",
  "standard",
  "standard_only",
  "traffic_type_unspecified",
  "unspecified",
  "service_tier_unspecified",
]);

/** Google's names and numbers: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType */
const sameClass: Readonly<Record<string, string>> = {
  "2": "provisioned_throughput",
  on_demand_priority: "priority",
  on_demand_flex: "flex",
};

/** The class of service that a vendor's word means; undefined for its usual one. */
export function serviceClassOf(...words: readonly unknown[]): string | undefined {
  for (const word of words) {
    // Most answers are of the usual class, in one of these words.
    if (word === undefined || word === "default" || word === "standard") continue;
    if (typeof word !== "string" && typeof word !== "number") continue;
    const name = String(word)
      .toLowerCase()
      .replace(/^service_tier_(?!unspecified)/, "");
    if (usual.has(name)) continue;
    if (Object.hasOwn(sameClass, name)) return sameClass[name];
    // It is written down: what is no name may be anything that a client has said.
    return /^[\w.-]{1,40}$/.test(name) ? name : "other";
  }
  return undefined;
}

/** Sets only what is more than nothing. */
export function setCount(usage: Counting, field: CountField, count: number): void {
  if (count > 0) usage[field] = count;
}

type CountField = (typeof counts)[number];
export type Counting = { -readonly [Field in keyof Usage]: Usage[Field] };

/** Only what is more than nothing. */
export function counted<Counts extends Readonly<Record<string, number>>>(counts: Counts): Partial<Counts> {
  const told: Partial<Counts> = {};
  for (const field in counts) if (counts[field] !== undefined && counts[field] > 0) told[field] = counts[field];
  return told;
}

const nanosPerUsd = 1_000_000_000;

/** An amount in USD, as a number or as text, in nano-USD; undefined for what is none. */
function nanosOf(usd: unknown): number | undefined {
  const amount = typeof usd === "string" && usd.trim() !== "" ? Number(usd) : usd;
  if (typeof amount !== "number" || !(amount >= 0)) return undefined;
  return Math.min(Math.round(amount * nanosPerUsd), Number.MAX_SAFE_INTEGER);
}

/**
 * What the vendor charges: OpenRouter's and Vercel's `cost`, Perplexity's `cost.total_cost`, xAI's ten-billionths of a USD. With
 * a customer's own key OpenRouter's is its fee alone, beside what the vendor behind it takes.
 */
export function vendorCostOf(usage: JsonObject): number | undefined {
  const ticks = usage["cost_in_usd_ticks"];
  if (ticks === undefined && usage["cost"] === undefined) return undefined;
  if (typeof ticks === "number" && ticks >= 0) return countOf(ticks / 10);
  const told = nanosOf(usage["cost"]) ?? nanosOf(memberOf(usage["cost"], "total_cost"));
  if (told === undefined || usage["is_byok"] !== true) return told;
  return countOf(told + (nanosOf(memberOf(usage["cost_details"], "upstream_inference_cost")) ?? 0));
}

const counts = [
  "promptTokens",
  "completionTokens",
  "cachedTokens",
  "reasoningTokens",
  "cacheWriteTokens",
  "cacheWriteHourTokens",
  "audioPromptTokens",
  "cachedAudioTokens",
  "cachedImageTokens",
  "audioCompletionTokens",
  "imagePromptTokens",
  "imageCompletionTokens",
  "webSearches",
  "fileSearches",
  "containers",
  "vendorCostNanos",
] as const satisfies readonly (keyof Usage)[];

/** Of answers that were counted one by one. What is no count is the first one's. */
export function addUsage(one: Usage, other: Usage): Usage {
  return combine(one, other, (left, right) => left + right);
}

/** What is left of a usage without a part of it. */
export function withoutUsage(whole: Usage, part: Usage): Usage {
  return combine(whole, part, (left, right) => Math.max(0, left - right));
}

function combine(one: Usage, other: Usage, operation: (left: number, right: number) => number): Usage {
  const result: Counting = { ...one };
  for (const count of counts) {
    if (one[count] !== undefined || other[count] !== undefined)
      result[count] = operation(one[count] ?? 0, other[count] ?? 0);
  }
  return result;
}
