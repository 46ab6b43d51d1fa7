// Counts of answers, both ways. They stand among the answer's other fields, and only in the last line of a stream.

import type { Usage } from "#hub.ts";
import { countOf, isNoCount, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Null where there is none. Older servers leave the prompt's count out when it was in their cache. */
export function readUsage(answer: unknown): Usage | null {
  const prompt = memberOf(answer, "prompt_eval_count");
  const completion = memberOf(answer, "eval_count");
  if (typeof prompt !== "number" && typeof completion !== "number") return null;
  if (isNoCount(prompt) || isNoCount(completion)) return null;
  return {
    promptTokens: countOf(prompt),
    completionTokens: countOf(completion),
    cachedTokens: 0,
    reasoningTokens: 0,
  };
}

/** Of the end of a large answer. Within a text the quotes would be escaped. */
export function readUsageInTail(tail: string): Usage | null {
  const counts = ["prompt_eval_count", "eval_count"].flatMap((field) => {
    const found = [...tail.matchAll(new RegExp(`"${field}"\\s*:\\s*(\\d{1,15})`, "g"))].at(-1);
    return found === undefined ? [] : [[field, Number(found[1])] as const];
  });
  return readUsage(Object.fromEntries(counts));
}

export function encodeUsage(usage: Usage | null): JsonObject {
  return usage === null ? {} : { prompt_eval_count: usage.promptTokens, eval_count: usage.completionTokens };
}
