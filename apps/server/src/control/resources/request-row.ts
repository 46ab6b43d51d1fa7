// What a list of requests shows of each: a part of its record, with the names of whom it was for.

import { requestRow } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names } from "#control/store/name-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { toApiRecord } from "./usage-record.ts";

export type RequestRow = RouteAnswer<AdminRoutes["requests"]["list"]>["data"][number];

export function toRequestRow(record: UsageRecord, { users, keys }: Names): RequestRow {
  const key = keys.get(record.apiKeyId);
  const all: Readonly<Record<string, unknown>> = {
    ...toApiRecord(record),
    user_name: users.get(record.userId) ?? null,
    key_name: key?.name ?? null,
    key_public_id: key?.publicId ?? null,
    fell_back: fellBack(record),
  };
  // An export has many: what is sent to callers otherwise is held to its schema by the binding of the route.
  return Object.fromEntries(columns.map((column) => [column, all[column]])) as RequestRow;
}

const columns = Object.keys(requestRow.shape);

function fellBack({ trail }: UsageRecord): boolean {
  const [first] = trail ?? [];
  const last = trail?.at(-1);
  if (first === undefined || last === undefined || last.reason !== null) return false;
  return first.provider !== last.provider || first.model !== last.model;
}
