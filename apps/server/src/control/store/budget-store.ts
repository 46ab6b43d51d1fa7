// What the store knows of budgets: who can have one, how far each is used up, and how it came to that.

import type { Reach } from "#domain/access/may.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { RateLimits } from "#domain/principal.ts";

/** A budget and how far it is used up. */
export interface UsedBudget {
  readonly scope: Scope;
  /** What people call it. */
  readonly name: string;
  /** Null but of users and keys. */
  readonly userId: string | null;
  readonly budgetNanos: number;
  readonly spentNanos: number;
}

export interface BudgetQuery {
  /** Of the budget, in hundredths: those that have spent as much. */
  readonly percent: number;
  readonly limit: number;
  /** Of whatever kind; absent: all. */
  readonly ids?: readonly string[];
}

export interface PeriodQuery {
  readonly limit: number;
  /** A day, such as 2026-10-01: those are left out that have spent nothing in a period since then. */
  readonly since: string;
  /** Of whatever kind; absent: all. */
  readonly ids?: readonly string[];
}

/** Who has budgets over periods. */
export type PeriodHolder = Pick<BudgetHolder, "scope" | "name" | "userId" | "budgets">;

/** Who can have a budget: a user, a key, a team, an organisation, an alias, a provider. */
export interface BudgetHolder {
  readonly scope: Scope;
  readonly name: string;
  /** Null of teams and organisations. */
  readonly userId: string | null;
  /** Of the user. */
  readonly email: string | null;
  /** Of a key. */
  readonly publicId: string | null;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  /** Beside that. */
  readonly budgets: readonly Budget[];
  readonly spentNanos: number;
  readonly createdAt: number;
  /** When the key expires. */
  readonly endsAt: number | null;
  /** False: the key was revoked. */
  readonly isActive: boolean;
  readonly recent: RecentSpend;
}

/** What requests cost since a time, by hourly sums. */
export interface RecentSpend {
  readonly nanos: number;
  /** The first and the last hour with any; null: there is none. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

export interface HolderQuery {
  /** Epoch ms, on the hour: what was spent from then on is recent. */
  readonly since: number;
  /** Keys that have expired by then are left out, as are those that were revoked. */
  readonly workingAt: number;
}

/** What the requests of an hour or a day did cost. */
export interface SpentInBucket {
  readonly at: number;
  readonly nanos: number;
}

export interface SpendCourseQuery {
  readonly holder: Pick<BudgetHolder, "scope">;
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  /** What a clock on the wall is ahead of UTC. */
  readonly offsetMs: number;
}

/** As with the rest of the store, nothing is found beyond the reach of whoever asks. */
export interface BudgetStore {
  /** Those that are used up the furthest come first. */
  used(query: BudgetQuery, reach: Reach): Promise<readonly UsedBudget[]>;
  /** Those that have spent the most in one period come first. */
  byPeriod(query: PeriodQuery, reach: Reach): Promise<readonly PeriodHolder[]>;
  /** All users, teams and organisations, and keys that work, with or without a budget; aliases and providers with limits or budgets; in no order. */
  holders(query: HolderQuery, reach: Reach): Promise<readonly BudgetHolder[]>;
  /** One of them, whether it works or not. */
  find(scope: Scope, since: number, reach: Reach): Promise<BudgetHolder | undefined>;
  /** Buckets in which nothing was spent are left out. */
  course(query: SpendCourseQuery, reach: Reach): Promise<readonly SpentInBucket[]>;
}
