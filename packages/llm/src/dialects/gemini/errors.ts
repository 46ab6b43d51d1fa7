import { errorCatalogue } from "@ghostllm/contract";
import type { GhostError } from "@ghostllm/contract";
import { classify } from "#dialects/errors/vendor-error.ts";

/** The vendor's words by the status: https://cloud.google.com/apis/design/errors#handling_errors */
const words: Readonly<Partial<Record<number, string>>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "RESOURCE_EXHAUSTED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "INVALID_ARGUMENT",
  408: "DEADLINE_EXCEEDED",
  409: "ABORTED",
  410: "NOT_FOUND",
  413: "INVALID_ARGUMENT",
  415: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  451: "PERMISSION_DENIED",
  500: "INTERNAL",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
  529: "UNAVAILABLE",
};

/** `details` has our own code, and when to come back, where the vendor's clients look for it. */
export function encodeError({ code, status, message, retryAfterSeconds, param }: GhostError): string {
  return writeError(status, message, [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: code.toUpperCase(), domain: "ghostllm" },
    ...(param === undefined ? [] : [violationOf(param, message)]),
    ...(retryAfterSeconds === undefined ? [] : [retryIn(retryAfterSeconds)]),
  ]);
}

function violationOf(field: string, description: string): object {
  return { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field, description }] };
}

function retryIn(seconds: number): object {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` };
}

/** As the vendor ends a stream that cannot go on. */
export function encodeStreamError(error: GhostError): string {
  return writeFrame(encodeError(error));
}

/** Google's streams have the line ends of HTTP. */
export function writeFrame(json: string): string {
  return `data: ${json}\r\n\r\n`;
}

/** A vendor's failure within a stream, `word` being its own for it. */
export function encodeVendorError(message: string, word: string | undefined): string {
  const code = classify({ message, words: word === undefined ? [] : [word] }, 200);
  return writeError(errorCatalogue[code].status, message, []);
}

/** The vendor's clients read the status from here, too. */
function writeError(status: number, message: string, details: readonly object[]): string {
  const error = { code: status, message, status: words[status] ?? (status < 500 ? "INVALID_ARGUMENT" : "INTERNAL") };
  return JSON.stringify({ error: details.length === 0 ? error : { ...error, details } });
}
