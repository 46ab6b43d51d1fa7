// Makes the backups that are due or asked for. Run by one instance at a time. Invariant: what was begun by a server that is gone is
// settled as failed, and a backup that was not finished leaves nothing that would be taken for one.

import { GhostError } from "@ghostllm/contract";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { BackupReason, BackupResult, BackupRunRow } from "#control/store/backup/run-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import type { BackupJobs } from "./backup-threads.ts";
import { newBackupId, type MadeBackup } from "./make-backup.ts";
import { dueAt, type BackupPlanInForce } from "./plan.ts";
import type { BackupJob } from "./thread-jobs.ts";

export interface KeeperDeps {
  readonly store: Pick<Store, "backups">;
  readonly jobs: BackupJobs;
  /** All that is the same of each. */
  readonly job: Omit<BackupJob, "kind" | "id">;
  readonly plan: Pick<BackupPlanInForce, "everyMs" | "keep">;
  readonly clock: Pick<Clock, "now">;
  readonly log: ControlLog;
  /** Pages look at it. */
  readonly changed: () => Promise<void>;
}

const mostRuns = 500;

export class BackupKeeper {
  readonly #deps: KeeperDeps;
  /** By this process. */
  #making: string | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  async look({ signal }: Pick<Held, "signal">): Promise<void> {
    const { store } = this.#deps;
    const open = await store.backups.open();
    if (open === undefined) {
      if (await this.#isDue()) await this.#ask("due");
    } else if (open.state === "waiting") await this.#make(open, signal);
    else if (open.id !== this.#making) await this.#settle(open, failed("The server that made it has ended"));
  }

  async #isDue(): Promise<boolean> {
    const { store, plan, clock } = this.#deps;
    if (plan.everyMs === null) return false;
    const last = { made: await store.backups.last("made"), failed: await store.backups.last("failed") };
    return clock.now() >= dueAt(plan.everyMs, last);
  }

  async #ask(reason: BackupReason): Promise<void> {
    const { store, clock, job } = this.#deps;
    const asked = { backupId: newBackupId(clock.now()), reason, place: job.place.to };
    await store.backups.ask(asked).catch((error: unknown) => {
      // Somebody has asked in the same moment.
      if (!(error instanceof GhostError && error.code === "conflict")) throw error;
    });
  }

  async #make(run: BackupRunRow, signal: AbortSignal): Promise<void> {
    const { store, jobs, job, changed, log } = this.#deps;
    if (!(await store.backups.begin(run.id))) return;
    this.#making = run.id;
    await changed();
    try {
      const made = await jobs.run({ kind: "backup", ...job, id: run.backupId }, signal);
      await this.#settle(run, resultOf(made));
      await this.#makeRoom();
    } catch (error) {
      log.error({ err: error, backup: run.backupId }, "A backup could not be made");
      await this.#settle(run, failed(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#making = null;
    }
  }

  async #settle(run: BackupRunRow, result: BackupResult): Promise<void> {
    const { store, clock, changed } = this.#deps;
    await store.backups.settle(run.id, result, [eventOf(run, result, clock.now())]);
    await changed();
  }

  /** What cannot be deleted now is the next time. */
  async #makeRoom(): Promise<void> {
    const { store, jobs, job, plan, log } = this.#deps;
    const many = await store.backups.outnumbered(plan.keep);
    const kept = (await store.backups.list({ limit: mostRuns })).filter(
      ({ state, removedAt, id }) => state === "made" && removedAt === null && !many.some((one) => one.id === id),
    );
    const archiveBefore = kept.at(-1)?.askedAt ?? null;
    try {
      const backups = many.map(({ backupId }) => backupId);
      await jobs.run({ kind: "remove", place: job.place, backups, archiveBefore });
      await store.backups.markRemoved(many.map(({ id }) => id));
      await store.backups.prune(mostRuns);
    } catch (error) {
      log.warn({ err: error }, "Backups that are too many cannot be deleted now");
    }
  }
}

const failed = (error: string): BackupResult => ({ state: "failed", rows: null, bytes: null, error });

function resultOf(made: MadeBackup | null): BackupResult {
  if (made === null) return failed("It was not made");
  return { state: "made", rows: made.rows, bytes: made.bytes, error: null };
}

function eventOf(run: BackupRunRow, { state, rows, bytes, error }: BackupResult, now: number): EventDraft {
  const seconds = run.beganAt === null ? null : Math.max(0, Math.round((now - run.beganAt) / 1_000));
  const ofRun = { run_id: run.id, backup_id: run.backupId, place: run.place, reason: run.reason };
  const at = { happenedAt: now, userId: null };
  if (state === "failed") return draftEvent("backup.failed", at, { ...ofRun, error: error ?? "" });
  return draftEvent("backup.made", at, { ...ofRun, rows: rows ?? 0, bytes: bytes ?? 0, seconds });
}
