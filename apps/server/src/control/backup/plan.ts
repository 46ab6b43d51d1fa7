// When backups are made, and where they go: as it is configured, for whoever makes them and for whoever asks.

import type { BackupRunRow } from "#control/store/backup/run-store.ts";

export interface BackupPlanInForce {
  /** A folder or a bucket; null: none can be made. */
  readonly to: string | null;
  readonly sealedBy: "passphrase" | "recipients" | null;
  /** Null: only when somebody asks. */
  readonly everyMs: number | null;
  readonly keep: number;
  /** Of the journal, by this instance; null: there is none. */
  readonly archive: ArchiveInForce | null;
}

export interface ArchiveInForce {
  readonly everyMs: number;
  /** Epoch ms. */
  archivedUpTo(): number | null;
  pendingBytes(): number;
}

interface LastRuns {
  readonly made: BackupRunRow | undefined;
  readonly failed: BackupRunRow | undefined;
}

/** One that failed is tried again so much later, or when it is due again. */
const retryMs = 10 * 60 * 1_000;

/** Epoch ms; it may be past. */
export function dueAt(everyMs: number, { made, failed }: LastRuns): number {
  const afterMade = made === undefined ? 0 : made.askedAt + everyMs;
  const afterFailed = failed === undefined ? 0 : failed.askedAt + Math.min(retryMs, everyMs);
  return Math.max(afterMade, afterFailed);
}
