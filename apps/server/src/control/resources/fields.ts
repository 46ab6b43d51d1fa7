// Fields that several resources have in common, between the API's form and the store's.

import { formatUsd, GhostError, parseUsd } from "@ghostllm/contract";
import type { RateLimits } from "#domain/principal.ts";

export interface ApiLimits {
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly concurrent_requests: number | null;
}

type ApiLimitsInput = { readonly [Name in keyof ApiLimits]?: ApiLimits[Name] | undefined };

export const unlimited: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

export function toApiLimits(limits: RateLimits): ApiLimits {
  return {
    requests_per_minute: limits.requestsPerMinute,
    tokens_per_minute: limits.tokensPerMinute,
    concurrent_requests: limits.concurrentRequests,
  };
}

/** What is left out stays as in `present`. */
export function mergeLimits(present: RateLimits, given: ApiLimitsInput = {}): RateLimits {
  const choose = (value: number | null | undefined, before: number | null) => (value === undefined ? before : value);
  return {
    requestsPerMinute: choose(given.requests_per_minute, present.requestsPerMinute),
    tokensPerMinute: choose(given.tokens_per_minute, present.tokensPerMinute),
    concurrentRequests: choose(given.concurrent_requests, present.concurrentRequests),
  };
}

export function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function toTimeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toTime(epochMs);
}

export function toUsdOrNull(nanos: number | null): string | null {
  return nanos === null ? null : formatUsd(nanos);
}

export function toNanosOrNull(usd: string | null): number | null {
  return usd === null ? null : parseUsd(usd);
}

export function notFound(what: string, id: string): GhostError {
  return new GhostError("not_found", `There is no ${what} with the id ${id}`);
}

export function found<Row>(row: Row | undefined, what: string, id: string): Row {
  if (row === undefined) throw notFound(what, id);
  return row;
}

export function invalid(param: string, message: string): GhostError {
  return new GhostError("invalid_request_error", `${param}: ${message}`, { param });
}
