// What it takes to judge an alert: what the server has at hand, and what it says of it.

import type { Permission } from "@ghostllm/contract";
import type { BackupPlanInForce } from "#control/backup/plan.ts";
import type { NamedUse } from "#control/budgets/used-budgets.ts";
import type { CertificateBoard } from "#control/certificates/certificate-board.ts";
import type { DeclaredThings } from "#control/declared/standing.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { Store } from "#control/store/store.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Health } from "#link/health.ts";
import type { Journal } from "#link/journal/journal.ts";

export interface JudgeDeps {
  readonly store: Pick<Store, "apiKeys" | "backups" | "budgets" | "certificates" | "spend">;
  readonly snapshot: () => Snapshot;
  readonly resting: () => readonly RestingTarget[];
  readonly health: Pick<Health, "parts">;
  readonly journal: Pick<Journal, "pendingRecords">;
  readonly configuration: Pick<ConfigurationInForce, "problems">;
  readonly declared: Pick<DeclaredThings, "standing">;
  readonly backupPlan: BackupPlanInForce;
  readonly board: Pick<CertificateBoard, "list">;
  readonly dataDir: string;
  /** Why limits are decided on without Redis; null where it is asked, or where there is none. */
  readonly redisAway: () => string | null;
  readonly clock: Clock;
  readonly steadyTime: Pick<SteadyTime, "now">;
}

/** What all judges of one look have. */
export interface Look extends JudgeDeps {
  /** Epoch ms. */
  readonly startedAt: number;
  /** Read once for all. */
  readonly budgetUses: () => Promise<readonly NamedUse[]>;
}

export interface Subject {
  readonly kind: "provider" | "user" | "key" | "team" | "organisation" | "alias" | "system";
  readonly id: string | null;
  readonly name: string;
}

/** One reason for an alert. */
export interface Sighting {
  readonly subject: Subject;
  readonly text: string;
  /** Epoch ms, where it is known; else it is since it was seen first. */
  readonly since?: number;
}

export interface Judge {
  /** What one must be able to read of all to be told. */
  readonly permission: Permission;
  readonly look: (look: Look) => readonly Sighting[] | Promise<readonly Sighting[]>;
}

export function ofSystem(name: string, text: string, since?: number): Sighting {
  return { subject: { kind: "system", id: null, name }, text, ...(since !== undefined && { since }) };
}
