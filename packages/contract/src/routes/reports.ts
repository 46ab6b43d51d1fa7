import { z } from "zod";
import { id, idParams, listOf, moment, openEnum, pageQuery, removed, time, timeZone } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { groupBy } from "./usage-series.ts";

const every = ["day", "week", "month"] as const;
const states = ["waiting", "sent", "failed", "skipped"] as const;

const schedule = z
  .strictObject({
    every: z.enum(every).describe("At its beginning: weeks begin on Monday."),
    hour: z.int().min(0).max(23).default(6).describe("So many hours after the beginning of the day."),
    time_zone: timeZone.default("UTC"),
  })
  .meta({ id: "ReportSchedule" });

const filter = {
  user_id: id.optional(),
  api_key_id: id.optional(),
  team_id: id.optional(),
  organisation_id: id.optional(),
  provider_id: id.optional(),
  model: z.string().min(1).max(200).optional(),
};

const name = z.string().trim().min(1).max(100);
const periods = z.int().min(1).max(60).describe("It tells of the last so many whole days, weeks or months.");
const recipients = z.array(z.email().max(254).toLowerCase()).max(20);
const webhookId = id.nullable().describe("A webhook that it is sent to, signed as events are; null: none.");

const report = z
  .object({
    ...{ id, name, user_id: id.describe("Whose it is: it shows what he may see when it is made.") },
    schedule: z.object({ every: openEnum(every), hour: z.int(), time_zone: z.string() }),
    group_by: z.array(z.string()),
    periods: z.int(),
    filter: z.object(filter),
    webhook_id: webhookId,
    recipients: z.array(z.string()),
    is_active: z.boolean(),
    next_at: time.nullable().describe("When it is due; null where it is switched off."),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Report" });

const run = z
  .object({
    id,
    report_id: id,
    due_at: time,
    state: openEnum(states).describe(
      "`waiting`: to be made, or tried again. `sent`: mail servers and the webhook's queue have it. `failed`: tried too often. `skipped`: its owner is switched off, or may not any more.",
    ),
    late: z.boolean().describe("More than ten minutes behind its time."),
    missed: z.int().describe("Due times before this one that no server was there for: they are not made."),
    attempts: z.int(),
    rows: z.int().nullable(),
    error: z.string().nullable(),
    finished_at: time.nullable(),
  })
  .meta({ id: "ReportRun" });

const before = moment
  .refine((text) => text >= "2000", "Give a time since the year 2000")
  .describe("Of the whole periods that were over then, as at the due time of a run; now where left out.");

const tag = "Reports";
const rights =
  "To send it to others than oneself needs `reports.manage` for all, to a webhook `webhooks.read`. What its owner may see is asked each time that it is made.";

export const reportRoutes = defineRoutes({
  list: {
    id: "reports.list",
    tag,
    permission: "reports.manage",
    method: "GET",
    path: "/admin/reports",
    query: pageQuery,
    response: listOf(report),
    status: 200,
    summary: "List reports",
    description: "Oldest first.",
  },
  create: {
    id: "reports.create",
    tag,
    permission: "reports.manage",
    method: "POST",
    path: "/admin/reports",
    body: z
      .strictObject({
        ...{ name, schedule, group_by: groupBy.optional() },
        periods: periods.default(1),
        filter: z.strictObject(filter).default({}),
        webhook_id: webhookId.default(null),
        recipients: recipients.default([]).describe("E-mail addresses."),
        is_active: z.boolean().default(true),
      })
      .meta({ id: "ReportCreate" }),
    response: report,
    status: 201,
    summary: "Have a report made at due times",
    description: `It needs somebody to be sent to. ${rights}`,
  },
  get: {
    id: "reports.get",
    tag,
    permission: "reports.manage",
    method: "GET",
    path: "/admin/reports/{id}",
    params: idParams,
    response: report,
    status: 200,
    summary: "Read a report",
    description: "What it is of, and when it is due.",
  },
  update: {
    id: "reports.update",
    tag,
    permission: "reports.manage",
    method: "PATCH",
    path: "/admin/reports/{id}",
    params: idParams,
    body: z
      .strictObject({
        ...{ name: name.optional(), schedule: schedule.optional(), group_by: groupBy.optional() },
        ...{ periods: periods.optional(), filter: z.strictObject(filter).optional() },
        ...{ webhook_id: webhookId.optional(), recipients: recipients.optional(), is_active: z.boolean().optional() },
      })
      .meta({ id: "ReportUpdate" }),
    response: report,
    status: 200,
    summary: "Change a report",
    description: `Fields left out stay as they are. One that is switched on is due at its next time. ${rights}`,
  },
  remove: {
    id: "reports.remove",
    tag,
    permission: "reports.manage",
    method: "DELETE",
    path: "/admin/reports/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a report",
    description: "With what became of it so far.",
  },
  run: {
    id: "reports.run",
    tag,
    permission: "reports.manage",
    method: "POST",
    path: "/admin/reports/{id}/run",
    params: idParams,
    response: run,
    status: 200,
    summary: "Make a report now",
    description: "Of the periods that are over. It is made within seconds: its runs say what became of it.",
  },
  content: {
    id: "reports.content",
    tag,
    permission: "reports.manage",
    method: "GET",
    path: "/admin/reports/{id}/content",
    params: idParams,
    query: z.strictObject({ before: before.optional() }),
    response: z.string(),
    mediaType: "text/csv",
    status: 200,
    summary: "What a report says, as CSV",
    description:
      "Made anew of what is stored, as the report is now, and sent to nobody. It shows what its owner may see: to somebody else who may see less it is refused. 409 where the owner is switched off, or may not have it any more.",
  },
  runs: {
    id: "reports.runs",
    tag,
    permission: "reports.manage",
    method: "GET",
    path: "/admin/reports/{id}/runs",
    params: idParams,
    query: pageQuery,
    response: listOf(run),
    status: 200,
    summary: "List what became of a report",
    description: "The latest first: one for each due time, and one for each time that it was asked for.",
  },
});
