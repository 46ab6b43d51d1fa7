// API keys as the store keeps them.

import type { PromptPolicy } from "@ghostllm/contract";
import type { Reach } from "#domain/access/may.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { Permissions, RateLimits } from "#domain/principal.ts";
import type { NamedPage } from "./page.ts";

/** Of keys: `team` is the account of a team itself. */
export type OwnerKind = "person" | "service_account" | "team";

export interface ApiKeyRow {
  readonly id: string;
  readonly userId: string;
  /** What the user is. */
  readonly ownerKind: OwnerKind;
  readonly teamId: string | null;
  readonly name: string;
  /** `gk-` and 12 characters. */
  readonly publicId: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly keyHash: string;
  readonly permissions: Permissions;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  /** Beside that. */
  readonly budgets: readonly Budget[];
  readonly spentNanos: number;
  /** Null: no more than what others say whom the key counts by. */
  readonly privacy: PrivacyPolicy | null;
  /** Of the texts of its requests; null: what its team says. */
  readonly storePrompts: PromptPolicy | null;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly isActive: boolean;
  readonly tags: readonly string[];
  /** The secret of before the last rotation; null where there is none. It may have ended. */
  readonly previous: PreviousSecret | null;
  readonly createdAt: number;
}

export interface PreviousSecret {
  readonly publicId: string;
  /** Epoch ms. */
  readonly until: number;
}

export interface KeyQuery extends NamedPage {
  readonly userId?: string;
  readonly teamId?: string;
  readonly tag?: string;
  readonly isActive?: boolean;
}

export type NewApiKey = Pick<
  ApiKeyRow,
  "userId" | "teamId" | "name" | "publicId" | "keyHash" | "permissions" | "limits" | "budgetNanos" | "expiresAt"
> &
  Partial<Pick<ApiKeyRow, "tags" | "budgets" | "privacy" | "storePrompts">>;
export type ApiKeyChange = Partial<
  Pick<
    ApiKeyRow,
    | ("name" | "tags" | "permissions" | "limits" | "budgetNanos" | "budgets" | "privacy" | "storePrompts")
    | ("expiresAt" | "isActive")
  >
>;
/** A new secret of a key. The one of before works until a moment, in epoch ms. */
export type Rotation = Pick<ApiKeyRow, "publicId" | "keyHash"> & { readonly previousUntil: number };

/** Found within the reach of whoever asks alone. */
export interface KeyStore {
  /** `by`: the user who does it. */
  create(key: NewApiKey, by?: string | null): Promise<ApiKeyRow>;
  list(query: KeyQuery, reach: Reach): Promise<readonly ApiKeyRow[]>;
  find(id: string, reach: Reach): Promise<ApiKeyRow | undefined>;
  /** For whoever has the key, also one that is revoked; `isPrevious`: it has another secret by now. */
  findByHash(keyHash: string): Promise<{ readonly key: ApiKeyRow; readonly isPrevious: boolean } | undefined>;
  /** Those that work still, and end before this (epoch ms); the first to end come first. */
  expiring(before: number, limit: number, reach: Reach): Promise<readonly ApiKeyRow[]>;
  update(id: string, change: ApiKeyChange, reach: Reach): Promise<ApiKeyRow | undefined>;
  /** Undefined also for one that is revoked. */
  rotate(id: string, rotation: Rotation, reach: Reach): Promise<ApiKeyRow | undefined>;
}
