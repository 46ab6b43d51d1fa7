import type { Migration } from "./migration.ts";

/** Who may have a policy, and what each goes by in snapshots: a key also by the secret of before. */
const holders = [
  { table: "organisations", by: "id", name: "privacy" },
  { table: "teams", by: "id", name: "privacy" },
  { table: "users", by: "id", name: "privacy" },
  { table: "api_keys", by: "key_hash", name: "privacy" },
  { table: "api_keys", by: "previous_key_hash", name: "privacy_previous" },
] as const;

/** Privacy policies of all who have limits, as JSON, and what they found in requests. A changed policy is told to snapshots. */
export const privacy: Migration = {
  number: 24,
  name: "privacy",
  statements: [
    ...["organisations", "teams", "users", "api_keys"].map((table) => `alter table ${table} add column privacy text`),
    "alter table usage_logs add column privacy text",
  ],
  sqlite: holders.map(
    ({ table, by, name }) => `create trigger ${table}_noted_${name} after update of privacy on ${table} begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          '${table}', new.${by}, cast(unixepoch('subsec') * 1000 as integer) where new.${by} is not null;
    end`,
  ),
  postgres: holders.map(
    ({ table, by, name }) => `create trigger ${table}_noted_${name} after update of privacy on ${table}
      for each row execute function note_snapshot_change('${by}')`,
  ),
};
