// Answers of status 200 that are none: those that say that they failed, and those without what was asked for.

import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { failureFrom, failureOfLacking, isErrorTold } from "#dialects/errors/read-error.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Null for an answer. What a vendor keeps is shown as it is, also where it is an answer that failed. */
export function failureOf(answer: JsonObject, { operation }: Pick<ParsedRequest, "operation">): VendorError | null {
  if (operation === "responses") return null;
  const { status, output } = answer;
  if (isErrorTold(answer["error"]) || status === "failed" || answer["object"] === "error") {
    return failureFrom(answer, "The vendor's answer failed.");
  }
  if (operation === "count_tokens" || operation === "responses.compact") return null;
  if (!Array.isArray(output)) return failureOfLacking(answer, "output");
  const isEmpty = output.length === 0;
  const reason = memberOf(answer["incomplete_details"], "reason");
  const isLost = status === "cancelled" || (status === "incomplete" && typeof reason !== "string");
  return isEmpty && isLost ? failureFrom(answer, `The vendor's answer is ${status}, and it does not say why.`) : null;
}
