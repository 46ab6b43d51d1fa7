import type { Migration } from "./migration.ts";

/** What models of a provider are held to; null: nothing. Any change of their rows is told to snapshots already. */
export const limitsOfModels: Migration = {
  number: 51,
  name: "limits of models",
  statements: ["alter table models add column rate_limit text"],
};
