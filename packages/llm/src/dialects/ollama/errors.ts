import type { GhostError } from "@ghostllm/contract";

/** The whole of an error is a text: https://docs.ollama.com/api/errors */
export function encodeError(error: GhostError): string {
  return JSON.stringify({ error: error.message });
}

/** The official SDKs raise an error for a line with an `error` member. The stream ends behind it. */
export function encodeStreamError(error: GhostError): string {
  return `${encodeError(error)}\n`;
}
