// Who can have a budget, in one statement for all of them: their rows, what they have spent, and what of it lately.

import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Reach } from "#domain/access/may.ts";
import type { Scope, ScopeKind } from "#domain/access/scope.ts";
import type { RateLimits } from "#domain/principal.ts";
import type { BudgetHolder, BudgetStore, SpentInBucket } from "./budget-store.ts";
import { parseBudgets, parseRateLimits, parseScopeKind } from "./columns.ts";
import type { Database } from "./database.ts";
import { isWithin } from "./reach.ts";
import { mapInTurns } from "#control/map-in-turns.ts";
import { spentBy } from "./spend.ts";
import type { Tables } from "./tables.ts";
import type { SeriesFilter } from "./usage-store.ts";
import { hoursInDays } from "./usage/days.ts";
import { owners } from "./usage/requests.ts";
import { bucketOf, isFound, piecesOf } from "./usage/series-sources.ts";

interface Row extends Omit<BudgetHolder, "scope" | "limits" | "budgets" | "isActive" | "recent"> {
  readonly kind: string;
  readonly id: string;
  readonly rate_limit: string;
  readonly budgets: string;
  readonly is_active: number;
  readonly recent_nanos: number;
  readonly recent_first: number | null;
  readonly recent_last: number | null;
}

export function holdersIn({ read }: Database): BudgetStore["holders"] {
  return async ({ since, workingAt }, reach) => {
    const isActive = sql`users.is_active = 1`;
    const works = sql`${isActive} and api_keys.is_active = 1 and (api_keys.expires_at is null or api_keys.expires_at > ${workingAt})`;
    const all = sql`1 = 1`;
    const parts = [
      usersOf(reach, sql`${isActive} and users.kind <> 'team'`),
      keysOf(reach, works),
      teamsOf(reach, all),
      organisationsOf(reach, all),
      heldOf("alias", reach, since, all),
      heldOf("provider", reach, since, all),
    ];
    const query = sql<Row>`${recentOf(since, reach)} ${sql.join(parts, sql` union all `)}`;
    const { rows } = await read((kysely) => query.execute(kysely));
    const limits = limitsReader();
    return (await mapInTurns(rows, (row) => toHolder(row, limits))).filter(isHeld);
  };
}

export function holderFinderIn({ kysely }: Database): BudgetStore["find"] {
  return async (scope, since, reach) => {
    const holder = finders[scope.kind](reach, scope.id, since);
    const { rows } = await sql<Row>`${recentOfOne(since, scope)} ${holder}`.execute(kysely);
    const [row] = rows;
    return row && toHolder(row, limitsReader());
  };
}

const finders: Readonly<Record<ScopeKind, (reach: Reach, id: string, since: number) => RawBuilder<Row>>> = {
  user: (reach, id) => usersOf(reach, sql`users.id = ${id}`),
  key: (reach, id) => keysOf(reach, sql`api_keys.id = ${id}`),
  team: (reach, id) => teamsOf(reach, sql`teams.id = ${id}`),
  organisation: (reach, id) => organisationsOf(reach, sql`organisations.id = ${id}`),
  alias: (reach, id, since) => heldOf("alias", reach, since, sql`aliases.id = ${id}`),
  provider: (reach, id, since) => heldOf("provider", reach, since, sql`providers.id = ${id}`),
};

/** By all that can have a budget, so that the rollups are read once for them. */
function recentOf(since: number, reach: Reach): RawBuilder<unknown> {
  return sql`with recent as (select user_id, api_key_id, team_id, organisation_id, cast(sum(cost) as bigint) as nanos, min(hour) as first_hour,
    max(hour) as last_hour from usage_hourly where hour >= ${since} and cost > 0 and ${isWithin(reach, owners)}
    group by user_id, api_key_id, team_id, organisation_id)`;
}

/** The sums of teams have fewer rows, and know nobody in them. */
function recentOfOne(since: number, scope: Scope): RawBuilder<unknown> {
  if (scope.kind !== "team" && scope.kind !== "organisation") return recentOf(since, [scope]);
  return sql`with recent as (select cast(null as text) as user_id, cast(null as text) as api_key_id, team_id, organisation_id,
    cast(sum(cost) as bigint) as nanos, min(hour) as first_hour, max(hour) as last_hour
    from usage_hourly_teams where hour >= ${since} and cost > 0 and ${isWithin([scope], owners)} group by team_id, organisation_id)`;
}

function usersOf(reach: Reach, condition: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`select 'user' as kind, users.id as id, username as name, users.id as "userId", ${emailOf} as email,
    cast(null as text) as "publicId", rate_limit, budgets, budget_limit as "budgetNanos", ${spentBy("user")} as "spentNanos",
    created_at as "createdAt", cast(null as bigint) as "endsAt", users.is_active as is_active, ${recentColumns}
    from users left join (${recentBy("user_id")}) lately on lately.holder = users.id
    where ${condition} and ${isWithin(reach, { user: "users.id", team: "users.team_id" })}`;
}

function keysOf(reach: Reach, condition: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`select 'key' as kind, api_keys.id as id, api_keys.name as name, user_id as "userId", ${emailOf} as email,
    public_id as "publicId", api_keys.rate_limit as rate_limit, api_keys.budgets as budgets,
    api_keys.budget_limit as "budgetNanos", ${spentBy("key")} as "spentNanos", api_keys.created_at as "createdAt", expires_at as "endsAt",
    case when users.is_active = 1 then api_keys.is_active else 0 end as is_active, ${recentColumns}
    from api_keys join users on users.id = api_keys.user_id
    left join (${recentBy("api_key_id")}) lately on lately.holder = api_keys.id
    where ${condition} and ${isWithin(reach, keyOwners)}`;
}

/** Accounts that are no people have none. */
const emailOf = sql`case when users.kind = 'person' then email end`;

const keyOwners = { user: "api_keys.user_id", key: "api_keys.id", team: "api_keys.team_id" };

const ofNobody = sql`cast(null as text) as "userId", cast(null as text) as email, cast(null as text) as "publicId"`;
const neverEnds = sql`cast(null as bigint) as "endsAt", 1 as is_active`;

function teamsOf(reach: Reach, condition: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`select 'team' as kind, teams.id as id, name, ${ofNobody}, rate_limit, budgets, budget_limit as "budgetNanos",
    ${spentBy("team")} as "spentNanos", created_at as "createdAt", ${neverEnds}, ${recentColumns}
    from teams left join (${recentBy("team_id")}) lately on lately.holder = teams.id
    where ${condition} and ${isWithin(reach, { team: "teams.id", organisation: "organisation_id" })}`;
}

function organisationsOf(reach: Reach, condition: RawBuilder<unknown>): RawBuilder<Row> {
  return sql<Row>`select 'organisation' as kind, organisations.id as id, name, ${ofNobody}, rate_limit, budgets,
    budget_limit as "budgetNanos", ${spentBy("organisation")} as "spentNanos", created_at as "createdAt", ${neverEnds},
    ${recentColumns} from organisations
    left join (${recentBy("organisation_id")}) lately on lately.holder = organisations.id
    where ${condition} and ${isWithin(reach, { organisation: "organisations.id" })}`;
}

/** An alias of a team is asked for by keys of the team alone. */
const namedAlias = sql`aliases.name = requested_model and (aliases.team_id is null or aliases.team_id = usage_hourly.team_id)`;

const held = {
  alias: {
    table: "aliases",
    rows: sql`usage_hourly join aliases on ${namedAlias}`,
    holder: sql`aliases.id`,
    owners: { team: "aliases.team_id" },
  },
  provider: { table: "providers", rows: sql`usage_hourly`, holder: sql`provider_id`, owners: {} },
} as const;

/** What is no team's nobody sees who does not see all. What was spent lately is what requests cost that asked for it, or that it answered. */
function heldOf(kind: keyof typeof held, reach: Reach, since: number, condition: RawBuilder<unknown>): RawBuilder<Row> {
  const { table, rows, holder, owners: teams } = held[kind];
  const id = sql.ref(`${table}.id`);
  return sql<Row>`select ${sql.lit(kind)} as kind, ${id} as id, ${sql.ref(`${table}.name`)} as name, ${ofNobody}, rate_limit, budgets,
    cast(null as bigint) as "budgetNanos", ${spentBy(kind)} as "spentNanos", created_at as "createdAt", ${neverEnds}, ${recentColumns}
    from ${sql.table(table)} left join (select ${holder} as holder, cast(sum(cost) as bigint) as nanos, min(hour) as first_hour,
      max(hour) as last_hour from ${rows} where hour >= ${since} and cost > 0 group by ${holder}) lately
    on lately.holder = ${id} where ${condition} and ${isWithin(reach, teams)}`;
}

/** Of aliases and providers most have neither limits nor budgets, and are left out. */
function isHeld({ scope: { kind }, limits, budgets }: BudgetHolder): boolean {
  if (kind !== "alias" && kind !== "provider") return true;
  return budgets.length > 0 || Object.values(limits).some((limit) => limit !== null && limit !== undefined);
}

function recentBy(column: "user_id" | "api_key_id" | "team_id" | "organisation_id"): RawBuilder<unknown> {
  return sql`select ${sql.ref(column)} as holder, cast(sum(nanos) as bigint) as nanos, min(first_hour) as first_hour,
    max(last_hour) as last_hour from recent group by ${sql.ref(column)}`;
}

const recentColumns = sql`coalesce(lately.nanos, 0) as recent_nanos, lately.first_hour as recent_first,
  lately.last_hour as recent_last`;

/** Most have the same few limits. */
function limitsReader(): (text: string) => RateLimits {
  const known = new Map<string, RateLimits>();
  return (text) => {
    const limits = known.get(text) ?? parseRateLimits(text);
    known.set(text, limits);
    return limits;
  };
}

function toHolder(row: Row, readLimits: (text: string) => RateLimits): BudgetHolder {
  const { kind, id, rate_limit, budgets, is_active, recent_nanos, recent_first, recent_last, ...same } = row;
  return {
    ...same,
    scope: { kind: parseScopeKind(kind), id },
    limits: readLimits(rate_limit),
    budgets: parseBudgets(budgets),
    isActive: is_active === 1,
    recent: { nanos: recent_nanos, firstAt: recent_first, lastAt: recent_last },
  };
}

export function courseIn({ read }: Database): BudgetStore["course"] {
  return ({ holder: { scope }, from, to, bucketMs, offsetMs }, reach) =>
    read(async (kysely) => {
      const own = await filterOf(kysely, scope);
      if (own === null) return [];
      const filter = { ...own, from, to };
      const bucket = { ms: bucketMs, offsetMs };
      const wanted = { source: "rollups", filter, bucket, columns: [] } as const;
      const rows = piecesOf(wanted, reach, await hoursInDays(kysely)).map(
        (piece) => sql`select ${bucketOf(bucket, piece)} as at, cost from ${sql.table(piece.table)}
          where ${isFound(filter, piece, reach)} and cost > 0`,
      );
      const query = sql<SpentInBucket>`select at, cast(sum(cost) as bigint) as nanos
        from (${sql.join(rows, sql` union all `)}) as spent group by at order by at`;
      return (await query.execute(kysely)).rows;
    });
}

/** What is spent of it, as the rollups know it; null: it is gone. */
async function filterOf(
  kysely: Kysely<Tables>,
  { kind, id }: Scope,
): Promise<Omit<SeriesFilter, "from" | "to"> | null> {
  if (kind !== "alias") return { [filters[kind]]: id };
  const alias = await kysely.selectFrom("aliases").select(["name", "team_id"]).where("id", "=", id).executeTakeFirst();
  if (alias === undefined) return null;
  return { requestedModel: alias.name, ...(alias.team_id !== null && { teamId: alias.team_id }) };
}

const filters = {
  ...{ user: "userId", key: "apiKeyId", team: "teamId", organisation: "organisationId", provider: "providerId" },
} as const satisfies Readonly<Record<Exclude<Scope["kind"], "alias">, keyof SeriesFilter>>;
