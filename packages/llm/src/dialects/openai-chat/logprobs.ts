import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** The lists that hold any; undefined where none does. DeepSeek has one of its own, for reasoning. */
export function decodeLogprobs(value: unknown): JsonObject | undefined {
  const lists = isObject(value) ? Object.entries(value).filter(([, list]) => list !== null) : [];
  return lists.length === 0 ? undefined : Object.fromEntries(lists);
}

export function encodeLogprobs(logprobs: unknown): JsonObject | null {
  return isObject(logprobs) ? { content: null, refusal: null, ...logprobs } : null;
}
