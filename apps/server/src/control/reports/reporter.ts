// Makes reports when they are due. Run by one instance at a time; that there is one run for a due time does not depend on it: the
// store has one row for each. What is sent to a webhook is in the database with the end of its run, and goes by the events' machinery.

import { formatUsd, newId, parseUsd } from "@ghostllm/contract";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import type { ReportRow, ReportRunRow, RunResult } from "#control/store/reports/report-store.ts";
import type { Store } from "#control/store/store.ts";
import { reach } from "#domain/access/may.ts";
import type { Standing } from "#domain/access/actor.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import type { Clock } from "#domain/clock.ts";
import { draftEvent } from "#domain/event.ts";
import { dueTimes } from "#domain/reports/report.ts";
import { makeReport, reportCsv, type MadeReport } from "./report-content.ts";
import { refusalOf } from "./report-rights.ts";

export interface ReporterDeps {
  readonly store: Pick<Store, "reports" | "roles" | "usage" | "names" | "webhooks">;
  /** Null: none is configured. */
  readonly mailer: Pick<Mailer, "send"> | null;
  /** What events name as their source. */
  readonly source: string;
  readonly clock: Pick<Clock, "now">;
  readonly log: ControlLog;
}

const mostAtOnce = 50;
const mostAttempts = 5;
const minuteMs = 60_000;
export const lateMs = 10 * minuteMs;
/** Of each report, of those that are over. */
const mostKept = 200;

interface Task {
  readonly report: ReportRow;
  readonly run: ReportRunRow;
}

export class Reporter {
  readonly #deps: ReporterDeps;
  readonly #calendar = new Calendar();

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  async run({ holds }: Pick<Held, "holds">): Promise<void> {
    const { store, clock, log } = this.#deps;
    const due = await store.reports.due(clock.now(), mostAtOnce);
    for (const report of due) if (holds()) await this.#begin(report);
    for (const run of await store.reports.waiting(clock.now(), mostAtOnce)) {
      if (!holds()) return;
      const report = await store.reports.find(run.reportId, "all");
      if (report === undefined) continue;
      await this.#attempt({ report, run }).catch((error: unknown) => {
        log.error({ err: error, report: report.id }, "A report could not be made; that is tried again");
      });
    }
    if (due.length > 0) await store.reports.prune(mostKept);
  }

  /** Of due times that nobody was there for the last one is made. */
  async #begin(report: ReportRow): Promise<void> {
    const { store, clock } = this.#deps;
    const { last, missed, next } = dueTimes(this.#calendar, report.schedule, report.nextAt, clock.now());
    await store.reports.begin(report, { dueAt: last, missed, nextAt: next });
  }

  async #attempt(task: Task): Promise<void> {
    const { store } = this.#deps;
    const { report, run } = task;
    const standing = await store.roles.standing(report.userId);
    const refusal = standing === undefined ? "Its owner is switched off" : refusalOf(standing, standing.email, report);
    if (standing === undefined || refusal !== null)
      return store.reports.settle(run, this.#end(task, { state: "skipped", error: refusal }));
    const made = await this.#make(report, run, standing);
    const result = await this.#send(task, made).catch((error: unknown) => this.#failed(task, error));
    await store.reports.settle(run, { rows: made.lines.length, ...result });
  }

  #make(report: ReportRow, { dueAt }: ReportRunRow, standing: Standing): Promise<MadeReport> {
    const reached = reach(standing, "usage.read");
    return makeReport(this.#deps.store, this.#calendar, report, { at: dueAt, reach: reached });
  }

  async #send(task: Task, made: MadeReport): Promise<RunResult> {
    const { report, run } = task;
    const webhook = report.webhookId === null ? null : await this.#deps.store.webhooks.find(report.webhookId);
    if (report.webhookId !== null && webhook?.isActive !== true)
      return this.#end(task, { state: "failed", error: "Its webhook is deleted or switched off" });
    const told = [...run.told];
    for (const to of report.recipients) {
      if (told.includes(to)) continue;
      const error = await this.#mail(task, made, to);
      if (error !== null) return { ...this.#failed(task, error), told };
      told.push(to);
    }
    const delivery = webhook === null || webhook === undefined ? null : this.#deliveryOf(task, made, webhook.id);
    return { ...this.#end(task, { state: "sent", error: null, rows: made.lines.length }), told, delivery };
  }

  /** Answers what went wrong. */
  async #mail({ report, run }: Task, made: MadeReport, to: string): Promise<unknown> {
    const { mailer } = this.#deps;
    if (mailer === null) return new Error("No mail server is configured");
    const fileName = `${report.name.replace(/[^\p{L}\p{N}_-]+/gu, "-")}.csv`;
    const attachments = [{ fileName, contentType: "text/csv", content: reportCsv(made.lines) }];
    const subject = `${report.name}: usage from ${dateOf(made.from)} to ${dateOf(made.to)}`;
    const mail = { to, subject, text: this.#textOf(report, run, made), attachments };
    return mailer.send(mail).then(
      () => null,
      (error: unknown) => error,
    );
  }

  #textOf(report: ReportRow, run: ReportRunRow, { lines, isCut }: MadeReport): string {
    const sum = (name: string): number => lines.reduce((all, line) => all + Number(line[name] ?? 0), 0);
    const cost = lines.reduce((all, line) => all + parseUsd(String(line["cost_usd"] ?? "0")), 0);
    return [
      `${report.name} was due at ${timeOf(run.dueAt)}.`,
      ...(this.#isLate(run) ? ["It is late: no server was there at that time, or it could not be sent."] : []),
      ...(run.missed > 0 ? [`${run.missed} before it were missed.`] : []),
      `${sum("requests")} requests, ${sum("errors")} errors, USD ${formatUsd(cost)}. The attached file has each period and group.`,
      ...(isCut ? ["Groups are missing in it: there are more than a report has room for."] : []),
    ].join("\n");
  }

  #deliveryOf({ report, run }: Task, made: MadeReport, webhookId: string) {
    const { source, clock } = this.#deps;
    const now = clock.now();
    const eventId = newId(now);
    const { id, name, schedule, content } = report;
    const times = { due_at: timeOf(run.dueAt), late: this.#isLate(run), missed: run.missed };
    const data = {
      ...{ report_id: id, run_id: run.id, name, ...times, time_zone: schedule.timeZone },
      ...{ from: timeOf(made.from), to: timeOf(made.to), group_by: content.dimensions },
      ...{ rows: made.lines, is_cut: made.isCut },
    };
    const event = JSON.stringify({
      ...{ specversion: "1.0", id: eventId, source, type: "ghostllm.report.content", subject: id, partitionkey: id },
      ...{ time: timeOf(now), datacontenttype: "application/json", dataschema: "urn:ghostllm:event:report.content:1" },
      data,
    });
    return { webhookId, eventId, event };
  }

  #failed(task: Task, error: unknown): RunResult {
    const { clock } = this.#deps;
    const attempts = task.run.attempts + 1;
    const reason = error instanceof Error ? error.message : String(error);
    if (attempts >= mostAttempts) return this.#end(task, { state: "failed", error: reason });
    return { state: "waiting", attempts, nextAt: clock.now() + 2 ** attempts * minuteMs, error: reason };
  }

  #end(
    { report, run }: Task,
    { state, error, rows }: { state: "sent" | "failed" | "skipped"; error: string | null; rows?: number },
  ): RunResult {
    const { clock } = this.#deps;
    const { id, name, userId } = report;
    const told = draftEvent(
      "report.finished",
      { happenedAt: clock.now(), userId },
      {
        ...{ report_id: id, run_id: run.id, user_id: userId, name, state, error },
        ...{ due_at: timeOf(run.dueAt), late: this.#isLate(run), missed: run.missed, rows: rows ?? null },
      },
    );
    return { state, attempts: run.attempts + 1, nextAt: run.nextAt, error, events: [told] };
  }

  #isLate({ dueAt }: ReportRunRow): boolean {
    return this.#deps.clock.now() - dueAt > lateMs;
  }
}

const timeOf = (at: number): string => new Date(at).toISOString();
const dateOf = (at: number): string => timeOf(at).slice(0, 10);
