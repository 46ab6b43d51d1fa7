// What a request was held to when it was admitted, as the API tells it.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names } from "#control/store/name-store.ts";
import { readConsulted, tellLimit } from "#domain/consulted-limits.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

type ToldLimit = RouteAnswer<AdminRoutes["requests"]["get"]>["why"]["limits"][number];

type Owners = Pick<UsageRecord, "apiKeyId" | "userId" | "teamId" | "organisationId">;

export function toToldLimits(text: string, record: Owners, names: Names): ToldLimit[] {
  return readConsulted(text).map((one) => {
    const id = one.id ?? idOf(one.scope, record);
    const { scope } = one;
    return { scope, id, name: id === null ? null : nameOf(scope, id, names), ...tellLimit(one) };
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
