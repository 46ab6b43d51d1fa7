import { errorCatalogue } from "@ghostllm/contract";
import type { ErrorCode, ErrorType, GhostError } from "@ghostllm/contract";
import { classify } from "#dialects/errors/vendor-error.ts";

/** The vendor's types of errors: https://docs.anthropic.com/en/api/errors */
const types: Readonly<Record<ErrorType, string>> = {
  authentication_error: "authentication_error",
  permission_error: "permission_error",
  invalid_request_error: "invalid_request_error",
  not_found_error: "not_found_error",
  conflict_error: "invalid_request_error",
  rate_limit_error: "rate_limit_error",
  insufficient_quota: "rate_limit_error",
  api_error: "api_error",
  timeout_error: "api_error",
};

/** Where the vendor has a type that says more than ours. */
const typesOfCodes: Readonly<Partial<Record<ErrorCode, string>>> = {
  request_too_large: "request_too_large",
  provider_overloaded: "overloaded_error",
  timeout_error: "timeout_error",
  request_timeout: "timeout_error",
  service_unavailable: "overloaded_error",
};

export function encodeError({ code, status, message }: GhostError): string {
  return writeError(status === paymentRequired ? "billing_error" : typeOf(code), message);
}

const paymentRequired = 402;

function typeOf(code: ErrorCode): string {
  return typesOfCodes[code] ?? types[errorCatalogue[code].type];
}

/** The official SDKs raise an error for the event of this name. The stream ends behind it, without `message_stop`. */
export function encodeStreamError(error: GhostError): string {
  return `event: error\ndata: ${encodeError(error)}\n\n`;
}

const knownTypes: ReadonlySet<string> = new Set([...Object.values(types), ...Object.values(typesOfCodes)]);

/** A vendor's failure within a stream, `word` being its own for it. */
export function encodeVendorError(message: string, word = ""): string {
  const type = knownTypes.has(word) ? word : typeOf(classify({ message, words: word === "" ? [] : [word] }, 200));
  return `event: error\ndata: ${writeError(type, message)}\n\n`;
}

function writeError(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}
