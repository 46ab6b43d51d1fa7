// Reports as the store keeps them, and what became of each that was due.

import type { EventDraft } from "#domain/event.ts";
import type { Reach } from "#domain/access/may.ts";
import type { ReportContent, ReportSchedule } from "#domain/reports/report.ts";
import type { Page } from "#control/store/page.ts";

export interface ReportRow {
  readonly id: string;
  /** Whose reach it has. */
  readonly userId: string;
  readonly name: string;
  readonly schedule: ReportSchedule;
  readonly content: ReportContent;
  readonly webhookId: string | null;
  /** E-mail addresses. */
  readonly recipients: readonly string[];
  readonly isActive: boolean;
  /** Epoch ms. */
  readonly nextAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewReport = Omit<ReportRow, "id" | "createdAt" | "updatedAt">;
export type ReportChange = Partial<Omit<NewReport, "userId">>;

/** `waiting`: it is to be made, or to be tried again. `skipped`: its owner may not, or is not there. */
export const reportRunStates = ["waiting", "sent", "failed", "skipped"] as const;
export type ReportRunState = (typeof reportRunStates)[number];

export interface ReportRunRow {
  readonly id: string;
  readonly reportId: string;
  readonly dueAt: number;
  readonly missed: number;
  readonly state: ReportRunState;
  readonly attempts: number;
  readonly nextAt: number;
  readonly told: readonly string[];
  readonly rows: number | null;
  readonly error: string | null;
  readonly finishedAt: number | null;
}

/** What is to be sent to a webhook, as its machinery sends it. */
export interface ReportDelivery {
  readonly webhookId: string;
  readonly eventId: string;
  readonly event: string;
}

export interface RunResult extends Pick<ReportRunRow, "state" | "attempts" | "nextAt" | "error"> {
  readonly rows?: number;
  readonly told?: readonly string[];
  readonly delivery?: ReportDelivery | null;
  readonly events?: readonly EventDraft[];
}

export interface ReportStore {
  create(report: NewReport): Promise<ReportRow>;
  list(page: Page, reach: Reach): Promise<readonly ReportRow[]>;
  count(userId: string): Promise<number>;
  find(id: string, reach: Reach): Promise<ReportRow | undefined>;
  update(id: string, change: ReportChange, reach: Reach): Promise<ReportRow | undefined>;
  /** Removes what became of it, too. */
  remove(id: string, reach: Reach): Promise<boolean>;
  /** Those whose time has come, the one that waits longest first. */
  due(now: number, limit: number): Promise<readonly ReportRow[]>;
  /** A run for this due time, which there is once. False where somebody else was faster. */
  begin(
    report: Pick<ReportRow, "id" | "nextAt">,
    run: { dueAt: number; missed: number; nextAt: number },
  ): Promise<boolean>;
  /** One that somebody asks for. */
  beginNow(id: string, dueAt: number): Promise<ReportRunRow>;
  /** Runs that are to be made now. */
  waiting(now: number, limit: number): Promise<readonly ReportRunRow[]>;
  /** With what is to be sent to a webhook, and with what is told of it, in one transaction. */
  settle(run: ReportRunRow, result: RunResult): Promise<void>;
  /** The latest first. */
  runs(id: string, page: Page): Promise<readonly ReportRunRow[]>;
  /** Of each report only so many of those that are over are kept. */
  prune(most: number): Promise<void>;
}
