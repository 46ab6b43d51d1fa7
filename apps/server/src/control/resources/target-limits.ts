// Limits of models and of targets of aliases, as the admin API names them.

import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import type { TargetLimits } from "#domain/principal.ts";

type Told = RouteAnswer<AdminRoutes["models"]["get"]>["limits"];
type Given = NonNullable<RouteInput<AdminRoutes["models"]["update"]>["body"]>["limits"];

export function toApiTargetLimits(limits: TargetLimits | null): Told {
  if (limits === null) return null;
  const { requestsPerMinute, tokensPerMinute, concurrentRequests } = limits;
  return {
    ...{ requests_per_minute: requestsPerMinute, tokens_per_minute: tokensPerMinute },
    concurrent_requests: concurrentRequests,
  };
}

/** Null where it says nothing. */
export function toTargetLimits(given: Given): TargetLimits | null {
  const {
    requests_per_minute: requests = null,
    tokens_per_minute: tokens = null,
    concurrent_requests: most = null,
  } = given ?? {};
  if (requests === null && tokens === null && most === null) return null;
  return { requestsPerMinute: requests, tokensPerMinute: tokens, concurrentRequests: most };
}
