import type { Migration } from "./migration.ts";

/** Reports of usage that are made at due times, and what became of each: one for each due time. They go with their owner. */
export const reports: Migration = {
  number: 35,
  name: "reports",
  statements: [
    `create table reports (
      id text not null primary key,
      user_id text not null constraint reports_user_id_reference references users (id) on delete cascade,
      name text not null,
      schedule text not null,
      content text not null,
      webhook_id text,
      recipients text not null,
      is_active integer not null check (is_active in (0, 1)),
      next_at bigint not null,
      created_at bigint not null,
      updated_at bigint not null,
      constraint reports_name_unique unique (user_id, name)
    )`,
    "create index reports_due on reports (next_at) where is_active = 1",
    `create table report_runs (
      id text not null primary key,
      report_id text not null constraint report_runs_report_id_reference references reports (id) on delete cascade,
      due_at bigint not null,
      missed bigint not null,
      state text not null,
      attempts bigint not null,
      next_at bigint not null,
      told text not null,
      row_count bigint,
      error text,
      finished_at bigint,
      constraint report_runs_due_unique unique (report_id, due_at)
    )`,
    "create index report_runs_waiting on report_runs (next_at) where state = 'waiting'",
  ],
};
