// What the store has for consent: policies, and the requests that they have held.

import type { PrivacyCount } from "@ghostllm/contract";
import type { Reach } from "#domain/access/may.ts";
import type { ConsentPolicy } from "#domain/consents/policy.ts";
import type { ConsentAnswer, ConsentQuestion } from "#link/consents.ts";
import type { Page } from "#control/store/page.ts";

export interface ConsentPolicyRow extends ConsentPolicy {
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewConsentPolicy = Omit<ConsentPolicyRow, "id" | "createdAt" | "updatedAt">;
export type ConsentPolicyChange = Partial<NewConsentPolicy>;

/** Policies belong to the installation. */
export interface ConsentPolicyStore {
  create(policy: NewConsentPolicy): Promise<ConsentPolicyRow>;
  list(ids?: readonly string[]): Promise<readonly ConsentPolicyRow[]>;
  find(id: string): Promise<ConsentPolicyRow | undefined>;
  update(id: string, change: ConsentPolicyChange): Promise<ConsentPolicyRow | undefined>;
  remove(id: string): Promise<boolean>;
}

/** `expired`: its time was over before it was decided or used. */
export const consentStatuses = ["pending", "approved", "refused", "used", "expired"] as const;
export type ConsentStatus = (typeof consentStatuses)[number];

export interface ConsentRequestRow {
  readonly id: string;
  readonly keyId: string;
  readonly userId: string;
  readonly teamId: string | null;
  /** Null: they are gone. */
  readonly keyName: string | null;
  readonly username: string | null;
  readonly fingerprint: string;
  readonly model: string;
  readonly operation: string;
  readonly dialect: string;
  readonly costNanos: number | null;
  readonly promptTokens: number;
  readonly found: readonly PrivacyCount[];
  readonly policies: ConsentQuestion["policies"];
  readonly validMs: number;
  readonly status: ConsentStatus;
  readonly requestId: string;
  /** Until then it waits, or the decision counts. */
  readonly endsAt: number;
  readonly decidedAt: number | null;
  /** A user; null for the admin key. His name is null when he is gone. */
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly note: string;
  readonly usedAt: number | null;
  readonly usedBy: string | null;
  readonly createdAt: number;
}

export interface ConsentQuery extends Page {
  readonly status?: ConsentStatus;
  readonly keyId?: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly model?: string;
}

export interface ConsentDecision {
  readonly isApproved: boolean;
  readonly note: string;
  /** For how long it counts; null: as its policy says. */
  readonly validMs: number | null;
  /** Null for the admin key. */
  readonly by: string | null;
}

export type AskedConsent = Exclude<ConsentAnswer, { readonly kind: "unknown" }> & {
  /** It was written down now. */
  readonly isNew?: true;
};

export interface ConsentStore {
  readonly policies: ConsentPolicyStore;
  ask(question: ConsentQuestion): Promise<AskedConsent>;
  giveBack(id: string, requestId: string): Promise<void>;
  /** The latest first. */
  list(query: ConsentQuery, reach: Reach): Promise<readonly ConsentRequestRow[]>;
  find(id: string, reach: Reach): Promise<ConsentRequestRow | undefined>;
  /** Undefined also for one that does not wait any more. */
  decide(id: string, decision: ConsentDecision, reach: Reach): Promise<ConsentRequestRow | undefined>;
  /** Deletes at most so many that ended before then. Answers how many. */
  prune(endedBefore: number, limit: number): Promise<number>;
}
