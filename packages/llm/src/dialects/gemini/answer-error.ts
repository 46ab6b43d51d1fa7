import type { VendorError } from "#dialects/errors/vendor-error.ts";
import { statusTold } from "#dialects/errors/read-error.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";

/**
 * `{"error":{"code":400,"message":"...","status":"INVALID_ARGUMENT","details":[...]}}`, also within the array of a stream,
 * or with all of that once more as the text of `message`. https://cloud.google.com/apis/design/errors#error_model
 */
export function readError(body: string): VendorError {
  return readErrorValue(parseJson(body));
}

export function readErrorValue(value: unknown): VendorError {
  const error = memberOf(Array.isArray(value) ? value[0] : value, "error");
  const message = [memberOf(error, "message"), error, memberOf(value, "message")].find(isTold) ?? null;
  const inner: unknown = message !== null && message.startsWith("{") ? parseJson(message) : undefined;
  if (isObject(memberOf(inner, "error"))) return readError(message ?? "");
  const details = memberOf(error, "details");
  const list: readonly unknown[] = Array.isArray(details) ? details : [];
  const words = [memberOf(error, "status"), ...list.map((detail) => memberOf(detail, "reason"))];
  return { message, words: words.filter(isTold), ...statusTold([memberOf(error, "code")]), ...readRetry(list) };
}

/** `google.rpc.RetryInfo` has `"34.4s"`; no header tells it. For a quota of the day that is not true. */
function readRetry(details: readonly unknown[]): Pick<VendorError, "retryAfterSeconds"> {
  if (details.some(isOfDay)) return {};
  const delays = details.map((detail) => memberOf(detail, "retryDelay"));
  const delay = delays.find((value) => typeof value === "string" && /^\d+(?:\.\d+)?s$/.test(value));
  return delay === undefined ? {} : { retryAfterSeconds: Number.parseFloat(String(delay)) };
}

/** https://ai.google.dev/gemini-api/docs/rate-limits */
function isOfDay(detail: unknown): boolean {
  const violations = memberOf(detail, "violations");
  const list: readonly unknown[] = Array.isArray(violations) ? violations : [];
  return list.some((violation) => String(memberOf(violation, "quotaId")).includes("PerDay"));
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
