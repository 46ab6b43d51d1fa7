// What is written down of one answered request: the line in the journal and the row in usage_logs. Its fields stand in the
// contract's `usage-fields.ts`.

import type {
  AttemptMade,
  PrivacyCount,
  UsageField,
  UsageFieldName,
  UsageFields,
  usageStatuses,
  WhyFacts,
} from "@ghostllm/contract";
import type { Counted } from "#domain/access/scope.ts";
import { readPeriods, readProviderCharges } from "#domain/budgets/budget.ts";
import type { Charge } from "#domain/budgets/budget.ts";

export type UsageStatus = (typeof usageStatuses)[number];

interface Values {
  id: string;
  text: string;
  integer: number;
  flag: boolean;
  moment: number;
  duration: number;
  money: number;
  status: UsageStatus;
  attempts: readonly AttemptMade[];
  privacy: readonly PrivacyCount[];
  why: WhyFacts;
}

type ValueOf<Field extends UsageField> =
  Values[Field["kind"]] | (Field extends { readonly isNullable: true } ? null : never);

export type UsageRecord = { readonly [Name in UsageFieldName]: ValueOf<UsageFields[Name]> };

/** What a record tells of its request, whatever came of it. */
export type RequestFacts = Pick<
  UsageRecord,
  | "id"
  | "createdAt"
  | "userId"
  | "apiKeyId"
  | "teamId"
  | "organisationId"
  | "requestedModel"
  | "dialect"
  | "operation"
  | "streamed"
  | "unansweredAttempts"
  | "unansweredTokens"
  | "unansweredCostNanos"
  | "latencyMs"
  | "attempts"
  | "trail"
  | "privacy"
  | "content"
  | "ipAddress"
  | "userAgent"
  | "budgetPeriods"
  | "cache"
  | "downgradedTo"
  | "sessionId"
  | "shadow"
  | "why"
>;

/** Nobody for a copy. Each is charged what the request is: its scopes, over their whole lives, and the periods of their budgets in which it was admitted. */
export function chargedScopes(record: UsageRecord): readonly Counted[] {
  const { apiKeyId, userId, teamId, organisationId, budgetPeriods } = record;
  if (record.shadow) return [];
  const scopes: Counted[] = [
    { kind: "key", id: apiKeyId },
    { kind: "user", id: userId },
  ];
  if (teamId !== null) scopes.push({ kind: "team", id: teamId });
  if (organisationId !== null) scopes.push({ kind: "organisation", id: organisationId });
  return budgetPeriods === null ? scopes : [...scopes, ...readPeriods(budgetPeriods, scopes)];
}

/** All that is charged: each provider that was asked bears what it was asked for. */
export function chargesOf(record: UsageRecord): readonly Charge[] {
  const nanos = chargeOf(record);
  const charges = chargedScopes(record).map((scope) => ({ scope, nanos }));
  const { providerCharges } = record;
  return providerCharges === null ? charges : [...charges, ...readProviderCharges(providerCharges)];
}

/** What budgets are charged, in nano-USD. */
export function chargeOf({ costNanos, chargedNanos }: UsageRecord): number {
  return chargedNanos ?? costNanos ?? 0;
}
