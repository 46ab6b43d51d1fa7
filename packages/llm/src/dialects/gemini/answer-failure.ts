// Answers of status 200 that are none: errors, answers without a candidate, and those whose candidates say that they failed.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { failureOfLacking, isErrorTold } from "#dialects/errors/read-error.ts";
import type { Operation } from "#operations.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { readErrorValue } from "./answer-error.ts";
import { isFailedFinish } from "./finish.ts";
import type { ToldByCandidate } from "./finish.ts";

const results: Readonly<Partial<Record<Operation, string>>> = {
  embeddings: "embeddings",
  embed_content: "embedding",
  count_tokens: "totalTokens",
};

/** Null for an answer, or the array of answers that a stream is without events. */
export function failureOf(answer: unknown, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  const pieces: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  const failed = pieces.find((piece) => isErrorTold(memberOf(piece, "error")));
  if (failed !== undefined) return withMessage(readErrorValue(failed), "The vendor failed.");
  const needed = results[operation];
  if (needed !== undefined)
    return pieces.some((piece) => (memberOf(piece, needed) ?? null) !== null) ? null : lacking(answer, needed);
  if (pieces.some((piece) => blockReasonOf(piece) !== undefined)) return null;
  const candidates = pieces.flatMap((piece): unknown => memberOf(piece, "candidates") ?? []);
  return candidates.length === 0 ? lacking(answer, "candidates") : failureOfCandidates(candidates);
}

/** Why the vendor refused a prompt: https://ai.google.dev/api/generate-content#PromptFeedback */
export function blockReasonOf(answer: unknown): unknown {
  return memberOf(memberOf(answer, "promptFeedback"), "blockReason") || undefined;
}

/** Of an array, its first element tells. */
function lacking(answer: unknown, member: string): VendorError | null {
  const piece: unknown = Array.isArray(answer) ? answer[0] : answer;
  return failureOfLacking(piece, member);
}

function withMessage(error: VendorError, otherwise: string): VendorError {
  return { ...error, message: error.message ?? otherwise };
}

/** Pieces of the same candidate come one after the other, and the last one tells why it ended. */
export function failureOfCandidates(
  candidates: readonly unknown[],
  told: ToldByCandidate = toldBy(candidates),
): VendorError | null {
  const ended = candidates.findLast((candidate) => memberOf(candidate, "finishReason") !== undefined);
  return isFailedFinish(memberOf(ended, "finishReason"), told) ? failureOfCandidate(ended) : null;
}

export function toldBy(candidates: readonly unknown[]): ToldByCandidate {
  const parts = candidates.flatMap((candidate): unknown => memberOf(memberOf(candidate, "content"), "parts") ?? []);
  return { hasCalls: parts.some(isCall), hasText: parts.some(hasText) };
}

export function failureOfCandidate(candidate: unknown): VendorError {
  const reason = String(memberOf(candidate, "finishReason"));
  const message = memberOf(candidate, "finishMessage");
  const told = typeof message === "string" && message !== "" ? `: ${message}` : ".";
  return { message: `The model's answer ended with ${reason}${told}`, words: [reason] };
}

function isCall(part: unknown): boolean {
  return isObject(memberOf(part, "functionCall"));
}

/** Thoughts are none. */
function hasText(part: unknown): boolean {
  return isObject(part) && part["thought"] !== true && Object.keys(part).some((field) => saying.has(field));
}

const saying: ReadonlySet<string> = new Set([
  "inlineData",
  "fileData",
  "executableCode",
  "codeExecutionResult",
  "text",
]);
