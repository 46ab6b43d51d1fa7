// Sums of usage as the API tells them.

import { summedUsageFields, usageApiName, usageFields } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UsageSums } from "#control/store/usage-store.ts";
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

const sumNames = ["requests", "errors", "unpricedRequests", "failedAttempts", ...summedUsageFields] as const;

export function addSums(sums: readonly UsageSums[]): UsageSums {
  const total = (name: keyof UsageSums): number => sums.reduce((sum, one) => sum + one[name], 0);
  return Object.fromEntries(sumNames.map((name) => [name, total(name)])) as Record<keyof UsageSums, number>;
}
