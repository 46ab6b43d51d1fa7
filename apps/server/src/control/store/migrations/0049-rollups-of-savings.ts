import type { Migration } from "./migration.ts";

const ofHours = ["usage_hourly", "usage_hourly_models", "usage_hourly_teams"];
const ofDays = ["models", "owners", "tenants", "organisations", "teams", "users", "keys"].map(
  (name) => `usage_days_${name}`,
);

/** The rollups know what kept answers have saved: of requests from now on, and of those before the log alone. */
export const rollupsOfSavings: Migration = {
  number: 49,
  name: "rollups of savings",
  statements: [...ofHours, "usage_days", ...ofDays].map(
    (table) => `alter table ${table} add column saved bigint not null default 0`,
  ),
};
