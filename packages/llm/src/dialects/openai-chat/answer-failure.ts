// Answers of status 200 that are none: errors of vendors that tell no status, and answers without what was asked for.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { failureFrom, failureOfLacking, isErrorTold, readErrorValue } from "#dialects/errors/read-error.ts";
import type { Operation } from "#operations.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { isFailedFinish } from "./finish.ts";

/** What vendors keep is shown as it is. */
const shownAsTheyAre: ReadonlySet<Operation> = new Set(["files", "batches"]);

/** The members in which results are. An answer of another operation may be of any form. */
const results: Readonly<Partial<Record<Operation, string>>> = {
  "chat.completions": "choices",
  completions: "choices",
  embeddings: "data",
};

/** Null for an answer. */
export function failureOf(answer: JsonObject, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  if (shownAsTheyAre.has(operation)) return null;
  if (isErrorTold(answer["error"]) || answer["object"] === "error") return failureFrom(answer, "The vendor failed.");
  const member = results[operation];
  if (member === undefined) return failureOfUnknown(answer);
  const result = answer[member];
  // Of an empty list nothing is embedded.
  const isThere = Array.isArray(result) && (result.length > 0 || member === "data");
  if (!isThere) return failureOfLacking(answer, member);
  return member === "choices" ? failureOfChoices(result) : null;
}

/** What other operations answer is not known: only what says nothing but that it failed is a failure. */
function failureOfUnknown(answer: JsonObject): VendorError | null {
  const isAnswered = ["data", "results", "text", "segments", "id", "usage"].some(
    (member) => (answer[member] ?? null) !== null,
  );
  const error = readErrorValue(answer);
  return isAnswered || error.message === null ? null : error;
}

/** One that broke off may hold half an answer; whoever takes it for a whole one is misled. */
function failureOfChoices(choices: readonly unknown[]): VendorError | null {
  const hasFailed = choices.every((choice) => isFailedFinish(memberOf(choice, "finish_reason")));
  return hasFailed ? failureOfChoice(choices[0]) : null;
}

/** Of a chunk of a stream; null for one of an answer. */
export function failureOfChunk(chunk: unknown): VendorError | null {
  if (!isObject(chunk)) return null;
  const isTold = Boolean(chunk["error"]) || chunk["object"] === "error";
  if (isTold) return failureFrom(chunk, "error within the stream");
  const { choices, base_resp: result } = chunk;
  if (Array.isArray(choices) && choices.length > 0) return null;
  const isToldByResult = Boolean(memberOf(result, "status_code"));
  const isBare = result === undefined && choices === undefined && typeof chunk["detail"] === "string";
  return isToldByResult || isBare ? failureFrom(chunk, "error within the stream") : null;
}

/** OpenRouter tells within the choice what happened. */
export function failureOfChoice(choice: unknown): VendorError {
  const reason = String(memberOf(choice, "finish_reason"));
  const error = failureFrom(choice, `The model's answer ended with '${reason}'.`);
  return { ...error, words: [...error.words, reason] };
}
