import { errorCatalogue } from "@ghostllm/contract";
import type { ErrorCode, GhostError } from "@ghostllm/contract";
import { classify } from "#dialects/vendor-error.ts";
import { writeJson } from "#dialects/extras.ts";
import { failedState, writeResponse } from "./response-object.ts";
import type { JsonObject } from "#wire/json.ts";

/** The vendor's codes of answers that failed: https://platform.openai.com/docs/api-reference/responses/object */
const codes: Readonly<Partial<Record<ErrorCode, string>>> = {
  rate_limit_exceeded: "rate_limit_exceeded",
  insufficient_quota: "insufficient_quota",
  context_length_exceeded: "context_length_exceeded",
  content_filter: "invalid_prompt",
};

/** What failed within the stream of another vendor, `word` being its own word for it, in this one's codes. */
export function codeOfFailure(message: string, word: string | undefined): string {
  return codes[classify({ message, words: word === undefined ? [] : [word] }, 200)] ?? "server_error";
}

/** Two events, as the vendor sends them: the official SDKs raise an error for the first, Codex for the second. */
export function encodeStreamError(error: GhostError): string {
  const { type } = errorCatalogue[error.code];
  const head = { id: "", createdSeconds: 0, model: "" };
  const state = failedState(error.message, codes[error.code] ?? "server_error");
  const response = writeResponse({ model: "" }, head, { state, output: [], usage: null });
  return (
    writeEvent(
      "error",
      0,
      errorFields({ message: error.message, type, code: error.code, param: error.param ?? null }),
    ) + writeEvent("response.failed", 1, { response })
  );
}

export interface ToldError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

/** The vendor sends an `error` within the event, and documents its fields without: clients look for either. */
export function errorFields(error: ToldError): JsonObject {
  const { message, code, param } = error;
  return { code, message, param, error };
}

function writeEvent(type: string, sequenceNumber: number, fields: JsonObject): string {
  return `event: ${type}\ndata: ${writeJson({ type, sequence_number: sequenceNumber, ...fields }, "provider_error")}\n\n`;
}
