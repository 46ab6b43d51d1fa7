// Probabilities of tokens, both ways: a bare list here, where OpenAI has it as `content` of an object.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

export function decodeLogprobs(value: unknown): JsonObject | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return { content: value.filter(isObject).map((entry) => ({ ...completeEntry(entry), ...decodeTop(entry) })) };
}

function completeEntry(entry: JsonObject): JsonObject {
  return { ...entry, bytes: entry["bytes"] ?? null };
}

function decodeTop({ top_logprobs: top }: JsonObject): JsonObject {
  return { top_logprobs: Array.isArray(top) ? top.filter(isObject).map(completeEntry) : [] };
}

/** Undefined where the list holds nothing. */
export function encodeLogprobs(logprobs: unknown): readonly unknown[] | undefined {
  const content = memberOf(logprobs, "content");
  return Array.isArray(content) && content.length > 0 ? content.filter(isObject).map(encodeEntry) : undefined;
}

function encodeEntry(entry: JsonObject): JsonObject {
  const { top_logprobs: top, ...chosen } = entry;
  const others = Array.isArray(top) && top.length > 0 && { top_logprobs: top.filter(isObject).map(withoutNull) };
  return { ...withoutNull(chosen), ...others };
}

function withoutNull(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}
