// Answers of status 200 that are none: errors, and answers without content that do not say why they ended either.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { failureFrom, failureOfLacking, isErrorTold } from "#dialects/errors/read-error.ts";
import type { JsonObject } from "#wire/json.ts";

/** Null for an answer. */
export function failureOf(answer: JsonObject, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  if (isErrorTold(answer["error"]) || answer["type"] === "error") return failureFrom(answer, "The vendor failed.");
  if (operation === "count_tokens") {
    return typeof answer["input_tokens"] === "number" ? null : failureOfLacking(answer, "input_tokens");
  }
  return hasContent(answer) ? null : failureOfLacking(answer, "content");
}

/** An answer may be empty, for which Ollama's content is null; then it says why it ended. */
function hasContent({ content, stop_reason: reason }: JsonObject): boolean {
  if (Array.isArray(content) && content.length > 0) return true;
  return (Array.isArray(content) || content === null) && typeof reason === "string";
}
