// Limits as the outside names them: one list for the admin API, for what a key is told of itself and for events.

import { formatUsd } from "@ghostllm/contract";
import type { RateLimits } from "./principal.ts";

/** Counts, by their names outside and here. */
export const countedLimits = [
  ["requests_per_minute", "requestsPerMinute"],
  ["requests_per_hour", "requestsPerHour"],
  ["requests_per_day", "requestsPerDay"],
  ["tokens_per_minute", "tokensPerMinute"],
  ["tokens_per_hour", "tokensPerHour"],
  ["tokens_per_day", "tokensPerDay"],
  ["concurrent_requests", "concurrentRequests"],
] as const;

/** Amounts of money. */
export const costLimits = [
  ["cost_usd_per_minute", "costNanosPerMinute"],
  ["cost_usd_per_hour", "costNanosPerHour"],
  ["cost_usd_per_day", "costNanosPerDay"],
] as const;

type ToldCounts = { readonly [Name in (typeof countedLimits)[number][0]]: number | null };
type ToldCosts = { readonly [Name in (typeof costLimits)[number][0]]: string | null };
export type ToldLimits = ToldCounts & ToldCosts;

export function toToldLimits(limits: RateLimits): ToldLimits {
  const usdOrNull = (nanos: number | null): string | null => (nanos === null ? null : formatUsd(nanos));
  const told = [
    ...countedLimits.map(([name, field]) => [name, limits[field] ?? null] as const),
    ...costLimits.map(([name, field]) => [name, usdOrNull(limits[field] ?? null)] as const),
  ];
  // Both lists together have every name.
  return Object.fromEntries(told) as ToldLimits;
}
