import type { Migration } from "./migration.ts";

/** Who may have a policy, and what each goes by in snapshots: a key also by the secret of before. */
const holders = [
  { table: "teams", by: "id", name: "store_prompts" },
  { table: "api_keys", by: "key_hash", name: "store_prompts" },
  { table: "api_keys", by: "previous_key_hash", name: "store_prompts_previous" },
] as const;

/**
 * Prompts and answers of keys whose policy has them stored, sealed under keys that are sealed themselves. They refer to no row: whoever
 * removes a key or a user leaves them to their retention. A changed policy is told to snapshots.
 */
export const requestContents: Migration = {
  number: 41,
  name: "request contents",
  statements: [
    "alter table api_keys add column store_prompts text",
    "alter table teams add column store_prompts text",
    "alter table usage_logs add column content text",
    `create table content_keys (
      id text not null primary key,
      key_enc text not null,
      created_at bigint not null
    )`,
    `create table request_contents (
      request_id text not null primary key,
      created_at bigint not null,
      user_id text not null,
      api_key_id text not null,
      team_id text,
      content_key_id text not null,
      sealed text not null
    )`,
    "create index request_contents_by_time on request_contents (created_at)",
    "create index request_contents_by_user on request_contents (user_id, request_id)",
    "create index request_contents_by_content_key on request_contents (content_key_id)",
  ],
  sqlite: holders.map(
    ({ table, by, name }) => `create trigger ${table}_noted_${name} after update of store_prompts on ${table} begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          '${table}', new.${by}, cast(unixepoch('subsec') * 1000 as integer) where new.${by} is not null;
    end`,
  ),
  postgres: holders.map(
    ({ table, by, name }) => `create trigger ${table}_noted_${name} after update of store_prompts on ${table}
      for each row execute function note_snapshot_change('${by}')`,
  ),
};
