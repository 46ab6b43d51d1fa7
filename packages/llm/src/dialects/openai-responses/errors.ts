import { errorCatalogue } from "@ghostllm/contract";
import type { ErrorCode, GhostError } from "@ghostllm/contract";
import { classify } from "#dialects/errors/vendor-error.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import type { Failure } from "./failure.ts";
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

/** The code of an answer that failed. */
export function codeOf({ code }: GhostError): string {
  return codes[code] ?? "server_error";
}

export function encodeStreamError(error: GhostError): string {
  return writeFailurePair({ error, told: null, response: null, request: { model: "" }, next: 0 });
}

export interface FailurePair {
  readonly error: GhostError;
  /** The vendor's own words. */
  readonly told: Failure | null;
  /** The answer as it was told last; null where none was. */
  readonly response: JsonObject | null;
  readonly request: JsonObject;
  /** The number of the next event. */
  readonly next: number;
}

/**
 * Two events, as the vendor sends them: the official SDKs raise an error for the first, in which some look for an `error`,
 * and Codex for the second.
 */
export function writeFailurePair({ error, told, response, request, next }: FailurePair): string {
  const head = { id: "", createdSeconds: 0, model: "" };
  const code = told === null ? codeOf(error) : (told.code ?? codeOfFailure(told.message, undefined));
  const state = failedState(told?.message ?? error.message, code);
  const failed =
    response === null ? writeResponse(request, head, { state, output: [], usage: null }) : { ...response, ...state };
  return (
    writeEvent("error", next, errorFields(toldError(error, told))) +
    writeEvent("response.failed", next + 1, { response: failed })
  );
}

export function toldError(error: GhostError, told: Failure | null = null): ToldError {
  const { type } = errorCatalogue[error.code];
  return { message: told?.message ?? error.message, type, code: told?.code ?? error.code, param: error.param ?? null };
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
