import { errorCatalogue } from "@ghostllm/contract";
import type { ErrorCode, ErrorType, GhostError } from "@ghostllm/contract";

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
  no_healthy_provider: "overloaded_error",
  service_unavailable: "overloaded_error",
};

export function encodeError(error: GhostError): string {
  const type = typesOfCodes[error.code] ?? types[errorCatalogue[error.code].type];
  return writeError(type, error.message);
}

/** The official SDKs raise an error for the event of this name. The stream ends behind it, without `message_stop`. */
export function encodeStreamError(error: GhostError): string {
  return `event: error\ndata: ${encodeError(error)}\n\n`;
}

const knownTypes: ReadonlySet<string> = new Set([...Object.values(types), ...Object.values(typesOfCodes)]);

/** What other vendors call it. */
const typesOfWords: Readonly<Record<string, string>> = {
  rate_limit_exceeded: "rate_limit_error",
  insufficient_quota: "rate_limit_error",
  "429": "rate_limit_error",
  RESOURCE_EXHAUSTED: "rate_limit_error",
  server_is_overloaded: "overloaded_error",
  overloaded: "overloaded_error",
  "503": "overloaded_error",
  UNAVAILABLE: "overloaded_error",
  throttlingException: "rate_limit_error",
  serviceUnavailableException: "overloaded_error",
  validationException: "invalid_request_error",
};

/** A vendor's failure within a stream, `code` being its own word for it. */
export function encodeVendorError(message: string, code?: string): string {
  const word = code ?? "";
  const type = Object.hasOwn(typesOfWords, word) ? typesOfWords[word] : undefined;
  return `event: error\ndata: ${writeError(type ?? (knownTypes.has(word) ? word : "api_error"), message)}\n\n`;
}

function writeError(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}
