import type { Migration } from "./migration.ts";

/** What aliases say about retries, fallbacks and time; null: nothing. Any change of their rows is told to snapshots already. */
export const policiesOfAliases: Migration = {
  number: 42,
  name: "policies of aliases",
  statements: ["alter table aliases add column policy text"],
};
