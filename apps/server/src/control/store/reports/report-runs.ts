// What became of each report that was due. Invariant: there is one row for a due time, whoever looks and how often.

import { newId } from "@ghostllm/contract";
import { sql, type Kysely, type Selectable } from "kysely";
import { parseWords } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import { eventAppenderIn } from "#control/store/events/outbox-append.ts";
import { headIn } from "#control/store/events/outbox-head.ts";
import type { Tables } from "#control/store/tables.ts";
import { reportRunStates, type ReportDelivery, type ReportRunRow, type ReportStore } from "./report-store.ts";
import type { ReportRunsTable } from "./tables.ts";

type Runs = Pick<ReportStore, "begin" | "beginNow" | "waiting" | "settle" | "runs" | "prune">;

export function reportRunsIn(database: Database): Runs {
  const { kysely, now } = database;
  return {
    begin: (report, { dueAt, missed, nextAt }) =>
      kysely.transaction().execute(async (transaction) => {
        const moving = transaction.updateTable("reports").set({ next_at: nextAt }).where("id", "=", report.id);
        const moved = await moving.where("next_at", "=", report.nextAt).executeTakeFirst();
        if (Number(moved.numUpdatedRows) === 0) return false;
        const insert = transaction.insertInto("report_runs").values(newRun(report.id, { dueAt, missed, at: now() }));
        const added = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
        return Number(added.numInsertedOrUpdatedRows ?? 0n) === 1;
      }),
    async beginNow(id, dueAt) {
      const run = newRun(id, { dueAt, missed: 0, at: now() });
      return toRow(await kysely.insertInto("report_runs").values(run).returningAll().executeTakeFirstOrThrow());
    },
    async waiting(at, limit) {
      const query = kysely.selectFrom("report_runs").selectAll().where("state", "=", "waiting");
      return (await query.where("next_at", "<=", at).orderBy("next_at").limit(limit).execute()).map(toRow);
    },
    settle: settlerIn(database),
    async runs(id, { limit, after }) {
      let query = kysely.selectFrom("report_runs").selectAll().where("report_id", "=", id);
      if (after !== undefined)
        query = query.where(sql<boolean>`due_at < (select due_at from report_runs where id = ${after})`);
      return (await query.orderBy("due_at", "desc").limit(limit).execute()).map(toRow);
    },
    async prune(most) {
      await sql`delete from report_runs where state <> 'waiting' and due_at <= (
        select due_at from report_runs as kept where kept.report_id = report_runs.report_id
        order by due_at desc limit 1 offset ${most})`.execute(kysely);
    },
  };
}

function settlerIn(database: Database): Runs["settle"] {
  const append = eventAppenderIn(database);
  const { kysely, now } = database;
  return async (run, { state, attempts, nextAt, error, rows, told, delivery, events }) =>
    kysely.transaction().execute(async (transaction) => {
      const settling = transaction
        .updateTable("report_runs")
        .set({
          ...{ state, attempts, next_at: nextAt, error, finished_at: state === "waiting" ? null : now() },
          ...(rows !== undefined && { row_count: rows }),
          ...(told !== undefined && { told: JSON.stringify(told) }),
        })
        .where("id", "=", run.id)
        .where("state", "=", "waiting")
        .where("attempts", "=", run.attempts);
      if (Number((await settling.executeTakeFirst()).numUpdatedRows) === 0) return;
      if (delivery !== undefined && delivery !== null) await deliver(transaction, delivery, { run, at: now() });
      await append(transaction, events ?? []);
    });
}

async function deliver(
  transaction: Kysely<Tables>,
  { webhookId, eventId, event }: ReportDelivery,
  { run, at }: { readonly run: ReportRunRow; readonly at: number },
): Promise<void> {
  const attempt = { state: "waiting", attempts: 0, next_at: at, last_status: null, last_error: null, settled_at: null };
  const values = { webhook_id: webhookId, sequence: await headIn(transaction), event_id: eventId, event };
  await transaction
    .insertInto("webhook_deliveries")
    .values({
      ...{ id: newId(at), ...values, ...attempt, created_at: at },
      ...{ event_name: "report.content", partition_key: run.reportId },
    })
    .execute();
}

function newRun(
  reportId: string,
  { dueAt, missed, at }: { dueAt: number; missed: number; at: number },
): ReportRunsTable {
  const result = { row_count: null, error: null, finished_at: null };
  const progress = { state: "waiting", attempts: 0, next_at: at, told: "[]" };
  return { id: newId(at), report_id: reportId, due_at: dueAt, missed, ...progress, ...result };
}

function toRow(row: Selectable<ReportRunsTable>): ReportRunRow {
  return {
    ...{ id: row.id, reportId: row.report_id, dueAt: row.due_at, missed: row.missed, attempts: row.attempts },
    state: reportRunStates.find((state) => state === row.state) ?? "failed",
    ...{ nextAt: row.next_at, told: parseWords(row.told), rows: row.row_count, error: row.error },
    finishedAt: row.finished_at,
  };
}
