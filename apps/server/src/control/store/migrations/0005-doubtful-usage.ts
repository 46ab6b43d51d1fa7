import type { Migration } from "./migration.ts";

const counts = ["usage_bounded", "unanswered_attempts", "unanswered_tokens"];

/** What of a record is no vendor's word: counts that made no sense, and attempts that came to nothing. */
export const doubtfulUsage: Migration = {
  number: 5,
  name: "doubtful usage",
  statements: [
    ...counts.map((column) => `alter table usage_logs add column ${column} bigint not null default 0`),
    "alter table usage_logs add column unanswered_cost bigint default 0",
  ],
};
