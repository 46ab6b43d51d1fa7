// What other gateways have told of spending and usage. It is told in all, and may be told again.

import type { Charge } from "#domain/budgets/budget.ts";
import type { Counted } from "#domain/access/scope.ts";
import type { UsageSums } from "#control/store/usage-store.ts";

export interface CarriedSpend {
  /** A whole life, or the period of a budget. */
  readonly scope: Counted;
  /** What whoever reads the audit log knows it by. */
  readonly name: string;
  /** Nano-USD, in all. */
  readonly nanos: number;
}

export interface CarriedUsage {
  /** Epoch ms of the start of the hour. */
  readonly hour: number;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly teamId: string | null;
  readonly organisationId: string | null;
  readonly provider: string;
  readonly model: string;
  readonly requestedModel: string;
  readonly status: "ok" | "error";
  readonly sums: Partial<UsageSums>;
}

export interface UsageCarried {
  /** Rows that differ from what was told before. */
  readonly changed: number;
  readonly addedNanos: number;
}

export interface ImportStore {
  /** Each scope once. Answers what was added to each, in their order. */
  carrySpend(source: string, entries: readonly CarriedSpend[]): Promise<readonly Charge[]>;
  /** Each row once. */
  carryUsage(source: string, rows: readonly CarriedUsage[]): Promise<UsageCarried>;
}
