import type { Migration } from "./migration.ts";

/** Of each table that snapshots are made of: what its rows go by, and which of its columns a snapshot shows; null: any. */
const watched = [
  { table: "users", by: "id", columns: ["role", "rate_limit", "budget_limit"] },
  {
    table: "api_keys",
    by: "key_hash",
    columns: [
      "key_hash",
      "public_id",
      "user_id",
      "permissions",
      "rate_limit",
      "budget_limit",
      "expires_at",
      "is_active",
    ],
  },
  { table: "providers", by: "id", columns: null },
  { table: "models", by: "id", columns: null },
  { table: "aliases", by: "id", columns: null },
] as const;

type Watched = (typeof watched)[number];

function eventsOf({ columns }: Watched) {
  const update = columns === null ? "update" : `update of ${columns.join(", ")}`;
  return [
    { name: "insert", event: "insert", rows: ["new"] },
    { name: "update", event: update, rows: ["old", "new"] },
    { name: "delete", event: "delete", rows: ["old"] },
  ] as const;
}

/** One process writes at a time, so numbers are in the order in which they can be seen. */
function sqliteTriggers(one: Watched): readonly string[] {
  return eventsOf(one).map(({ name, event, rows }) => {
    const ids = rows.map((row) => `select ${row}.${one.by} as id`).join(" union ");
    return `create trigger ${one.table}_noted_${name} after ${event} on ${one.table} begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          '${one.table}', id, cast(unixepoch('subsec') * 1000 as integer) from (${ids});
    end`;
  });
}

function postgresTriggers(one: Watched): readonly string[] {
  return eventsOf(one).map(
    ({ name, event }) => `create trigger ${one.table}_noted_${name} after ${event} on ${one.table}
      for each row execute function note_snapshot_change('${one.by}')`,
  );
}

/**
 * What has changed of what snapshots are made of, written by triggers: whoever changes a row, by whatever way, cannot forget it.
 * `mark` is where readers begin to read: on SQLite a number, on PostgreSQL the id of the transaction (store/snapshot/changes.ts).
 * What has a smaller mark than `forgotten` is not there any more.
 */
export const snapshotChanges: Migration = {
  number: 17,
  name: "snapshot changes",
  statements: [
    `create table snapshot_changes (
      mark bigint not null,
      what text not null,
      id text not null,
      at bigint not null,
      primary key (mark, what, id)
    )`,
    "create table snapshot_changes_forgotten (forgotten bigint not null)",
    "insert into snapshot_changes_forgotten (forgotten) values (0)",
  ],
  postgres: [
    `create function note_snapshot_change() returns trigger language plpgsql as $$
    declare
      old_id text;
      new_id text;
    begin
      if tg_op <> 'INSERT' then old_id := to_jsonb(old) ->> tg_argv[0]; end if;
      if tg_op <> 'DELETE' then new_id := to_jsonb(new) ->> tg_argv[0]; end if;
      insert into snapshot_changes (mark, what, id, at)
        select distinct pg_current_xact_id()::text::bigint, tg_table_name::text, changed.id,
          (extract(epoch from clock_timestamp()) * 1000)::bigint
        from (values (old_id), (new_id)) as changed (id) where changed.id is not null
        on conflict do nothing;
      return null;
    end $$`,
    ...watched.flatMap(postgresTriggers),
  ],
  sqlite: watched.flatMap(sqliteTriggers),
};
