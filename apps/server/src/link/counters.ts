// Limits and budgets as the gateway asks for them: one decision over all scopes of a principal, all or nothing.
// Called by gateway/flow/admit.ts and finish.ts. Invariant: what was reserved is settled once, or expires. Time is the engine's
// own, and no step of a machine's clock refuses or frees anything.

import type { Counted } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { WindowLimits } from "#domain/principal.ts";

/**
 * What is counted and decided about as one: the last minute of a scope, what it has running and what it spends in all; or, by the name
 * of a period, another of its windows, or what it spends in a period of a budget.
 */
export interface CountedScope extends Counted {
  readonly limits: WindowLimits;
  /** That may be spent, in nano-USD; null is unlimited. */
  readonly budgetNanos: number | null;
  /** Of another window than the minute. It counts requests, tokens and cost, and nothing else. */
  readonly windowMs?: number;
  /** What these have spent is part of what the budget has; with `rollover`, what is left of them is added to it. */
  readonly earlier?: readonly Counted[];
  readonly rollover?: Rollover;
  /** By the monotonic clock: nobody asks for this period any more, and it may be forgotten. */
  readonly lapsesAt?: number;
}

export interface Rollover {
  /** Nano-USD: what could be spent in the earlier period, and the most of it that is added to this one. */
  readonly budgetNanos: number;
  readonly mostNanos: number;
}

export interface ReservationRequest {
  /** The request id: settling names it. */
  readonly id: string;
  readonly scopes: readonly CountedScope[];
  /** Tokens to count against limits now; corrected when settled. */
  readonly tokens: number;
  /** The most that the request may cost, in nano-USD; 0 where no scope has a budget, or a limit of cost. */
  readonly costNanos: number;
  /** A reservation that nobody settles is given back after this. */
  readonly lifetimeMs: number;
  /** It is decided as it would be, and nothing is taken: there is nothing to settle. */
  readonly onlyLooks?: true;
}

export type RefusalReason = "requests" | "tokens" | "cost" | "concurrency" | "budget";

export interface Refusal {
  readonly reason: RefusalReason;
  readonly scope: Counted;
  /** Of a window, how long that is. */
  readonly windowMs?: number;
  readonly limit: number;
  /** Null: waiting does not help. */
  readonly retryAfterSeconds: number | null;
  /** Of a budget, in nano-USD: what is gone, and what running requests may still take. */
  readonly spentNanos?: number;
  readonly reservedNanos?: number;
}

/** What is left of the tightest limit of a kind, for the `x-ratelimit-*` headers. */
export interface RateStatus {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface RateReport {
  readonly requests: RateStatus | null;
  readonly tokens: RateStatus | null;
}

/**
 * What a decision has looked at, to be told. Four numbers for each: the place of its scope; requests, tokens, cost, concurrency or budget,
 * from 0 to 4; the limit; and what was left of it before the request took its part.
 */
export type Consulted = readonly number[];

interface Decided {
  readonly report: RateReport;
  readonly consulted: Consulted;
}

export type Reservation =
  (Decided & { readonly admitted: true }) | (Decided & { readonly admitted: false; readonly refusal: Refusal });

export interface Settlement {
  readonly id: string;
  readonly tokens: number;
  /** Nano-USD that the request did cost, charged to every scope; null is unknown, and charges all that was reserved. */
  readonly costNanos: number | null;
  /** All that was reserved is charged, where that is more. */
  readonly takesAll?: boolean;
  /** The answer has not left yet: until `leave` the request counts as one that is running. */
  readonly staysRunning?: boolean;
  /** Whose budgets its record charges: for a request that was admitted elsewhere, and is known here by its record alone. */
  readonly scopes?: readonly Counted[];
}

export interface Extension {
  readonly id: string;
  /** Nano-USD to hold beside what is held, or as much of it as the budgets have left. */
  readonly costNanos: number;
}

/** What counts against the limits and the budget of a scope at the moment. */
export interface ScopeUse {
  /** Of its window. */
  readonly requests: number;
  readonly tokens: number;
  /** Nano-USD; counted only where there is a limit of it. */
  readonly costNanos: number;
  readonly running: number;
  readonly reservedNanos: number;
  /** Null where it is not known here. */
  readonly spentNanos: number | null;
}

export interface Counters {
  reserve(request: ReservationRequest): Awaitable<Reservation>;
  /** For a request that costs more than was foreseen. Answers what was granted, in nano-USD. */
  extend(extension: Extension): Awaitable<number>;
  /**
   * Charges the scopes of the reservation, also when it has expired meanwhile. Tokens count from when the request was
   * admitted, however late it ends. Answers what was charged, in nano-USD.
   */
  settle(settlement: Settlement): Awaitable<number>;
  /** The end of a request that was settled before its answer had left. Nobody waits for it: the engine sees to it. */
  leave(id: string): void;
  /** In the order of the scopes. It counts nothing, and makes nothing known of scopes that have not been used. */
  inUse(scopes: readonly Counted[]): Awaitable<readonly ScopeUse[]>;
}
