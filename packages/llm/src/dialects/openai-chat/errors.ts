import type { GhostError } from "@ghostllm/contract";
import { encodeError } from "#dialects/openai-error.ts";

/** An SDK raises an error for a chunk with an `error` member. The stream ends behind it, without its end mark. */
export function encodeStreamError(error: GhostError): string {
  return `data: ${encodeError(error)}\n\n`;
}
