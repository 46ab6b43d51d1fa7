// What the store has for snapshots: what they are made of, in whole or by name, and what of it has changed.

import type { Grants, PromptPolicy } from "@ghostllm/contract";
import type { Budget } from "#domain/budgets/budget.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { Permissions, RateLimits } from "#domain/principal.ts";

export interface LimitedRow {
  readonly id: string;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  /** Absent: there are none. */
  readonly budgets?: readonly Budget[];
  readonly privacy: PrivacyPolicy | null;
  /** Of a team or a key; absent: it says nothing of it. */
  readonly storePrompts?: PromptPolicy;
}

export interface HolderRow extends LimitedRow {
  /** Of the role. */
  readonly grants: Grants;
  readonly isActive: boolean;
  /** Of a person. */
  readonly email?: string;
}

export interface TeamLimitsRow extends LimitedRow {
  readonly organisationId: string | null;
  readonly models: readonly string[] | null;
}

/** Of a key that was not revoked. */
export interface WorkingKeyRow extends LimitedRow {
  readonly keyHash: string;
  readonly publicId: string;
  readonly userId: string;
  readonly teamId: string | null;
  readonly permissions: Permissions;
  readonly expiresAt: number | null;
}

/** The tables that snapshots are made of. */
export const watchedTables = [
  ...(["organisations", "teams", "users", "api_keys", "providers", "models", "aliases"] as const),
  ...(["consent_policies", "guardrails"] as const),
] as const;

export type WatchedTable = (typeof watchedTables)[number];

export interface StoredChange {
  readonly table: WatchedTable;
  /** What the row goes by: a key by its hash, all others by their id. */
  readonly id: string;
}

export interface StoredChanges {
  readonly changes: readonly StoredChange[];
  /** From which to read on. */
  readonly position: string;
  /** Changes with a smaller mark have been forgotten. */
  readonly forgotten: number;
}

export interface SnapshotStore {
  /** Absent: all of them. The event loop gets a turn between pages. */
  users(ids?: readonly string[]): Promise<readonly HolderRow[]>;
  teams(ids?: readonly string[]): Promise<readonly TeamLimitsRow[]>;
  organisations(ids?: readonly string[]): Promise<readonly LimitedRow[]>;
  workingKeys(hashes?: readonly string[]): Promise<readonly WorkingKeyRow[]>;
  /** Those that are new to whoever has read so far, at most so many; null: none, only how far one is now. */
  changes(since: string | null, limit: number): Promise<StoredChanges>;
  /** Forgets what is older than this, but for the latest of it. */
  forgetChanges(olderThanMs: number): Promise<void>;
}
