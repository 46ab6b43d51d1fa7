import type { Migration } from "./migration.ts";

const rowsOf = { insert: ["new"], update: ["old", "new"], delete: ["old"] } as const;

/** As those of migration 17, which went with the table. */
const triggers = (["insert", "update", "delete"] as const).map((event) => {
  const ids = rowsOf[event].map((row) => `select ${row}.id as id`).join(" union ");
  return `create trigger aliases_noted_${event} after ${event} on aliases begin
    insert into snapshot_changes (mark, what, id, at)
      select max(coalesce((select max(mark) from snapshot_changes), 0),
          (select forgotten from snapshot_changes_forgotten)) + 1,
        'aliases', id, cast(unixepoch('subsec') * 1000 as integer) from (${ids});
  end`;
});

const columns = "id, name, strategy, targets, created_at, updated_at, rate_limit, budgets";

/**
 * Aliases of teams. A name is everybody's once, and each team's once; that no team has one that is everybody's, the store sees to
 * (aliases.ts). SQLite takes a constraint away with its table only.
 */
export const aliasesOfTeams: Migration = {
  number: 40,
  name: "aliases of teams",
  statements: [],
  postgres: [
    "alter table aliases add column team_id text constraint aliases_team_id_reference references teams (id) on delete cascade",
    "alter table aliases drop constraint aliases_name_unique",
    "create unique index aliases_name_unique on aliases ((coalesce(team_id, '')), name)",
    "create index aliases_by_team on aliases (team_id) where team_id is not null",
  ],
  sqlite: [
    "alter table aliases rename to aliases_before",
    `create table aliases (
      id text not null primary key,
      name text not null,
      strategy text not null,
      targets text not null,
      created_at bigint not null,
      updated_at bigint not null,
      rate_limit text not null,
      budgets text not null,
      team_id text references teams (id) on delete cascade
    )`,
    `insert into aliases (${columns}) select ${columns} from aliases_before`,
    "drop table aliases_before",
    "create unique index aliases_name_unique on aliases (name) where team_id is null",
    "create unique index aliases_team_name_unique on aliases (team_id, name) where team_id is not null",
    ...triggers,
  ],
};
