import { GhostError } from "@ghostllm/contract";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** A request body as an object. Throws GhostError `invalid_request_error` that quotes nothing of it. */
export function parseBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new GhostError("invalid_request_error", `The request body is not valid JSON: ${describeFault(error)}.`);
  }
  if (!isObject(body)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  return body;
}

/** The kind of fault and its place, without the excerpt of the body that the parser quotes. */
function describeFault(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const kind = /^(Unexpected token|[^"'`]*?(?= in JSON|$))/.exec(message)?.[0] || "unreadable";
  const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  return place === undefined || kind.includes(place) ? kind : `${kind} ${place}`;
}
