import type { VendorError } from "#dialects/errors/vendor-error.ts";
import { memberOf } from "#wire/json.ts";
import { readErrorValue } from "./errors.ts";
import { isFailedFinish } from "./finish.ts";

/** Of an answer of status 200; null for one that is an answer. */
export function failureOf(answer: unknown): VendorError | null {
  const reason = memberOf(answer, "stopReason");
  if (isFailedFinish(reason)) return failedWith(String(reason));
  if (Array.isArray(contentOf(answer))) return null;
  const error = readErrorValue(answer);
  return { ...error, message: error.message ?? "The vendor's answer has no content." };
}

export function failedWith(reason: string): VendorError & { readonly message: string } {
  return { message: `The model's answer ended with ${reason}.`, words: [reason] };
}

export function contentOf(answer: unknown): unknown {
  return memberOf(memberOf(memberOf(answer, "output"), "message"), "content");
}
