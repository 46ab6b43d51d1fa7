import type { Migration } from "./migration.ts";

/** As those of migration 17, for the new tables, and for keys with the column that they have now. */
const watched = [
  { table: "organisations", by: "id", columns: ["rate_limit", "budget_limit"] },
  { table: "teams", by: "id", columns: ["organisation_id", "models", "rate_limit", "budget_limit"] },
] as const;

const keyColumns = [
  ...["key_hash", "public_id", "user_id", "team_id", "permissions", "rate_limit", "budget_limit", "expires_at"],
  "is_active",
];

interface Trigger {
  readonly table: string;
  readonly by: string;
  readonly name: "insert" | "update" | "delete";
  readonly event: string;
}

const triggers: readonly Trigger[] = [
  ...watched.flatMap(({ table, by, columns }): readonly Trigger[] => [
    { table, by, name: "insert", event: "insert" },
    { table, by, name: "update", event: `update of ${columns.join(", ")}` },
    { table, by, name: "delete", event: "delete" },
  ]),
  { table: "api_keys", by: "key_hash", name: "update", event: `update of ${keyColumns.join(", ")}` },
];

const rowsOf = { insert: ["new"], update: ["old", "new"], delete: ["old"] } as const;

function sqliteTrigger({ table, by, name, event }: Trigger): string {
  const ids = rowsOf[name].map((row) => `select ${row}.${by} as id`).join(" union ");
  return `create trigger ${table}_noted_${name} after ${event} on ${table} begin
    insert into snapshot_changes (mark, what, id, at)
      select max(coalesce((select max(mark) from snapshot_changes), 0),
          (select forgotten from snapshot_changes_forgotten)) + 1,
        '${table}', id, cast(unixepoch('subsec') * 1000 as integer) from (${ids});
  end`;
}

function postgresTrigger({ table, by, name, event }: Trigger): string {
  return `create trigger ${table}_noted_${name} after ${event} on ${table}
    for each row execute function note_snapshot_change('${by}')`;
}

/**
 * Teams, organisations of them, and who is in a team. A key keeps its team for as long as it lives, and a team its organisation: so
 * hourly sums need not tell rows apart by them.
 */
export const organisationsAndTeams: Migration = {
  number: 20,
  name: "organisations and teams",
  statements: [
    `create table organisations (
      id text not null primary key,
      name text not null,
      rate_limit text not null,
      budget_limit bigint,
      created_at bigint not null,
      updated_at bigint not null,
      constraint organisations_name_unique unique (name)
    )`,
    `create table teams (
      id text not null primary key,
      organisation_id text constraint teams_organisation_id_reference references organisations (id),
      name text not null,
      models text not null,
      rate_limit text not null,
      budget_limit bigint,
      created_at bigint not null,
      updated_at bigint not null,
      constraint teams_name_unique unique (name)
    )`,
    "create index teams_by_organisation on teams (organisation_id, id)",
    `create table team_members (
      team_id text not null constraint team_members_team_id_reference references teams (id) on delete cascade,
      user_id text not null constraint team_members_user_id_reference references users (id) on delete cascade,
      role text not null,
      created_at bigint not null,
      constraint team_members_user_id_unique unique (team_id, user_id)
    )`,
    "create index team_members_by_user on team_members (user_id, team_id)",
    "alter table api_keys add column team_id text references teams (id) on delete set null",
    "create index api_keys_by_team on api_keys (team_id, id) where team_id is not null",
    "alter table usage_logs add column team_id text",
    "alter table usage_logs add column organisation_id text",
    "create index usage_logs_by_team on usage_logs (team_id, created_at) where team_id is not null",
    "alter table usage_hourly add column team_id text",
    "alter table usage_hourly add column organisation_id text",
    "create index usage_hourly_by_team on usage_hourly (team_id, hour) where team_id is not null",
  ],
  postgres: ["drop trigger api_keys_noted_update on api_keys", ...triggers.map(postgresTrigger)],
  sqlite: ["drop trigger api_keys_noted_update", ...triggers.map(sqliteTrigger)],
};
