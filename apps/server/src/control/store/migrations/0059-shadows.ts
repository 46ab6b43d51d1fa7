import type { Migration } from "./migration.ts";

/** Which requests are copies that were asked of a second target. */
export const shadows: Migration = {
  number: 59,
  name: "shadows",
  statements: ["alter table usage_logs add column shadow integer not null default 0"],
};
