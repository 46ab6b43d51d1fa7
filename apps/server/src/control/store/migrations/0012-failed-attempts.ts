import type { Migration } from "./migration.ts";

/** What failed at a provider, also where another one answered in the end. */
export const failedAttempts: Migration = {
  number: 12,
  name: "failed attempts",
  statements: ["alter table usage_hourly add column failed_attempts bigint not null default 0"],
};
