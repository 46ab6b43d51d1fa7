import type { VendorError } from "#dialects/errors/vendor-error.ts";
import { readErrorType } from "#dialects/errors/vendor-error.ts";
import { memberOf, parseJson } from "#wire/json.ts";

/** `{"message":"..."}`, the type being told by a header; or by `__type`, and `Message` where a gateway of Amazon's answers. */
export function readError(body: string): VendorError {
  return readErrorValue(parseJson(body));
}

export function readErrorValue(value: unknown): VendorError {
  const messages = [memberOf(value, "message"), memberOf(value, "Message")];
  const words = [memberOf(value, "__type"), memberOf(value, "code")];
  return {
    message: messages.find((message) => typeof message === "string" && message !== "")?.toString() ?? null,
    words: words.map(readErrorType).filter((word) => word !== null),
  };
}
