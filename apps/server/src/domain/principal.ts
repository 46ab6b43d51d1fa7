// Who is calling, as the gateway knows it from the snapshot. Pure types and rules, shared by both planes.

import type { Grants, KeyEndpoint, PromptPolicy } from "@ghostllm/contract";
import type { AliasTimeouts } from "#domain/alias-policy.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";

/** Of one window, which is a minute where nothing else is said. Absent or null means "no limit". */
export interface WindowLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  /** Nano-USD. */
  readonly costNanosPerMinute?: number | null | undefined;
  /** Counted at the moment, and not over a window. */
  readonly concurrentRequests: number | null;
}

/** Absent or null means "no limit". All but `concurrentRequests` are counted over the last minute, hour or day. */
export interface RateLimits extends WindowLimits {
  readonly requestsPerHour?: number | null | undefined;
  readonly requestsPerDay?: number | null | undefined;
  readonly tokensPerHour?: number | null | undefined;
  readonly tokensPerDay?: number | null | undefined;
  readonly costNanosPerHour?: number | null | undefined;
  readonly costNanosPerDay?: number | null | undefined;
}

/** What a model at a provider may be held to: as vendors do it, by the minute and at a time. */
export type TargetLimits = Pick<RateLimits, "requestsPerMinute" | "tokensPerMinute" | "concurrentRequests">;

export const noLimits: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

/** A scope with what it is held to. Admission is all-or-nothing over all scopes of a principal. */
export interface LimitedScope extends Scope {
  readonly limits: RateLimits;
  /** Total that may be spent, in nano-USD; null is unlimited. */
  readonly budgetNanos: number | null;
  /** Absent or null: it has none. */
  readonly privacy?: PrivacyPolicy | null;
  /** Of a key or a team. Absent or null: it says nothing of that. */
  readonly storePrompts?: PromptPolicy | null;
  /** Beside that: of days, weeks, months, or of another kind. */
  readonly budgets?: readonly Budget[];
}

export type StoredPrompts = Exclude<PromptPolicy, "nothing">;

/** Does anything of it have to know what a request may cost? */
export function limitsSpending({ limits, budgetNanos, budgets = [] }: LimitedScope): boolean {
  const { costNanosPerMinute, costNanosPerHour, costNanosPerDay } = limits;
  const mostNanos = costNanosPerMinute ?? costNanosPerHour ?? costNanosPerDay ?? null;
  return budgetNanos !== null || budgets.length > 0 || mostNanos !== null;
}

/** `known`: users of this server, and nobody else. `any`: who is none is counted for the owner of the key. */
export type ActsFor = "known" | "any";

export interface Permissions {
  /** Patterns of model names with `*` as wildcard; null allows every model. */
  readonly models: readonly string[] | null;
  /** What it may be used for; null, or absent, for everything. */
  readonly endpoints?: readonly KeyEndpoint[] | null;
  /** Ranges from where it may be used; null, or absent, from everywhere. */
  readonly addresses?: readonly string[] | null;
  /** Its requests may name the user for whom they are; null, or absent: nobody is listened to. */
  readonly actsFor?: ActsFor | null;
  /** How long its requests wait; null, or absent: as others do. */
  readonly timeouts?: AliasTimeouts | null;
}

export interface Principal {
  readonly keyId: string;
  /** Under which the snapshot has it. */
  readonly keyHash: string;
  /** The public part of the key, `gk-` and 12 characters: what logs show. */
  readonly publicId: string;
  readonly userId: string;
  /** Null for a key of no team, and for a team of no organisation. */
  readonly teamId: string | null;
  readonly organisationId: string | null;
  /** Beyond the use of models: what the role of the user grants. */
  readonly grants: Grants;
  readonly permissions: Permissions;
  /** What the team lets its keys use at most, as in `permissions`. */
  readonly teamModels: readonly string[] | null;
  readonly scopes: readonly LimitedScope[];
  /** What holds of the policies of all its scopes; null where none has one. */
  readonly privacy: PrivacyPolicy | null;
  /** What is stored of the texts of its requests; null, as for almost all: nothing. */
  readonly storePrompts: StoredPrompts | null;
  /** Epoch ms, or null for a key that does not expire. */
  readonly expiresAt: number | null;
  /** The e-mail address for whom the request is, where the key may act for others; absent for almost all. `userId` is his, or the owner's. */
  readonly namedBy?: string;
}

const noRules: readonly (readonly string[])[] = [];

/** Lists of patterns, of each of which one must match: what the key may use, and what its team lets it use. */
export function modelRulesOf(principal: Pick<Principal, "permissions" | "teamModels">): readonly (readonly string[])[] {
  const { permissions, teamModels } = principal;
  if (permissions.models === null) return teamModels === null ? noRules : [teamModels];
  return teamModels === null ? [permissions.models] : [permissions.models, teamModels];
}

/** Does `pattern`, in which `*` stands for any run of characters, match the whole of `name`? */
export function matchesPattern(pattern: string, name: string): boolean {
  const firstStar = pattern.indexOf("*");
  if (firstStar < 0) return pattern === name;
  const lastStar = pattern.lastIndexOf("*");
  const tailLength = pattern.length - lastStar - 1;
  if (name.length < firstStar + tailLength) return false;
  if (!name.startsWith(pattern.slice(0, firstStar)) || !name.endsWith(pattern.slice(lastStar + 1))) return false;
  return lastStar === firstStar || holdsInOrder(pattern.slice(firstStar + 1, lastStar), name, firstStar, tailLength);
}

/** What stands between the first star and the last, in the rest of the name. */
function holdsInOrder(middle: string, name: string, from: number, tailLength: number): boolean {
  let at = from;
  for (const part of middle.split("*")) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - tailLength;
}
