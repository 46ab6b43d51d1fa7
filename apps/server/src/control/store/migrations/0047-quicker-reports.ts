import { creationOf, sketches, sums } from "./coarser-rollup.ts";
import type { Migration } from "./migration.ts";

const table = "usage_days_tenants";
const keys = ["organisation_id", "status"];
const columns = ["day", ...keys, ...sums, ...sketches].join(", ");
const told = [...sums.map((sum) => `sum(${sum})`), ...sketches.map((sketch) => `string_agg(${sketch}, '')`)].join(", ");

const statements = [
  `insert into ${table} (${columns}) select day, organisation_id, status, ${told} from usage_days_owners group by day, organisation_id, status`,
  "create index usage_days_by_team on usage_days (team_id, day)",
  "create index usage_days_keys_by_team on usage_days_keys (team_id, day)",
  "create index api_keys_active_by_team on api_keys (team_id) where is_active = 1 and team_id is not null",
  "drop index usage_logs_dear",
  "create index usage_logs_dear on usage_logs (cost) where cost >= 20000000",
  "create index usage_logs_early on usage_logs (ttft_ms) where ttft_ms < 100",
];

/** Of long keys PostgreSQL does not see that they are in the order of the table, and reads all of it for a week or a month. */
const byTime = [
  ...["usage_days", "usage_days_teams", "usage_days_keys", "usage_days_users", "usage_days_owners"].map(byDay),
  byDay("usage_days_organisations"),
  ...["usage_hourly", "usage_hourly_teams"].map(
    (name) => `create index ${name}_by_hour on ${name} using brin (hour) with (pages_per_range = 32)`,
  ),
];

function byDay(name: string): string {
  return `create index ${name}_by_day on ${name} using brin (day) with (pages_per_range = 32)`;
}

/** Days of organisations by themselves, what a team has of a day, and requests that stand out. */
export const quickerReports: Migration = {
  number: 47,
  name: "quicker reports",
  statements: [],
  postgres: [creationOf({ table, time: "day", keys, facts: [] }, ""), ...statements, ...byTime],
  sqlite: [creationOf({ table, time: "day", keys, facts: [] }, "without rowid"), ...statements],
};
