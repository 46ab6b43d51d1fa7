// What a snapshot is made of, as plain data: it crosses to other threads by `postMessage`. Definitions of vendors hold functions and
// are named by their type; secrets are open in it, in a form that says so.

import type { PriceList } from "@ghostllm/llm";
import type { AliasStrategy, Grants, PromptPolicy } from "@ghostllm/contract";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { CachePolicy } from "#domain/cache-policy.ts";
import type { ConsentPolicy } from "#domain/consents/policy.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { ModelFacts } from "#domain/model-facts.ts";
import type { PriceOverrides } from "#domain/price-overrides.ts";
import type { Permissions, RateLimits, TargetLimits } from "#domain/principal.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { OpenSecret } from "#domain/secret.ts";

interface Limited {
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  /** Absent: there are none. */
  readonly budgets?: readonly Budget[];
  /** Absent or null: none. */
  readonly privacy?: PrivacyPolicy | null;
  /** Of a key or a team. Absent or null: it says nothing of that. */
  readonly storePrompts?: PromptPolicy | null;
}

export interface UserPart extends Limited {
  readonly id: string;
  /** Of the role. */
  readonly grants: Grants;
  /** Whose keys work. */
  readonly isActive: boolean;
  /** Absent for accounts that are of nobody. */
  readonly email?: string;
}

export interface OrganisationPart extends Limited {
  readonly id: string;
}

export interface TeamPart extends Limited {
  readonly id: string;
  readonly organisationId: string | null;
  /** Patterns, as in the permissions of a key; null allows every model. */
  readonly models: readonly string[] | null;
}

/** Of a key that works. */
export interface KeyPart extends Limited {
  readonly id: string;
  /** SHA-256 of the key, lower-case hex. */
  readonly hash: string;
  readonly publicId: string;
  readonly userId: string;
  readonly teamId: string | null;
  readonly permissions: Permissions;
  readonly expiresAt: number | null;
}

/** What may be spent and asked of an alias or a provider, whoever asks. Absent: anything. */
interface Held {
  readonly limits?: RateLimits;
  readonly budgets?: readonly Budget[];
}

/** Of a provider that is enabled. */
export interface ProviderPart extends Held {
  readonly id: string;
  readonly name: string;
  readonly use: ProviderUse | { readonly fault: string };
}

export interface ProviderUse {
  /** Of its definition. */
  readonly type: string;
  readonly baseUrl: string;
  readonly credential: OpenSecret | null;
  readonly settings: Readonly<Record<string, string>>;
  /** The text of additions. */
  readonly additions: OpenSecret | null;
}

export interface ModelPart extends PriceOverrides {
  readonly id: string;
  readonly providerId: string;
  readonly name: string;
  readonly contextLength: number | null;
  readonly supportsVision: boolean | null;
  readonly supportsFunctions: boolean | null;
  readonly supportsStreaming: boolean | null;
  readonly listed: ModelFacts | null;
  /** Absent or null: it is held to nothing. */
  readonly limits?: TargetLimits | null;
  /** Absent or null: no operator has said it. */
  readonly quality?: number | null;
  readonly inAuto?: boolean | null;
  readonly createdAt: number;
}

export interface AliasTargetPart {
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
  /** Absent: it is held to nothing. */
  readonly limits?: TargetLimits;
}

export interface AliasPart extends Held {
  readonly id: string;
  /** Absent or null: everybody's. */
  readonly teamId?: string | null;
  readonly name: string;
  readonly strategy: AliasStrategy;
  readonly targets: readonly AliasTargetPart[];
  /** Absent or null: it says nothing. */
  readonly policy?: AliasPolicy | null;
  /** Absent or null: none of its answers is kept. */
  readonly cache?: CachePolicy | null;
  readonly createdAt: number;
}

/** The kinds of parts, and what each goes by: keys by their hash, all others by their id. */
export interface PartKinds {
  readonly organisations: OrganisationPart;
  readonly teams: TeamPart;
  readonly users: UserPart;
  readonly keys: KeyPart;
  readonly providers: ProviderPart;
  readonly models: ModelPart;
  readonly aliases: AliasPart;
  /** Those that are in force. */
  readonly consentPolicies: ConsentPolicy;
  /** As above. */
  readonly guardrails: GuardrailPart;
}

export type PartKind = keyof PartKinds;

/** Null: the list that comes with GhostLLM. */
export type PricesPart = PriceList | null;

export type SnapshotParts = { readonly [Kind in PartKind]: readonly PartKinds[Kind][] } & {
  readonly version: number;
  readonly prices: PricesPart;
};

export interface Changed<Part> {
  /** New ones, and others as they are now. */
  readonly set: readonly Part[];
  /** By what they go by. */
  readonly gone: readonly string[];
}

/** What leads from one snapshot to the next. */
export type SnapshotChange = { readonly [Kind in PartKind]?: Changed<PartKinds[Kind]> } & {
  /** Absent: as they were. */
  readonly prices?: PricesPart;
};

export function isNoChange(change: SnapshotChange): boolean {
  const { prices, ...kinds } = change;
  return prices === undefined && Object.values(kinds).every(({ set, gone }) => set.length + gone.length === 0);
}
