import type { GhostError } from "@ghostllm/contract";
import type { VendorError } from "#dialects/errors/vendor-error.ts";
import { memberOf, parseJson } from "#wire/json.ts";

/** The whole of an error is a text: https://docs.ollama.com/api/errors */
export function encodeError(error: GhostError): string {
  return JSON.stringify({ error: error.message });
}

/** The official SDKs raise an error for a line with an `error` member. The stream ends behind it. */
export function encodeStreamError(error: GhostError): string {
  return `${encodeError(error)}\n`;
}

/** `{"error":"text"}`, or the message of something that stands before the server. */
export function readError(body: string): VendorError {
  const value = parseJson(body);
  const error = memberOf(value, "error");
  const messages = [error, memberOf(error, "message"), memberOf(value, "message")];
  return { message: messages.find(isTold) ?? null, words: [] };
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
