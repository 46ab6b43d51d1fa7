// What is written down of one answered request: the line in the journal and the row in usage_logs. Its fields stand in the
// contract's `usage-fields.ts`.

import type { AttemptMade, UsageField, UsageFieldName, UsageFields, usageStatuses } from "@ghostllm/contract";
import type { Scope } from "#domain/access/scope.ts";

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
  | "ipAddress"
  | "userAgent"
>;

/** Whose budgets are charged. */
export function chargedScopes({ apiKeyId, userId }: UsageRecord): readonly Scope[] {
  return [
    { kind: "key", id: apiKeyId },
    { kind: "user", id: userId },
  ];
}

/** What budgets are charged, in nano-USD. */
export function chargeOf({ costNanos, chargedNanos }: UsageRecord): number {
  return chargedNanos ?? costNanos ?? 0;
}
