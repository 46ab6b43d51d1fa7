// Answers that a vendor works on after it has answered: their usage comes with whatever first shows that they are final.
// Invariant: who takes one out records it, so that each is recorded once, whoever asks and however often.

import type { Counted } from "#domain/access/scope.ts";
import type { Charge } from "#domain/budgets/budget.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { BilledTarget } from "#domain/snapshot.ts";
import type { RequestFacts } from "#domain/usage-record.ts";

/** An answer that a vendor keeps. */
export interface KeptId {
  readonly providerId: string;
  readonly answerId: string;
}

/** What an attempt holds at a provider that has limits or budgets. */
export interface ProviderHold {
  /** Of the reservation. */
  readonly id: string;
  readonly scopes: readonly Counted[];
}

/** What providers are to be charged for a request: of attempts that are over, and what one that goes on holds. */
export interface ProviderCosts {
  readonly charges: readonly Charge[];
  readonly open: ProviderHold | null;
}

/** The request that began it, as its record will tell it. Its vendor is asked with what the snapshot then knows of it. */
export interface PendingAnswer {
  /** The answer's id at the provider of the target. */
  readonly answerId: string;
  readonly facts: RequestFacts;
  readonly target: BilledTarget;
  readonly httpStatus: number;
  readonly ttftMs: number;
  readonly overheadMs: number;
  /** An estimate of the prompt's, and the most that the answer may have. */
  readonly promptTokens: number;
  readonly mostCompletionTokens: number;
  /** After this nobody is expected to ask any more. What was taken out has the rest of it, and can be added again. */
  readonly lifetimeMs: number;
  /** Null, or absent: no provider that it asked has limits or budgets. */
  readonly providers?: ProviderCosts | null;
}

/** The reservations that go with it. */
export function holdsOf({ facts, providers }: PendingAnswer): readonly string[] {
  const open = providers?.open ?? null;
  return open === null ? [facts.id] : [facts.id, open.id];
}

/** More of them are no use to anybody: the oldest are then overdue. */
export const maxPendingAnswers = 10_000;

export interface PendingAnswers {
  /** False where one of this id is waiting already. */
  add(pending: PendingAnswer): Awaitable<boolean>;
  take(kept: KeptId): Awaitable<PendingAnswer | undefined>;
  /** Those whose time is over, and the oldest of too many. */
  takeOverdue(): Awaitable<readonly PendingAnswer[]>;
  /** The process ends: those that nobody would know of afterwards. */
  takeLast(): Awaitable<readonly PendingAnswer[]>;
}
