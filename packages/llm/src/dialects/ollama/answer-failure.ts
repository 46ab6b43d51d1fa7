// Answers of status 200 that are none: errors, and answers without what was asked for.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { failureFrom, failureOfLacking, isErrorTold } from "#dialects/errors/read-error.ts";
import type { JsonObject } from "#wire/json.ts";
import { messageOf } from "./answer-message.ts";

/** Null for an answer. */
export function failureOf(answer: JsonObject, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  if (isErrorTold(answer["error"])) return failureFrom(answer, "The vendor failed.");
  if (operation === "embeddings") {
    const isEmbedded = Array.isArray(answer["embeddings"]) || Array.isArray(answer["embedding"]);
    return isEmbedded ? null : failureOfLacking(answer, "embeddings");
  }
  return messageOf(answer) === undefined ? failureOfLacking(answer, "message") : null;
}
