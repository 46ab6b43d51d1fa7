// What the log of requests has for windows of hours and days: of those scopes alone that have such limits, in parts of time that are
// as short as what windows tell apart.

import { sql, type Kysely, type RawBuilder } from "kysely";
import { scopeKinds } from "#domain/access/scope.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import { windowsOf } from "#link/counted-scopes.ts";
import { sharedParts } from "#link/window-rules.ts";
import type { CountedBefore, WindowScope } from "#link/opening.ts";
import { parseRateLimits } from "./columns.ts";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";
import type { Tables } from "./tables.ts";

interface Place {
  readonly table: string;
  /** Of the log: whose a request is. */
  readonly owner: RawBuilder<string>;
}

const places: Readonly<Record<ScopeKind, Place>> = {
  user: { table: "users", owner: sql`user_id` },
  key: { table: "api_keys", owner: sql`api_key_id` },
  team: { table: "teams", owner: sql`team_id` },
  organisation: { table: "organisations", owner: sql`organisation_id` },
  alias: {
    table: "aliases",
    // Everybody's comes first, as at the gateway.
    owner: sql`(select own.id from aliases own where own.name = coalesce(usage_logs.downgraded_to, usage_logs.requested_model)
      and (own.team_id is null or own.team_id = usage_logs.team_id) order by own.team_id is not null limit 1)`,
  },
  // The one that answered: what others were asked before in vain is forgotten.
  provider: { table: "providers", owner: sql`provider_id` },
};
const idsAtOnce = 500;

export function windowsIn({ kysely }: Database): Store["windows"] {
  return {
    async scopes() {
      const found: WindowScope[] = [];
      for (const kind of scopeKinds) {
        const query = sql<{ readonly id: string; readonly rate_limit: string }>`select id, rate_limit
          from ${sql.table(places[kind].table)} where rate_limit like '%PerHour":%' or rate_limit like '%PerDay":%'`;
        for (const { id, rate_limit } of (await query.execute(kysely)).rows) {
          for (const one of windowsOf({ kind, id, limits: parseRateLimits(rate_limit) })) {
            if (one.windowMs !== undefined) found.push({ ...one, windowMs: one.windowMs });
          }
        }
      }
      return found;
    },
    async counted(scopes, now) {
      const counted: CountedBefore[] = [];
      const groups = Map.groupBy(scopes, ({ kind, windowMs }) => `${kind} ${windowMs}`);
      for (const group of groups.values()) {
        for (let at = 0; at < group.length; at += idsAtOnce)
          counted.push(...(await countedOf(kysely, group.slice(at, at + idsAtOnce), now)));
      }
      return counted;
    },
  };
}

interface Sum {
  readonly id: string;
  readonly part: number;
  readonly requests: number;
  readonly tokens: number;
  readonly nanos: number;
}

/** All of one kind and one window. What is of one part of it is counted from that part's end on: it leaves later, never earlier. */
async function countedOf(kysely: Kysely<Tables>, scopes: readonly WindowScope[], now: number) {
  const [first] = scopes;
  if (first === undefined) return [];
  const { kind, windowMs } = first;
  const { owner } = places[kind];
  const partMs = sql.lit(windowMs / sharedParts);
  const byId = new Map(scopes.map((scope) => [scope.id, scope]));
  // A key's requests are its user's, whose there is an index of.
  const owned =
    kind !== "key"
      ? sql`1 = 1`
      : sql`user_id in (select user_id from api_keys where id in (${sql.join([...byId.keys()])}))`;
  const { rows } = await sql<Sum>`select ${owner} as id, created_at - created_at % ${partMs} as part,
      cast(count(*) as bigint) as requests, cast(sum(total_tokens + unanswered_tokens) as bigint) as tokens,
      cast(sum(coalesce(charged, cost, 0)) as bigint) as nanos
    from usage_logs where created_at > ${now - windowMs} and ${owner} in (${sql.join([...byId.keys()])}) and ${owned}
    group by 1, 2 order by 2`.execute(kysely);
  return rows.flatMap(({ id, part, requests, tokens, nanos }): readonly CountedBefore[] => {
    const scope = byId.get(id);
    if (scope === undefined) return [];
    const agoMs = Math.max(0, now - (part + windowMs / sharedParts));
    return [{ scope, agoMs, requests, tokens, costNanos: nanos }];
  });
}
