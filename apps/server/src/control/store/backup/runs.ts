// What became of backups. Invariant: one at a time is not over, whoever asks.

import { newId } from "@ghostllm/contract";
import { sql, type Selectable } from "kysely";
import { change, type Database, type Naming } from "#control/store/database.ts";
import { eventAppenderIn } from "#control/store/events/outbox-append.ts";
import { backupReasons, backupStates, type BackupRunRow, type BackupRunStore } from "./run-store.ts";
import type { BackupRunsTable } from "./tables.ts";

const naming: Naming = { object: "backup" };

export function backupRunsIn(database: Database): BackupRunStore {
  const { kysely, now } = database;
  const all = () => kysely.selectFrom("backup_runs").selectAll();
  return {
    ask: ({ backupId, reason, place }) =>
      change(database, naming, async () => {
        const at = now();
        const asked = { id: newId(at), backup_id: backupId, reason, state: "waiting", is_open: 1, place, asked_at: at };
        return toRow(await kysely.insertInto("backup_runs").values(asked).returningAll().executeTakeFirstOrThrow());
      }),
    async open() {
      const row = await all().where("is_open", "=", 1).executeTakeFirst();
      return row && toRow(row);
    },
    async begin(id) {
      const waiting = kysely.updateTable("backup_runs").set({ state: "making", began_at: now() }).where("id", "=", id);
      return Number((await waiting.where("state", "=", "waiting").executeTakeFirst()).numUpdatedRows) === 1;
    },
    settle: settlerIn(database),
    async list({ limit, after }) {
      const query = all().orderBy("id", "desc").limit(limit);
      return (await (after === undefined ? query : query.where("id", "<", after)).execute()).map(toRow);
    },
    async last(state) {
      const row = await all().where("state", "=", state).orderBy("asked_at", "desc").limit(1).executeTakeFirst();
      return row && toRow(row);
    },
    ...removingIn(database),
    async settleRestored(backupId, finishedAt, hold) {
      await kysely.deleteFrom("settings").where("name", "=", hold).execute();
      const made = { state: "made", is_open: null, finished_at: finishedAt };
      await kysely.updateTable("backup_runs").set(made).where("backup_id", "=", backupId).execute();
    },
  };
}

function settlerIn(database: Database): BackupRunStore["settle"] {
  const append = eventAppenderIn(database);
  const { kysely, now } = database;
  return (id, { state, rows, bytes, error }, events) =>
    kysely.transaction().execute(async (transaction) => {
      const result = { state, row_count: rows, byte_count: bytes, error, finished_at: now(), is_open: null };
      const open = transaction.updateTable("backup_runs").set(result).where("id", "=", id).where("is_open", "=", 1);
      if (Number((await open.executeTakeFirst()).numUpdatedRows) === 1) await append(transaction, events);
    });
}

function removingIn({ kysely, now }: Database): Pick<BackupRunStore, "outnumbered" | "markRemoved" | "prune"> {
  return {
    async outnumbered(keep) {
      const there = kysely.selectFrom("backup_runs").selectAll().where("removed_at", "is", null);
      const made = await there.where("state", "=", "made").orderBy("asked_at", "desc").execute();
      const failed = await there.where("state", "=", "failed").execute();
      return [...made.slice(keep), ...failed].map(toRow);
    },
    async markRemoved(ids) {
      if (ids.length === 0) return;
      await kysely
        .updateTable("backup_runs")
        .set({ removed_at: now() })
        .where("id", "in", [...ids])
        .execute();
    },
    async prune(most) {
      await sql`delete from backup_runs where removed_at is not null and asked_at <= (
        select asked_at from backup_runs as kept order by asked_at desc limit 1 offset ${most})`.execute(kysely);
    },
  };
}

function toRow(row: Selectable<BackupRunsTable>): BackupRunRow {
  return {
    ...{ id: row.id, backupId: row.backup_id, place: row.place },
    reason: backupReasons.find((reason) => reason === row.reason) ?? "asked",
    state: backupStates.find((state) => state === row.state) ?? "failed",
    ...{ askedAt: row.asked_at, beganAt: row.began_at, finishedAt: row.finished_at, removedAt: row.removed_at },
    ...{ rows: row.row_count, bytes: row.byte_count, error: row.error },
  };
}
