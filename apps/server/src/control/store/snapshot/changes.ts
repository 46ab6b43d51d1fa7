// What has changed of what snapshots are made of, as triggers write it down (migration 17). Each change has a mark. On SQLite marks are
// numbers in the order of commits. On PostgreSQL no number is: whoever takes one first may commit last. There the mark is the id
// of the transaction, and a reader's position is PostgreSQL's own snapshot: which transactions he could see. New to him is what
// those have done that he could not.

import { sql } from "kysely";
import type { Database } from "#control/store/database.ts";
import { watchedTables } from "./snapshot-store.ts";
import type { SnapshotStore, StoredChange } from "./snapshot-store.ts";

interface Row {
  readonly forgotten: number;
  readonly position: string;
  /** These are null where there is no change. */
  readonly what: string | null;
  readonly id: string | null;
}

export function changesIn({ kysely, engine }: Database): SnapshotStore["changes"] {
  return async (since, limit) => {
    const isNew = since === null ? sql`1 = 0` : engine.marks.isNew(since);
    // In one statement, which sees one state.
    const { rows } = await sql<Row>`select forgotten, ${sql.raw(engine.marks.position)} as position, what, id
      from snapshot_changes_forgotten left join snapshot_changes on ${isNew} limit ${limit}`.execute(kysely);
    const [first] = rows;
    if (first === undefined) throw new Error("snapshot_changes_forgotten has no row");
    return { forgotten: first.forgotten, position: first.position, changes: rows.flatMap(toChange) };
  };
}

function toChange({ what, id }: Row): readonly StoredChange[] {
  const table = watchedTables.find((name) => name === what);
  return id === null || table === undefined ? [] : [{ table, id }];
}

export function forgettingIn({ kysely, engine }: Database): SnapshotStore["forgetChanges"] {
  return (olderThanMs) =>
    kysely.transaction().execute(async (transaction) => {
      const query = sql<{ mark: number | null }>`select max(mark) as mark from snapshot_changes
        where at < ${sql.raw(engine.time)} - ${sql.lit(olderThanMs)} and mark < ${sql.raw(engine.marks.settled)}`;
      const mark = (await query.execute(transaction)).rows[0]?.mark ?? null;
      if (mark === null) return;
      const forgetting = transaction.updateTable("snapshot_changes_forgotten").set({ forgotten: mark });
      await forgetting.where("forgotten", "<", mark).execute();
      await transaction.deleteFrom("snapshot_changes").where("mark", "<", mark).execute();
    });
}

/** With smaller marks there is nothing that whoever has this position has not seen. */
export function oldestUnseen(position: string): number {
  return Number(position.split(":", 1)[0]);
}
