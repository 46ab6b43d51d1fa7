import type { Migration } from "./migration.ts";

/**
 * Policies that hold requests until somebody agrees, and the requests that they have held: never with their texts. Of the same request of a
 * key at most one is open. A changed policy is told to snapshots.
 */
export const consents: Migration = {
  number: 32,
  name: "consents",
  statements: [
    `create table consent_policies (
      id text not null primary key,
      name text not null,
      key_id text references api_keys (id) on delete cascade,
      user_id text references users (id) on delete cascade,
      team_id text references teams (id) on delete cascade,
      conditions text not null,
      valid_ms bigint not null,
      is_active integer not null check (is_active in (0, 1)),
      created_at bigint not null,
      updated_at bigint not null,
      constraint consent_policies_name_unique unique (name)
    )`,
    "create index consent_policies_by_key on consent_policies (key_id) where key_id is not null",
    "create index consent_policies_by_user on consent_policies (user_id) where user_id is not null",
    "create index consent_policies_by_team on consent_policies (team_id) where team_id is not null",
    `create table consent_requests (
      id text not null primary key,
      key_id text not null references api_keys (id) on delete cascade,
      user_id text not null references users (id) on delete cascade,
      team_id text references teams (id) on delete set null,
      fingerprint text not null,
      model text not null,
      operation text not null,
      dialect text not null,
      cost bigint,
      prompt_tokens bigint not null,
      found text not null,
      policies text not null,
      valid_ms bigint not null,
      status text not null check (status in ('pending', 'approved', 'refused', 'used')),
      is_open integer not null check (is_open in (0, 1)),
      request_id text not null,
      ends_at bigint not null,
      decided_at bigint,
      decided_by text,
      note text not null,
      used_at bigint,
      used_by text,
      created_at bigint not null
    )`,
    "create unique index consent_requests_open on consent_requests (key_id, fingerprint) where is_open = 1",
    "create index consent_requests_by_key on consent_requests (key_id, id)",
    "create index consent_requests_by_user on consent_requests (user_id, id)",
    "create index consent_requests_by_team on consent_requests (team_id, id)",
    "create index consent_requests_by_end on consent_requests (ends_at)",
  ],
  sqlite: (["insert", "update", "delete"] as const).map((event) => {
    const row = event === "delete" ? "old" : "new";
    return `create trigger consent_policies_noted_${event} after ${event} on consent_policies begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'consent_policies', ${row}.id, cast(unixepoch('subsec') * 1000 as integer);
    end`;
  }),
  postgres: (["insert", "update", "delete"] as const).map(
    (event) => `create trigger consent_policies_noted_${event} after ${event} on consent_policies
      for each row execute function note_snapshot_change('id')`,
  ),
};
