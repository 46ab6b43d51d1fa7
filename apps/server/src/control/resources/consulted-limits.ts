// What a request was held to when it was admitted, as the API tells it.

import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names } from "#control/store/name-store.ts";
import { readConsulted } from "#domain/consulted-limits.ts";
import type { ConsultedLimit } from "#domain/consulted-limits.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

export type ToldLimit = RouteAnswer<AdminRoutes["requests"]["get"]>["why"]["limits"][number];

type Owners = Pick<UsageRecord, "apiKeyId" | "userId" | "teamId" | "organisationId">;

export function toToldLimits(text: string, record: Owners, names: Names): ToldLimit[] {
  return readConsulted(text).map((one) => {
    const id = one.id ?? idOf(one.scope, record);
    const { scope, kind, limit, left } = one;
    const isMoney = kind === "budget" || kind === "cost";
    return {
      ...{ scope, id, name: id === null ? null : nameOf(scope, id, names), what: kind, period: periodOf(one) },
      ...{ limit: isMoney ? null : limit, left: isMoney ? null : left },
      ...{ limit_usd: isMoney ? formatUsd(limit) : null, left_usd: isMoney ? formatUsd(left) : null },
    };
  });
}

function idOf(scope: string, { apiKeyId, userId, teamId, organisationId }: Owners): string | null {
  const ids = new Map([
    ["key", apiKeyId],
    ["user", userId],
    ["team", teamId],
    ["organisation", organisationId],
  ]);
  return ids.get(scope) ?? null;
}

function nameOf(scope: string, id: string, { users, keys, teams, organisations, aliases }: Names): string | null {
  if (scope === "key") return keys.get(id)?.name ?? null;
  const known = new Map(Object.entries({ user: users, team: teams, organisation: organisations, alias: aliases }));
  return known.get(scope)?.get(id) ?? null;
}

/** A period of a budget has the budget's id behind a slash. */
function periodOf({ kind, period }: ConsultedLimit): string | null {
  if (period !== null) return period.split("/")[0] ?? null;
  return kind === "budget" || kind === "concurrency" ? null : "minute";
}
