// Between columns and the domain's values: JSON text is parsed by zod here, once, and trusted after.

import {
  aliasStrategies,
  cachePaces,
  cacheScopes,
  extentsOf,
  fallbackReasons,
  isKeyEndpoint,
  isPermission,
  privacyActions,
  privacyClasses,
  promptPolicies,
  retriedFailures,
  teamRoleNames,
} from "@ghostllm/contract";
import type { AliasStrategy, Grants, PromptPolicy, TeamRoleName } from "@ghostllm/contract";
import type { Expression } from "kysely";
import { z } from "zod";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import { modelFacts } from "#domain/model-facts.ts";
import type { ModelFacts } from "#domain/model-facts.ts";
import type { FurtherPrices } from "#domain/price-overrides.ts";
import { scopeKinds } from "#domain/access/scope.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import { budgetSpans } from "#domain/budgets/budget.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import { noLimits } from "#domain/principal.ts";
import type { Permissions, RateLimits, TargetLimits } from "#domain/principal.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { CachePolicy } from "#domain/cache-policy.ts";
import type { UsageStatus } from "#domain/usage-record.ts";
import type { OwnerKind } from "./key-store.ts";
import type { AliasTargetRow } from "./store.ts";
import type { ModelOrigin } from "./model-store.ts";

const count = z.number().int().nonnegative().nullable();

/** Rows of earlier versions do not have it. */
const laterCount = count.optional();

const rateLimitsSchema: z.ZodType<RateLimits> = z.object({
  requestsPerMinute: count,
  tokensPerMinute: count,
  concurrentRequests: count,
  ...{ costNanosPerMinute: laterCount, requestsPerHour: laterCount, requestsPerDay: laterCount },
  ...{ tokensPerHour: laterCount, tokensPerDay: laterCount, costNanosPerHour: laterCount, costNanosPerDay: laterCount },
});

const nanos = z.number().int().nonnegative();

const budgetsSchema: z.ZodType<readonly Budget[]> = z.array(
  z.object({
    id: z.string(),
    span: z.enum(budgetSpans),
    days: z.number().int().nonnegative(),
    timeZone: z.string(),
    amountNanos: nanos,
    madeAt: z.number().int(),
    thresholds: z.array(z.number().int().positive()),
    rolloverNanos: nanos.nullable(),
    increase: z.object({ nanos, until: z.number().int() }).nullable(),
    downgradeTo: z.string().nullable(),
  }),
);

const ms = z.number().int().positive();

const timeoutsSchema = z.object({
  ...{ connectMs: ms.nullable(), firstTokenMs: ms.nullable(), idleMs: ms.nullable(), totalMs: ms.nullable() },
});

const modelsSchema = z.array(z.string()).nullable();
const permissionsSchema: z.ZodType<Permissions> = z.object({
  models: modelsSchema,
  // Keys from before there were these have none of them. One that only a newer server knows allows nothing here.
  endpoints: z
    .array(z.string())
    .nullable()
    .default(null)
    .transform((names) => names?.filter(isKeyEndpoint) ?? null),
  addresses: z.array(z.string()).nullable().default(null),
  actsFor: z.enum(["known", "any"]).nullable().default(null),
  timeouts: timeoutsSchema.nullable().default(null),
});

const wordsSchema = z.array(z.string());

const privacyAction = z.enum(privacyActions);

const privacySchema: z.ZodType<PrivacyPolicy> = z.object({
  classes: z.partialRecord(z.enum(privacyClasses), privacyAction),
  patterns: z.array(z.object({ name: z.string(), pattern: z.string(), action: privacyAction })),
  unreadable: z.enum(["allow", "refuse"]),
});

const settingsSchema = z.record(z.string(), z.string());

const targetLimitsSchema: z.ZodType<TargetLimits> = z.object({
  ...{ requestsPerMinute: z.number().nullable(), tokensPerMinute: z.number().nullable() },
  concurrentRequests: z.number().nullable(),
});

const targetsSchema: z.ZodType<readonly AliasTargetRow[]> = z.array(
  z.object({
    ...{ provider: z.string(), model: z.string(), weight: z.number() },
    limits: targetLimitsSchema.exactOptional(),
  }),
);

const cacheSchema: z.ZodType<CachePolicy> = z.object({
  ttlSeconds: z.number().int(),
  scope: z.enum(cacheScopes),
  pace: z.enum(cachePaces).exactOptional(),
  semantic: z
    .object({ model: z.string(), threshold: z.number(), timeoutMs: z.number(), moreThanText: z.boolean() })
    .exactOptional(),
});
const policySchema: z.ZodType<AliasPolicy> = z.object({
  retries: z
    .object({
      ...{ attemptsPerTarget: z.number(), attempts: z.number(), on: z.array(z.enum(retriedFailures)) },
      ...{ backoffMs: z.number(), maxBackoffMs: z.number(), maxRetryAfterMs: z.number() },
    })
    .nullable(),
  fallbacks: z.partialRecord(z.enum(fallbackReasons), z.array(z.string())),
  timeouts: timeoutsSchema,
  stickyBy: z.enum(["user"]).nullable().default(null),
  queue: z.object({ maxWaitMs: ms, maxWaiting: z.number() }).exactOptional(),
  hedge: z.object({ afterMs: ms, mostPercent: z.number() }).exactOptional(),
  continuation: z.object({ attempts: z.number() }).exactOptional(),
  shadow: z.object({ to: z.string(), percent: z.number(), maxConcurrent: z.number() }).exactOptional(),
  promptAffinity: z.literal(false).exactOptional(),
});

const price = z.number().int().nonnegative().optional();

const longPromptSchema = z.object({
  above: z.number().int().positive(),
  input: price,
  output: price,
  cachedInput: price,
  cacheWrite: price,
  cacheWriteHour: price,
});

const furtherPricesSchema: z.ZodType<FurtherPrices> = z.object({
  cacheWrite: price,
  cacheWriteHour: price,
  reasoning: price,
  audioInput: price,
  cachedAudio: price,
  audioOutput: price,
  imageInput: price,
  cachedImage: price,
  imageOutput: price,
  perRequest: price,
  perWebSearch: price,
  perFileSearch: price,
  perContainer: price,
  longPrompts: z.array(longPromptSchema).optional(),
  serviceClasses: z.record(z.string(), z.number().int().nonnegative()).optional(),
});

const grantsSchema = z.record(z.string(), z.string());
const teamRoleSchema: z.ZodType<TeamRoleName> = z.enum(teamRoleNames);
const scopeKindSchema: z.ZodType<ScopeKind> = z.enum(scopeKinds);
const strategySchema: z.ZodType<AliasStrategy> = z.enum(aliasStrategies);
const statusSchema: z.ZodType<UsageStatus> = z.enum(["ok", "error", "client_abort", "timeout", "shutdown"]);

export const parseRateLimits = (text: string): RateLimits => rateLimitsSchema.parse(JSON.parse(text));
/** Of a model. */
export const parseTargetLimits = (text: string | null): TargetLimits | null =>
  text === null ? null : targetLimitsSchema.parse(JSON.parse(text));
export const writeTargetLimits = (limits: TargetLimits | null): string | null => limits && JSON.stringify(limits);
export const parseModels = (text: string): readonly string[] | null => modelsSchema.parse(JSON.parse(text));
export const parseBudgets = (text: string): readonly Budget[] =>
  text === "[]" ? noBudgets : budgetsSchema.parse(JSON.parse(text));
const noBudgets: readonly Budget[] = [];

interface Held {
  readonly limits: RateLimits;
  readonly budgets: readonly Budget[];
}

/** What an alias or a provider is held to. */
export const toHeld = (row: { readonly rate_limit: string; readonly budgets: string }): Held => ({
  limits: parseRateLimits(row.rate_limit),
  budgets: parseBudgets(row.budgets),
});

/** Of a new one. */
export const newHeldColumns = ({ limits = noLimits, budgets = noBudgets }: Partial<Held>) => ({
  ...{ rate_limit: JSON.stringify(limits), budgets: JSON.stringify(budgets) },
});

/** What is undefined stays as it is. */
export const toHeldColumns = ({ limits, budgets }: Partial<Held>) => ({
  ...{ rate_limit: limits && JSON.stringify(limits), budgets: budgets && JSON.stringify(budgets) },
});
export const parsePermissions = (text: string): Permissions => permissionsSchema.parse(JSON.parse(text));
export const parseWords = (text: string): readonly string[] => wordsSchema.parse(JSON.parse(text));
export const parsePrivacy = (text: string | null): PrivacyPolicy | null =>
  text === null ? null : privacySchema.parse(JSON.parse(text));
export const writePrivacy = (policy: PrivacyPolicy | null): string | null =>
  policy === null ? null : JSON.stringify(policy);
export const parseSettings = (text: string): Readonly<Record<string, string>> => settingsSchema.parse(JSON.parse(text));
export const parseTargets = (text: string): readonly AliasTargetRow[] => targetsSchema.parse(JSON.parse(text));
export const parseCache = (text: string | null): CachePolicy | null =>
  text === null ? null : cacheSchema.parse(JSON.parse(text));
/** What is undefined stays as it is. */
export const toCacheColumn = (policy: CachePolicy | null | undefined): string | null | undefined =>
  policy && JSON.stringify(policy);
export const parseAliasPolicy = (text: string | null): AliasPolicy | null =>
  text === null ? null : policySchema.parse(JSON.parse(text));
/** What is undefined stays as it is. */
export const toPolicyColumn = (policy: AliasPolicy | null | undefined): string | null | undefined =>
  policy && JSON.stringify(policy);
export const parseFurtherPrices = (text: string | null): FurtherPrices =>
  text === null ? {} : furtherPricesSchema.parse(JSON.parse(text));

/** What a newer version has granted beside that is not known here, and granted to nobody. */
export function parseGrants(text: string): Grants {
  const known = Object.entries(grantsSchema.parse(JSON.parse(text))).filter(
    ([name, extent]) => isPermission(name) && extentsOf(name).some((one) => one === extent),
  );
  return Object.fromEntries(known);
}

const ownerKindSchema: z.ZodType<OwnerKind> = z.enum(["person", "service_account", "team"]);

const promptPolicySchema: z.ZodType<PromptPolicy> = z.enum(promptPolicies);

export const parseOwnerKind = (text: string): OwnerKind => ownerKindSchema.parse(text);
export const parsePromptPolicy = (text: string | null): PromptPolicy | null =>
  text === null ? null : promptPolicySchema.parse(text);
export const parseTeamRole = (text: string): TeamRoleName => teamRoleSchema.parse(text);
export const parseScopeKind = (text: string): ScopeKind => scopeKindSchema.parse(text);
export const parseStrategy = (text: string): AliasStrategy => strategySchema.parse(text);
export const parseUsageStatus = (text: string): UsageStatus => statusSchema.parse(text);

const originSchema: z.ZodType<ModelOrigin | null> = z.enum(["catalog", "vendor", "operator"]).nullable();

export const parseOrigin = (text: string | null): ModelOrigin | null => originSchema.parse(text);
export const parseFacts = (text: string | null): ModelFacts | null =>
  text === null ? null : modelFacts.parse(JSON.parse(text));
export const writeFacts = (facts: ModelFacts | null): string | null => facts && JSON.stringify(facts);

export function toBit(value: boolean): number {
  return value ? 1 : 0;
}

export function toOptionalBit(value: boolean | null): number | null {
  return value === null ? null : toBit(value);
}

export function fromOptionalBit(value: number | null): boolean | null {
  return value === null ? null : value === 1;
}

/**
 * Text that both engines hold as it is given: PostgreSQL cannot hold NUL, neither can hold half a surrogate pair, and
 * a client may well send both in the name of a model, or a name that is too long for an index.
 */
export function storableText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text;
  if (cut.isWellFormed() && !cut.includes("\0")) return cut;
  return cut.toWellFormed().replaceAll("\0", "\uFFFD");
}

interface Identified {
  ref(column: "id"): Expression<string>;
}

/** Sets nothing: holds a row until the transaction ends, and answers how it is before the change. */
export const asItIs = (row: Identified): { readonly id: Expression<string> } => ({ id: row.ref("id") });

/** The entries of `values` that are not undefined: a change names only the columns that it is about. */
export function definedOnly<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const result: { [Key in keyof Values]?: Exclude<Values[Key], undefined> } = {};
  for (const key in values) {
    const value = values[key];
    if (isDefined(value)) result[key] = value;
  }
  return result;
}

function isDefined<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined;
}
