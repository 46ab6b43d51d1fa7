// A usage record as the API tells it.

import { formatUsd, listedUsageFields, usageApiName, usageFields } from "@ghostllm/contract";
import type { AttemptMade, ListedUsageField, UsageFieldKind } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toTime } from "./fields.ts";

export type ApiUsageRecord = RouteAnswer<AdminRoutes["usage"]["list"]>["data"][number];

const apiFields = listedUsageFields.map((name) => ({ name, shown: usageApiName(name), kind: usageFields[name].kind }));

export function toApiRecord(record: UsageRecord): ApiUsageRecord {
  const shown = apiFields.map(({ name, shown: as, kind }) => [as, toApi(kind, record[name])] as const);
  return Object.fromEntries(shown) as unknown as ApiUsageRecord;
}

export function toApi(kind: UsageFieldKind, value: UsageRecord[ListedUsageField]) {
  if (typeof value === "object" && value !== null)
    return value.map((one) => ("startedMs" in one ? toApiAttempt(one) : one));
  if (typeof value !== "number") return value;
  if (kind === "moment") return toTime(value);
  return kind === "money" ? formatUsd(value) : value;
}

function toApiAttempt({ providerId, startedMs, restMs, ...attempt }: AttemptMade) {
  return { provider_id: providerId, ...attempt, started_ms: startedMs, rest_ms: restMs };
}
