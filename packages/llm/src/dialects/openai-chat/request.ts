import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/dialect.ts";
import type { Operation } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { checkFields, countAnswers } from "./fields.ts";
import { estimatePromptTokens } from "./prompt-size.ts";

/** Reads the fields that the gateway acts on. The vendor is the judge of all others, so they are not looked at. */
export function parseRequest(operation: Operation, text: string): ParsedRequest {
  const body = parseBody(text);
  checkFields(operation, body);
  return {
    operation,
    text,
    model: String(body["model"]),
    stream: operation !== "embeddings" && body["stream"] === true,
    wantsStreamUsage: memberOf(body["stream_options"], "include_usage") === true,
    promptTokensEstimate: estimatePromptTokens(text, body),
    maxOutputTokens: readMaxOutputTokens(operation, body),
    answers: countAnswers(operation, body),
  };
}

function parseBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unreadable";
    throw new GhostError("invalid_request_error", `The request body is not valid JSON: ${reason}`);
  }
  if (!isObject(body)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  return body;
}

function readMaxOutputTokens(operation: Operation, body: JsonObject): number | null {
  if (operation === "embeddings") return 0;
  const max = body["max_completion_tokens"] ?? body["max_tokens"];
  return typeof max === "number" ? max : null;
}
