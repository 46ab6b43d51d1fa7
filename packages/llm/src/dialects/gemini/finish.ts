import type { FinishReason } from "#hub.ts";

/** https://ai.google.dev/api/generate-content#FinishReason. Some clients have the vendor write numbers for the words. */
const meanings: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  1: "stop",
  MAX_TOKENS: "length",
  2: "length",
  SAFETY: "content_filter",
  3: "content_filter",
  RECITATION: "content_filter",
  4: "content_filter",
  BLOCKLIST: "content_filter",
  6: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  7: "content_filter",
  SPII: "content_filter",
  8: "content_filter",
  MODEL_ARMOR: "content_filter",
  10: "content_filter",
  LANGUAGE: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
};

const words: Readonly<Record<FinishReason, string>> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  tool_calls: "STOP",
  content_filter: "SAFETY",
  refusal: "SAFETY",
  other: "OTHER",
};

/** Null where none is told. The vendor has no word of its own for an answer that ends with calls. */
export function decodeFinish(reason: unknown, hasCalls: boolean): FinishReason | null {
  if ((typeof reason !== "string" && typeof reason !== "number") || reason === "" || reason === 0) return null;
  const word = String(reason);
  if (word === "FINISH_REASON_UNSPECIFIED") return null;
  const finish = Object.hasOwn(meanings, word) ? (meanings[word] ?? "other") : "other";
  return hasCalls && (finish === "stop" || finish === "other") ? "tool_calls" : finish;
}

export function encodeFinish(finish: FinishReason): string {
  return words[finish];
}

/** The model, or the vendor, failed. `OTHER` is said of answers that are there, too. */
const failures: ReadonlySet<string> = new Set([
  ...["MALFORMED_FUNCTION_CALL", "9", "UNEXPECTED_TOOL_CALL", "12", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"],
  ...["MALFORMED_RESPONSE", "NO_IMAGE", "IMAGE_OTHER"],
]);

export interface ToldByCandidate {
  readonly hasCalls: boolean;
  readonly hasText: boolean;
}

/** Calls that are there can be used, whatever is said of them. */
export function isFailedFinish(reason: unknown, { hasCalls, hasText }: ToldByCandidate): boolean {
  if (hasCalls || (typeof reason !== "string" && typeof reason !== "number")) return false;
  const word = String(reason);
  return failures.has(word) || (!hasText && (word === "OTHER" || word === "5"));
}
