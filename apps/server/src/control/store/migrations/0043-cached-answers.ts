import type { Migration } from "./migration.ts";

/** Which aliases have their answers kept, and for how long; and of each request whether it was answered by one of those. */
export const cachedAnswers: Migration = {
  number: 43,
  name: "cached answers",
  statements: [
    "alter table aliases add column cache text",
    "alter table usage_logs add column cache text",
    "alter table usage_logs add column saved bigint",
  ],
};
