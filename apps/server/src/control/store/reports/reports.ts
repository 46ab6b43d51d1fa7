import { newId } from "@ghostllm/contract";
import { type Kysely, type Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseWords, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Tables } from "#control/store/tables.ts";
import { reportDimensions, reportUnits, type ReportContent, type ReportSchedule } from "#domain/reports/report.ts";
import type { NewReport, ReportChange, ReportRow, ReportStore } from "./report-store.ts";
import { reportRunsIn } from "./report-runs.ts";
import type { ReportsTable } from "./tables.ts";

const naming: Naming = { object: "report", parent: { object: "user", column: "user_id" } };
const owners = { user: "user_id" };

const scheduleSchema: z.ZodType<ReportSchedule> = z.object({
  ...{ unit: z.enum(reportUnits), hour: z.int(), timeZone: z.string() },
});
const id = z.string().optional();
const contentSchema: z.ZodType<ReportContent> = z.object({
  ...{ dimensions: z.array(z.enum(reportDimensions)), periods: z.int() },
  filter: z.object({ userId: id, teamId: id, organisationId: id, apiKeyId: id, providerId: id, model: id }),
});

export function reportsIn(database: Database): ReportStore {
  const { kysely, now } = database;
  const record = recorderIn(database);
  const all = () => kysely.selectFrom("reports").selectAll();
  return {
    async create(report) {
      const at = now();
      const row = { ...toColumns(report), id: newId(at), created_at: at, updated_at: at };
      const insert = async (transaction: Kysely<Tables>): Promise<ReportRow> => {
        const stored = await transaction.insertInto("reports").values(row).returningAll().executeTakeFirstOrThrow();
        await record(transaction, created("reports", [stored]));
        return toRow(stored);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list({ limit, after }, reach) {
      const query = all().where(isWithin(reach, owners)).orderBy("id").limit(limit);
      return (await (after === undefined ? query : query.where("id", ">", after)).execute()).map(toRow);
    },
    async count(userId) {
      const counted = kysely.selectFrom("reports").select(({ fn }) => fn.countAll<number>().as("reports"));
      return (await counted.where("user_id", "=", userId).executeTakeFirstOrThrow()).reports;
    },
    async find(reportId, reach) {
      const row = await all().where("id", "=", reportId).where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row);
    },
    update: updaterIn(database),
    remove: (reportId, reach) =>
      kysely.transaction().execute(async (transaction) => {
        const own = transaction.deleteFrom("reports").where("id", "=", reportId).where(isWithin(reach, owners));
        const rows = await own.returningAll().execute();
        await record(transaction, removed("reports", rows));
        return rows.length > 0;
      }),
    async due(at, limit) {
      const query = all().where("is_active", "=", 1).where("next_at", "<=", at);
      return (await query.orderBy("next_at").limit(limit).execute()).map(toRow);
    },
    ...reportRunsIn(database),
  };
}

function updaterIn(database: Database): ReportStore["update"] {
  const record = recorderIn(database);
  return (reportId, given, reach) => {
    const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
    const update = async (transaction: Kysely<Tables>): Promise<ReportRow | undefined> => {
      const rows = transaction.updateTable("reports").where("id", "=", reportId).where(isWithin(reach, owners));
      const before = await rows.set(asItIs).returningAll().executeTakeFirst();
      const after = await rows.set(values).returningAll().executeTakeFirst();
      if (before === undefined || after === undefined) return undefined;
      await record(transaction, changed("reports", before, after));
      return toRow(after);
    };
    return change(database, naming, () => database.kysely.transaction().execute(update));
  };
}

function toColumns(report: NewReport) {
  const { userId, name, schedule, content, webhookId, recipients, isActive, nextAt } = report;
  return {
    ...{ user_id: userId, name, schedule: JSON.stringify(schedule), content: JSON.stringify(content) },
    ...{ webhook_id: webhookId, recipients: JSON.stringify(recipients), is_active: toBit(isActive), next_at: nextAt },
  };
}

function toChangedColumns({ name, schedule, content, webhookId, recipients, isActive, nextAt }: ReportChange) {
  return {
    ...{ name, schedule: schedule && JSON.stringify(schedule), content: content && JSON.stringify(content) },
    ...{ webhook_id: webhookId, recipients: recipients && JSON.stringify(recipients), next_at: nextAt },
    is_active: isActive === undefined ? undefined : toBit(isActive),
  };
}

function toRow(row: Selectable<ReportsTable>): ReportRow {
  return {
    ...{ id: row.id, userId: row.user_id, name: row.name, webhookId: row.webhook_id },
    schedule: scheduleSchema.parse(JSON.parse(row.schedule)),
    content: contentSchema.parse(JSON.parse(row.content)),
    ...{ recipients: parseWords(row.recipients), isActive: row.is_active === 1, nextAt: row.next_at },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
