import type { Migration } from "./migration.ts";

/** Whether a session has shown more than a password. Of those from before nobody knows, which counts as no. */
export const factorsOfSessions: Migration = {
  number: 46,
  name: "factors of sessions",
  statements: ["alter table sessions add column has_factor integer not null default 0 check (has_factor in (0, 1))"],
};
