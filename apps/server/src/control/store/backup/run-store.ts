import type { EventDraft } from "#domain/event.ts";
import type { Page } from "#control/store/page.ts";

export const backupStates = ["waiting", "making", "made", "failed"] as const;
export type BackupState = (typeof backupStates)[number];

export const backupReasons = ["asked", "due"] as const;
export type BackupReason = (typeof backupReasons)[number];

/** What became of a backup that was asked for or due. Times are epoch ms. */
export interface BackupRunRow {
  readonly id: string;
  /** Of its folder in the place. */
  readonly backupId: string;
  readonly reason: BackupReason;
  readonly state: BackupState;
  /** In words. */
  readonly place: string;
  readonly askedAt: number;
  readonly beganAt: number | null;
  readonly finishedAt: number | null;
  /** When it was deleted to make room for others. */
  readonly removedAt: number | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly error: string | null;
}

export type NewBackupRun = Pick<BackupRunRow, "backupId" | "reason" | "place">;

export interface BackupResult {
  readonly state: "made" | "failed";
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly error: string | null;
}

export interface BackupRunStore {
  /** Rejects with GhostError `conflict` while another is not over. */
  ask(run: NewBackupRun): Promise<BackupRunRow>;
  /** That which is not over. */
  open(): Promise<BackupRunRow | undefined>;
  /** False: it is not waiting any more. */
  begin(id: string): Promise<boolean>;
  /** With what is told of it. Nothing where it is over already. */
  settle(id: string, result: BackupResult, events: readonly EventDraft[]): Promise<void>;
  /** The latest first. */
  list(page: Page): Promise<readonly BackupRunRow[]>;
  /** That which was asked for last, of those with this state. */
  last(state: BackupState): Promise<BackupRunRow | undefined>;
  /** Of those that are there the oldest beyond so many, and what failed ones may have left. */
  outnumbered(keep: number): Promise<readonly BackupRunRow[]>;
  markRemoved(ids: readonly string[]): Promise<void>;
  /** Forgets all but the last so many that are over and removed, or failed. */
  prune(most: number): Promise<void>;
  /** A restored database has this one as it was while it was being made, and the hold of the server that made it (a setting). */
  settleRestored(backupId: string, finishedAt: number, hold: string): Promise<void>;
}
