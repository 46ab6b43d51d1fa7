import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { lateMs } from "#control/reports/reporter.ts";
import { reportPages } from "#control/reports/report-content.ts";
import { refusalOf } from "#control/reports/report-rights.ts";
import type { ReportChange, ReportRow, ReportRunRow } from "#control/store/reports/report-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { includes, reach as reachOf, type Reach } from "#domain/access/may.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { dueAfter, type ReportContent } from "#domain/reports/report.ts";
import { found, invalid, notFound, toTime, toTimeOrNull } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { streamed } from "./streamed.ts";

type ApiReport = RouteAnswer<AdminRoutes["reports"]["get"]>;
type ApiRun = RouteAnswer<AdminRoutes["reports"]["run"]>;
type Update = Parameters<Resource<"reports">["update"]>[0]["body"];
type Create = Parameters<Resource<"reports">["create"]>[0]["body"];
type Dependencies = Pick<ResourceDependencies, "store" | "clock" | "mailer" | "log">;

const mostReports = 50;

export function createReportsResource(deps: Dependencies): Resource<"reports"> {
  const { store, clock } = deps;
  const { reports } = store;
  const calendar = new Calendar();
  return {
    list: ({ query, reach }) => readPage(query, (page) => reports.list(page, reach), toApiReport),

    async create({ body, actor }) {
      const userId = await ownerOf(deps, actor);
      const given = { ...toChange(body), webhookId: body.webhook_id, recipients: body.recipients };
      await refuse(deps, actor, given);
      const scheduled = { unit: body.schedule.every, hour: body.schedule.hour, timeZone: body.schedule.time_zone };
      return toApiReport(
        await reports.create({
          ...{ userId, name: body.name, schedule: scheduled, webhookId: given.webhookId, isActive: body.is_active },
          content: { dimensions: body.group_by ?? [], periods: body.periods, filter: toFilter(body.filter) },
          ...{ recipients: given.recipients, nextAt: dueAfter(calendar, scheduled, clock.now()) },
        }),
      );
    },

    get: async ({ params: { id }, reach }) => toApiReport(found(await reports.find(id, reach), "report", id)),

    async update({ params: { id }, body, actor, reach }) {
      const before = found(await reports.find(id, reach), "report", id);
      const change = toChange(body, before);
      const { webhookId, recipients, schedule } = { ...before, ...change };
      await refuse(deps, actor, { webhookId, recipients });
      const isNew = change.schedule !== undefined || (change.isActive === true && !before.isActive);
      const nextAt = isNew ? { nextAt: dueAfter(calendar, schedule, clock.now()) } : {};
      return toApiReport(found(await reports.update(id, { ...change, ...nextAt }, reach), "report", id));
    },

    async remove({ params: { id }, reach }) {
      if (!(await reports.remove(id, reach))) throw notFound("report", id);
      return { id, deleted: true };
    },

    async content({ params: { id }, query: { before }, actor, reach }) {
      const report = found(await reports.find(id, reach), "report", id);
      const owners = await reachOfOwner(deps, report, actor);
      const now = clock.now();
      const at = Math.min(now, before === undefined ? now : Date.parse(before));
      return streamed(deps, "a report", reportPages(store, calendar, report, { at, reach: owners }));
    },

    ...runsOf(deps),
  };
}

/** Rejects where he has as many as anybody may have. */
async function ownerOf({ store: { reports } }: Dependencies, { userId }: Actor): Promise<string> {
  if (userId === null)
    throw new GhostError("invalid_request_error", "The admin key belongs to no user, who reports belong to");
  if ((await reports.count(userId)) < mostReports) return userId;
  throw new GhostError("conflict", `There are ${mostReports} reports already: delete one that is not needed`);
}

/** What is told is what he may see, and nobody is told what he may not see himself. */
async function reachOfOwner({ store }: Dependencies, report: ReportRow, actor: Actor): Promise<Reach> {
  const owner = await store.roles.standing(report.userId);
  if (owner === undefined) throw new GhostError("conflict", "Its owner is switched off");
  const refusal = refusalOf(owner, owner.email, report);
  if (refusal !== null) throw new GhostError("conflict", refusal);
  const shown = reachOf(owner, "usage.read");
  if (includes(reachOf(actor, "usage.read"), shown)) return shown;
  throw new GhostError("permission_denied", "It shows what its owner may see, which is more than you may");
}

function runsOf({ store: { reports }, clock }: Dependencies): Pick<Resource<"reports">, "run" | "runs"> {
  return {
    async run({ params: { id }, reach }) {
      found(await reports.find(id, reach), "report", id);
      return toApiRun(await reports.beginNow(id, clock.now()), clock.now());
    },

    async runs({ params: { id }, query, reach }) {
      found(await reports.find(id, reach), "report", id);
      return readPage(
        query,
        (page) => reports.runs(id, page),
        (row) => toApiRun(row, clock.now()),
      );
    },
  };
}

interface Sent {
  readonly webhookId: string | null;
  readonly recipients: readonly string[];
}

async function refuse({ store, mailer }: Dependencies, actor: Actor, sent: Sent): Promise<void> {
  const { webhookId, recipients } = sent;
  if (webhookId === null && recipients.length === 0)
    throw invalid("recipients", "Give recipients or a webhook: nobody would be sent it");
  if (recipients.length > 0 && mailer === null)
    throw invalid("recipients", "No mail server is configured (mail.smtp_url)");
  const user = actor.userId === null ? undefined : await store.users.find(actor.userId, "all");
  const refusal = refusalOf(actor, user?.email ?? "", sent);
  if (refusal !== null) throw new GhostError("permission_denied", refusal);
  if (webhookId !== null && (await store.webhooks.find(webhookId)) === undefined)
    throw invalid("webhook_id", `There is no webhook with the id ${webhookId}`);
}

function toChange(body: Update | Create, before?: ReportRow): ReportChange {
  const { name, schedule, webhook_id: webhookId, recipients, is_active: isActive } = body;
  const content = toContent(body, before?.content);
  return {
    ...(name !== undefined && { name }),
    ...(schedule !== undefined && {
      schedule: { unit: schedule.every, hour: schedule.hour, timeZone: schedule.time_zone },
    }),
    ...(content !== undefined && { content }),
    ...(webhookId !== undefined && { webhookId }),
    ...(recipients !== undefined && { recipients: [...new Set(recipients)] }),
    ...(isActive !== undefined && { isActive }),
  };
}

function toContent(body: Update, before: ReportContent | undefined): ReportContent | undefined {
  const { group_by: dimensions, periods, filter } = body;
  if (before === undefined || (dimensions ?? periods ?? filter) === undefined) return undefined;
  return {
    dimensions: dimensions ?? before.dimensions,
    periods: periods ?? before.periods,
    filter: filter === undefined ? before.filter : toFilter(filter),
  };
}

function toFilter(given: NonNullable<Update["filter"]>): ReportContent["filter"] {
  const { user_id: userId, api_key_id: apiKeyId, team_id: teamId, organisation_id: organisationId } = given;
  return { userId, apiKeyId, teamId, organisationId, providerId: given.provider_id, model: given.model };
}

function toApiReport(row: ReportRow): ApiReport {
  const { unit: every, hour, timeZone } = row.schedule;
  const { userId, apiKeyId, teamId, organisationId, providerId, model } = row.content.filter;
  const filter = {
    ...{ user_id: userId, api_key_id: apiKeyId, team_id: teamId, organisation_id: organisationId },
    ...{ provider_id: providerId, model },
  };
  return {
    ...{ id: row.id, name: row.name, user_id: row.userId, schedule: { every, hour, time_zone: timeZone } },
    ...{ group_by: [...row.content.dimensions], periods: row.content.periods, filter },
    ...{ webhook_id: row.webhookId, recipients: [...row.recipients], is_active: row.isActive },
    next_at: row.isActive ? toTime(row.nextAt) : null,
    ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}

function toApiRun(row: ReportRunRow, now: number): ApiRun {
  return {
    ...{ id: row.id, report_id: row.reportId, due_at: toTime(row.dueAt), state: row.state, missed: row.missed },
    late: (row.finishedAt ?? now) - row.dueAt > lateMs,
    ...{ attempts: row.attempts, rows: row.rows, error: row.error, finished_at: toTimeOrNull(row.finishedAt) },
  };
}
