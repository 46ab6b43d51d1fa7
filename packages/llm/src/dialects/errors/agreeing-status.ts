// Statuses of HTTP that say the same as a code of the catalogue, so that a client is not told two things.

import { errorCatalogue } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";

/** Beside the catalogue's own. */
const others: Readonly<Partial<Record<ErrorCode, (status: number) => boolean>>> = {
  invalid_request_error: (status) => status < 500 && !hasMeaning.has(status),
  context_length_exceeded: (status) => status === 413 || status === 422,
  content_filter: (status) => status === 403 || status === 422 || status === 451,
  model_not_found: (status) => status === 410,
  insufficient_quota: (status) => status === 402,
  provider_error: (status) => status >= 500 && !hasMeaning.has(status),
  provider_overloaded: (status) => status === 529,
  timeout_error: (status) => status === 408,
};

/** They say something themselves. */
const hasMeaning: ReadonlySet<number> = new Set([
  401, 402, 403, 404, 407, 408, 410, 413, 429, 451, 498, 501, 503, 504, 529,
]);

export function agreesWith(code: ErrorCode, status: number): boolean {
  return status === errorCatalogue[code].status || others[code]?.(status) === true;
}
