import { creationOf, type CoarserRollup } from "./coarser-rollup.ts";
import type { Migration } from "./migration.ts";

const modelKeys = ["provider_id", "provider", "model_id", "model", "requested_model", "status"];
const ofModel = ["provider_id", "provider", "model", "requested_model", "status"];
const facts = ["team_id", "organisation_id"];

const rollups: readonly CoarserRollup[] = [
  { table: "usage_days", time: "day", keys: ["user_id", "api_key_id", ...modelKeys], facts },
  { table: "usage_days_models", time: "day", keys: modelKeys, facts: [] },
  { table: "usage_days_owners", time: "day", keys: ["organisation_id", "team_id", "status"], facts: [] },
  { table: "usage_days_organisations", time: "day", keys: ["organisation_id", ...ofModel], facts: [] },
  { table: "usage_days_teams", time: "day", keys: ["team_id", "organisation_id", ...ofModel], facts: [] },
  { table: "usage_days_users", time: "day", keys: ["user_id"], facts: [] },
  { table: "usage_days_keys", time: "day", keys: ["user_id", "api_key_id"], facts },
];

const measures = { cost: "cost", requests: "requests", tokens: "(prompt_tokens + completion_tokens)" };

/** Of keys and users each day has lists of those with the most. */
const ranked = (table: string, column: string): readonly string[] =>
  Object.entries(measures).map(
    ([name, measure]) => `create index ${table}_by_${name} on ${table} (day, ${measure}, ${column})`,
  );

const indexes = [
  "create index usage_hourly_by_key on usage_hourly (api_key_id, hour)",
  "create index usage_days_by_key on usage_days (api_key_id, day)",
  "create index usage_days_by_user on usage_days (user_id, day)",
  "create index usage_days_teams_by_team on usage_days_teams (team_id, day)",
  "create index usage_days_users_by_user on usage_days_users (user_id, day)",
  "create index usage_days_keys_by_user on usage_days_keys (user_id, day)",
  "create index usage_days_keys_by_key on usage_days_keys (api_key_id, day)",
  ...ranked("usage_days_users", "user_id"),
  ...ranked("usage_days_keys", "api_key_id"),
];

const gone = ["usage_daily_teams", "usage_daily_organisations", "usage_daily_keys"].map((name) => `drop table ${name}`);

/**
 * Rollups of days, of hours that are over: hours are added to them in the background, those of the past as well. `up_to` is the first
 * hour that is not in them. In their place those are gone that were written with each request.
 */
export const rollupsOfDays: Migration = {
  number: 39,
  name: "rollups of days",
  statements: [
    ...gone,
    "create table usage_days_progress (id integer not null primary key check (id = 1), up_to bigint not null)",
    "insert into usage_days_progress (id, up_to) values (1, 0)",
  ],
  postgres: [...rollups.map((one) => creationOf(one, "")), ...indexes],
  sqlite: [...rollups.map((one) => creationOf(one, "without rowid")), ...indexes],
};
