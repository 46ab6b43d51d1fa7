import type { Migration } from "./migration.ts";

/** Snapshots know users by their e-mail addresses, so that a change of one is told to them. */
export const addressesInSnapshots: Migration = {
  number: 50,
  name: "addresses in snapshots",
  statements: [],
  sqlite: [
    `create trigger users_noted_email after update of email on users begin
      insert into snapshot_changes (mark, what, id, at)
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'users', new.id, cast(unixepoch('subsec') * 1000 as integer);
    end`,
  ],
  postgres: [
    `create trigger users_noted_email after update of email on users
      for each row execute function note_snapshot_change('id')`,
  ],
};
