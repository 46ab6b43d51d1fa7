import type { Migration } from "./migration.ts";

/** What became of backups that were asked for or due. Of those that are not over there is one at most: `is_open` is null of the others. */
export const backups: Migration = {
  number: 64,
  name: "backups",
  statements: [
    `create table backup_runs (
      id text not null primary key,
      backup_id text not null,
      reason text not null,
      state text not null,
      is_open integer,
      place text not null,
      asked_at bigint not null,
      began_at bigint,
      finished_at bigint,
      removed_at bigint,
      row_count bigint,
      byte_count bigint,
      error text,
      constraint backup_runs_is_open_unique unique (is_open)
    )`,
    "create index backup_runs_by_state on backup_runs (state, asked_at)",
  ],
};
