import type { Migration } from "./migration.ts";

/** What can have budgets: what its rows go by, and which of its columns a snapshot shows. */
const watched = [
  { table: "users", by: "id", columns: "role, rate_limit, budget_limit, budgets, is_active" },
  {
    table: "api_keys",
    by: "key_hash",
    columns:
      "key_hash, public_id, user_id, team_id, permissions, rate_limit, budget_limit, budgets, expires_at, is_active",
  },
  { table: "teams", by: "id", columns: "organisation_id, models, rate_limit, budget_limit, budgets" },
  { table: "organisations", by: "id", columns: "rate_limit, budget_limit, budgets" },
] as const;

type Watched = (typeof watched)[number];

/** As in migration 17, of one column more. */
function sqliteTrigger({ table, by, columns }: Watched): readonly string[] {
  return [
    `drop trigger ${table}_noted_update`,
    `create trigger ${table}_noted_update after update of ${columns} on ${table} begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          '${table}', id, cast(unixepoch('subsec') * 1000 as integer)
          from (select old.${by} as id union select new.${by} as id);
    end`,
  ];
}

function postgresTrigger({ table, by, columns }: Watched): readonly string[] {
  return [
    `drop trigger ${table}_noted_update on ${table}`,
    `create trigger ${table}_noted_update after update of ${columns} on ${table}
      for each row execute function note_snapshot_change('${by}')`,
  ];
}

/** As in migration 22: of the secret of before its key's last rotation. */
const shownOfPrevious = [
  ...["key_hash", "previous_key_hash", "previous_public_id", "previous_until", "user_id", "team_id"],
  ...["permissions", "rate_limit", "budget_limit", "budgets", "expires_at", "is_active"],
].join(", ");

const sqlitePrevious = [
  "drop trigger api_keys_noted_previous",
  `create trigger api_keys_noted_previous after update of ${shownOfPrevious} on api_keys begin
    insert into snapshot_changes (mark, what, id, at)
      select max(coalesce((select max(mark) from snapshot_changes), 0),
          (select forgotten from snapshot_changes_forgotten)) + 1,
        'api_keys', id, cast(unixepoch('subsec') * 1000 as integer)
        from (select old.previous_key_hash as id union select new.previous_key_hash) where id is not null;
  end`,
];

const postgresPrevious = [
  "drop trigger api_keys_noted_previous on api_keys",
  `create trigger api_keys_noted_previous after update of ${shownOfPrevious} on api_keys
    for each row execute function note_snapshot_change('previous_key_hash')`,
];

/** Budgets beside the one over a whole life, as JSON; and of each request which of them were charged. */
export const budgetsByPeriod: Migration = {
  number: 23,
  name: "budgets by period",
  statements: [
    ...watched.map(({ table }) => `alter table ${table} add column budgets text not null default '[]'`),
    "alter table usage_logs add column budget_periods text",
    "alter table usage_logs add column downgraded_to text",
  ],
  sqlite: [...watched.flatMap(sqliteTrigger), ...sqlitePrevious],
  postgres: [...watched.flatMap(postgresTrigger), ...postgresPrevious],
};
