import type { GhostError } from "@ghostllm/contract";
import { encodeError } from "#dialects/openai/openai-error.ts";

/**
 * An SDK raises an error for a chunk with an `error` member; langchain4j does so for an event of that name alone. The stream
 * ends behind it, without its end mark.
 */
export function encodeStreamError(error: GhostError): string {
  return writeErrorEvent(encodeError(error));
}

export function writeErrorEvent(json: string): string {
  return `event: error\ndata: ${json}\n\n`;
}
