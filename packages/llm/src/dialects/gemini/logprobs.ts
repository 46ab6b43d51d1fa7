// How likely the tokens were, in the dialect's form and in that of the hub, which is OpenAI's.

import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Undefined where none is told. */
export function decodeLogprobs(result: unknown): JsonObject | undefined {
  const chosen = memberOf(result, "chosenCandidates");
  if (!Array.isArray(chosen) || chosen.length === 0) return undefined;
  const top = memberOf(result, "topCandidates");
  const content = chosen.map((candidate: unknown, index) => {
    const others = Array.isArray(top) ? memberOf(top[index], "candidates") : undefined;
    return { ...decodeToken(candidate), top_logprobs: Array.isArray(others) ? others.map(decodeToken) : [] };
  });
  return { content };
}

function decodeToken(candidate: unknown): JsonObject {
  const token = memberOf(candidate, "token");
  const logprob = memberOf(candidate, "logProbability");
  // A probability of 1 has the logarithm 0, which Google leaves out.
  return {
    token: typeof token === "string" ? token : "",
    logprob: typeof logprob === "number" ? logprob : 0,
    bytes: null,
  };
}

export function encodeLogprobs(logprobs: unknown): JsonObject {
  const content = memberOf(logprobs, "content");
  if (!Array.isArray(content) || content.length === 0) return {};
  const tops = content.map((token: unknown) => {
    const others = memberOf(token, "top_logprobs");
    return { candidates: Array.isArray(others) ? others.map(encodeToken) : [] };
  });
  return { logprobsResult: { chosenCandidates: content.map(encodeToken), topCandidates: tops } };
}

function encodeToken(token: unknown): JsonObject {
  return { token: memberOf(token, "token"), logProbability: memberOf(token, "logprob") };
}
