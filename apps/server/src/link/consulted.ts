// What a decision has looked at: of every scope each limit and budget, and what was left of it before the request took its part. It is there
// to be told, and decides nothing. Called by the engines of counters. Invariant: where nothing is limited it costs nothing.

import type { Consulted, CountedScope } from "./counters.ts";
import { allowanceOf } from "./decision.ts";
import type { ScopeCounts, UsedOf } from "./decision.ts";

const nothing: Consulted = [];

/** `counts` are those of the scopes. */
export function consult(
  scopes: readonly CountedScope[],
  counts: readonly ScopeCounts[],
  now: number,
  usedOf: UsedOf,
): Consulted {
  let all: number[] | null = null;
  for (let place = 0; place < scopes.length; place += 1) {
    const [scope, count] = [scopes[place], counts[place]];
    if (scope === undefined || count === undefined) continue;
    const { requestsPerMinute, tokensPerMinute, concurrentRequests } = scope.limits;
    const cost = scope.limits.costNanosPerMinute ?? null;
    if (requestsPerMinute !== null)
      (all ??= []).push(place, 0, requestsPerMinute, requestsPerMinute - count.requests.used(now));
    if (tokensPerMinute !== null)
      (all ??= []).push(place, 1, tokensPerMinute, tokensPerMinute - count.tokens.used(now));
    if (cost !== null) (all ??= []).push(place, 2, cost, cost - count.costs.used(now));
    if (concurrentRequests !== null)
      (all ??= []).push(place, 3, concurrentRequests, concurrentRequests - count.running);
    if (scope.budgetNanos === null) continue;
    const allowance = allowanceOf(scope, usedOf) ?? scope.budgetNanos;
    (all ??= []).push(place, 4, scope.budgetNanos, allowance - count.spentNanos - count.reservedNanos);
  }
  return all ?? nothing;
}
