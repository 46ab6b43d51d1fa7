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
  return finish === "stop" && hasCalls ? "tool_calls" : finish;
}

export function encodeFinish(finish: FinishReason): string {
  return words[finish];
}
