import type { Migration } from "./migration.ts";

const noted = "update of role, rate_limit, budget_limit, is_active";

/**
 * Sessions are rows, so that they can be listed and ended: those from before, which no row tells of, end with this. Users can be
 * switched off, which snapshots show.
 */
export const sessions: Migration = {
  number: 18,
  name: "sessions",
  statements: [
    "drop table ended_sessions",
    `create table sessions (
      id text not null primary key,
      user_id text not null constraint sessions_user_id_reference references users (id) on delete cascade,
      method text not null,
      address text not null,
      user_agent text not null,
      is_browser integer not null check (is_browser in (0, 1)),
      created_at bigint not null,
      seen_at bigint not null,
      expires_at bigint not null
    )`,
    "create index sessions_by_user on sessions (user_id, id)",
    "create index sessions_by_time on sessions (expires_at)",
    "alter table users add column is_active integer not null default 1 check (is_active in (0, 1))",
  ],
  postgres: [
    "drop trigger users_noted_update on users",
    `create trigger users_noted_update after ${noted} on users
      for each row execute function note_snapshot_change('id')`,
  ],
  sqlite: [
    "drop trigger users_noted_update",
    `create trigger users_noted_update after ${noted} on users begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'users', id, cast(unixepoch('subsec') * 1000 as integer)
        from (select old.id as id union select new.id as id);
    end`,
  ],
};
