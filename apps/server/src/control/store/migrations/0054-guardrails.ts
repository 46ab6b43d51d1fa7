import type { Migration } from "./migration.ts";

/** What is looked for in requests and answers. A changed one is told to snapshots. */
export const guardrails: Migration = {
  number: 54,
  name: "guardrails",
  statements: [
    `create table guardrails (
      id text not null primary key,
      name text not null,
      key_id text references api_keys (id) on delete cascade,
      user_id text references users (id) on delete cascade,
      team_id text references teams (id) on delete cascade,
      models text,
      stage text not null check (stage in ('input', 'output', 'both')),
      check_settings text not null,
      secret_enc text,
      action text not null check (action in ('block', 'redact', 'flag')),
      replacement text not null,
      on_failure text not null check (on_failure in ('open', 'closed')),
      deadline_ms bigint not null,
      is_active integer not null check (is_active in (0, 1)),
      created_at bigint not null,
      updated_at bigint not null,
      constraint guardrails_name_unique unique (name)
    )`,
    "create index guardrails_by_key on guardrails (key_id) where key_id is not null",
    "create index guardrails_by_user on guardrails (user_id) where user_id is not null",
    "create index guardrails_by_team on guardrails (team_id) where team_id is not null",
  ],
  sqlite: (["insert", "update", "delete"] as const).map((event) => {
    const row = event === "delete" ? "old" : "new";
    return `create trigger guardrails_noted_${event} after ${event} on guardrails begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'guardrails', ${row}.id, cast(unixepoch('subsec') * 1000 as integer);
    end`;
  }),
  postgres: (["insert", "update", "delete"] as const).map(
    (event) => `create trigger guardrails_noted_${event} after ${event} on guardrails
      for each row execute function note_snapshot_change('id')`,
  ),
};
