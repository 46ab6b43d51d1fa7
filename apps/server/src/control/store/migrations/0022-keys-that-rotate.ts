import type { Migration } from "./migration.ts";

/** What a snapshot shows of the secret of before. */
const shown = [
  ...["key_hash", "previous_key_hash", "previous_public_id", "previous_until", "user_id", "team_id"],
  ...["permissions", "rate_limit", "budget_limit", "expires_at", "is_active"],
].join(", ");

const both = "select old.previous_key_hash as id union select new.previous_key_hash";

/** A key has tags, and after a rotation the secret of before works until a moment: snapshots know it by its hash as well. */
export const keysThatRotate: Migration = {
  number: 22,
  name: "keys that rotate",
  statements: [
    "alter table api_keys add column tags text not null default '[]'",
    "alter table api_keys add column previous_key_hash text",
    "alter table api_keys add column previous_public_id text",
    "alter table api_keys add column previous_until bigint",
    "create index api_keys_previous on api_keys (previous_key_hash)",
  ],
  postgres: [
    `create trigger api_keys_noted_previous after update of ${shown} on api_keys
      for each row execute function note_snapshot_change('previous_key_hash')`,
    `create trigger api_keys_noted_previous_gone after delete on api_keys
      for each row execute function note_snapshot_change('previous_key_hash')`,
  ],
  sqlite: [
    ["api_keys_noted_previous", `update of ${shown}`, both],
    ["api_keys_noted_previous_gone", "delete", "select old.previous_key_hash as id"],
  ].map(
    ([name, event, ids]) => `create trigger ${name} after ${event} on api_keys begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'api_keys', id, cast(unixepoch('subsec') * 1000 as integer) from (${ids}) where id is not null;
    end`,
  ),
};
