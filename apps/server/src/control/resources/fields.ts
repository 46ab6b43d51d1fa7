// Fields that several resources have in common, between the API's form and the store's.

import { formatUsd, GhostError, parseUsd } from "@ghostllm/contract";
import { noLimits } from "#domain/principal.ts";
import type { RateLimits } from "#domain/principal.ts";
import { costLimits, countedLimits } from "#domain/told-limits.ts";
import type { ToldLimits } from "#domain/told-limits.ts";

type ApiLimitsInput = { readonly [Name in keyof ToldLimits]?: ToldLimits[Name] | undefined };

export const unlimited = noLimits;

/** What is left out stays as in `present`. */
export function mergeLimits(present: RateLimits, given: ApiLimitsInput = {}): RateLimits {
  const merged: { -readonly [Name in keyof RateLimits]: RateLimits[Name] } = { ...present };
  for (const [name, field] of countedLimits) if (given[name] !== undefined) merged[field] = given[name];
  for (const [name, field] of costLimits) if (given[name] !== undefined) merged[field] = toNanosOrNull(given[name]);
  return merged;
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
