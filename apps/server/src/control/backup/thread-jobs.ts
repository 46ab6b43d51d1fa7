// What is done in a thread of its own, so that compressing and sealing never hold the server's event loop; what is posted is plain data.

import type { MadeBackup } from "./make-backup.ts";
import type { PlaceSettings } from "./place.ts";
import type { Lock } from "./seal.ts";

interface SealedInto {
  readonly place: PlaceSettings;
  readonly lock: Lock;
}

/** A backup of the database and the data directory. */
export interface BackupJob extends SealedInto {
  readonly kind: "backup";
  readonly id: string;
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Of GhostLLM. */
  readonly version: string;
}

/** A file with lines of the journal, for the archive. */
export interface PieceJob extends SealedInto {
  readonly kind: "piece";
  readonly path: string;
  readonly installation: string;
  readonly number: number;
  /** Epoch ms. */
  readonly closedAt: number;
}

/** Files of backups, and of the archive from before a time. */
export interface RemoveJob extends Pick<SealedInto, "place"> {
  readonly kind: "remove";
  readonly backups: readonly string[];
  /** Epoch ms; null: nothing of the archive. */
  readonly archiveBefore: number | null;
}

export type ThreadJob = BackupJob | PieceJob | RemoveJob;

export type ThreadAnswer = { readonly made: MadeBackup | null } | { readonly error: string };
