// What a decision is told of its scopes: the keys and the arguments, as `load_limited` of scripts/beginning.ts reads them.

import type { Counted } from "#domain/access/scope.ts";
import type { CountedScope } from "#link/counters.ts";
import { hasWindow } from "#link/decision.ts";
import type { Argument } from "./commands.ts";

/** In the order of the keys: the scopes, and behind them the earlier periods of those that have some. */
export function allOf(scopes: readonly CountedScope[]): readonly Counted[] {
  return scopes.some(hasEarlier) ? [...scopes, ...scopes.flatMap((scope) => earlierOf(scope))] : scopes;
}

export function limitArguments(scopes: readonly CountedScope[]): readonly Argument[] {
  const rest: Argument[] = [scopes.length];
  for (const scope of scopes) {
    const { limits, budgetNanos, rollover } = scope;
    rest.push(limits.requestsPerMinute ?? "", limits.tokensPerMinute ?? "", limits.costNanosPerMinute ?? "");
    rest.push(limits.concurrentRequests ?? "", budgetNanos ?? "", hasWindow(scope) ? (scope.windowMs ?? "") : 0);
    rest.push(rollover?.budgetNanos ?? "", rollover?.mostNanos ?? "", earlierOf(scope).length);
  }
  return rest;
}

function hasEarlier(scope: CountedScope): boolean {
  return earlierOf(scope).length > 0;
}

/** Without a budget nobody asks for them. */
function earlierOf({ budgetNanos, earlier = [] }: CountedScope): readonly Counted[] {
  return budgetNanos === null ? [] : earlier;
}
