import type { Migration } from "./migration.ts";

/** Of each request, what was chosen between and what it was held to, as JSON. */
export const why: Migration = {
  number: 48,
  name: "why",
  statements: ["alter table usage_logs add column why text"],
};
