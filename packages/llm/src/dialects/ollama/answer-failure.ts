// Answers of status 200 that are none: errors, and answers without what was asked for.

import type { ParsedRequest, VendorError } from "#dialects/dialect.ts";
import { failureFrom, failureOfLacking, isErrorTold } from "#dialects/errors/read-error.ts";
import type { JsonObject } from "#wire/json.ts";
import { messageOf } from "#dialects/ollama/decode/decode-result.ts";

/** Null for an answer. */
export function failureOf(answer: JsonObject, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  if (isErrorTold(answer["error"])) return failureFrom(answer, "The vendor failed.");
  if (operation === "embeddings") {
    const isEmbedded = Array.isArray(answer["embeddings"]) || Array.isArray(answer["embedding"]);
    return isEmbedded ? null : failureOfLacking(answer, "embeddings");
  }
  return messageOf(answer) === undefined ? failureOfLacking(answer, "message") : null;
}
