// Sums of usage as the API tells them.

import { summedUsageFields, usageApiName, usageFields } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { sumNames, type UsageSums } from "#control/store/usage-store.ts";
import { toApi } from "./usage-record.ts";

type ApiSums = RouteAnswer<AdminRoutes["usage"]["summary"]>["total"];

export function toApiSums(sums: UsageSums): ApiSums {
  return {
    requests: sums.requests,
    errors: sums.errors,
    unpriced_requests: sums.unpricedRequests,
    failed_attempts: sums.failedAttempts,
    ...Object.fromEntries(
      summedUsageFields.map((name) => [usageApiName(name), toApi(usageFields[name].kind, sums[name])]),
    ),
  } as ApiSums;
}

export function addSums(sums: readonly UsageSums[]): UsageSums {
  const total = emptySums();
  for (const one of sums) for (const name of sumNames) total[name] += one[name];
  return total;
}

/** What is left of the one without the other, which is a part of it. */
export function subtractSums(one: UsageSums, other: UsageSums): UsageSums {
  const left = emptySums();
  for (const name of sumNames) left[name] = Math.max(0, one[name] - other[name]);
  return left;
}

function emptySums(): Record<keyof UsageSums, number> {
  return Object.fromEntries(sumNames.map((name) => [name, 0])) as Record<keyof UsageSums, number>;
}
