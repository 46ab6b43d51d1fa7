// Limits and budgets as the gateway asks for them: one decision over all scopes of a principal, all or nothing.
// Called by gateway/flow/admit.ts and finish.ts. Invariant: what was reserved is settled once, or expires. Time is the engine's
// own, and no step of a machine's clock refuses or frees anything.

import type { Scope } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";

export interface ReservationRequest {
  /** The request id: settling names it. */
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  /** Tokens to count against limits now; corrected when settled. */
  readonly tokens: number;
  /** The most that the request may cost, in nano-USD; 0 where no scope has a budget. */
  readonly costNanos: number;
  /** A reservation that nobody settles is given back after this. */
  readonly lifetimeMs: number;
}

export type RefusalReason = "requests" | "tokens" | "concurrency" | "budget";

export interface Refusal {
  readonly reason: RefusalReason;
  readonly scope: Scope;
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

export type Reservation =
  | { readonly admitted: true; readonly report: RateReport }
  | { readonly admitted: false; readonly report: RateReport; readonly refusal: Refusal };

export interface Settlement {
  readonly id: string;
  readonly tokens: number;
  /** Nano-USD that the request did cost, charged to every scope; null is unknown, and charges all that was reserved. */
  readonly costNanos: number | null;
  /** All that was reserved is charged, where that is more. */
  readonly takesAll?: boolean;
  /** The answer has not left yet: until `leave` the request counts as one that is running. */
  readonly staysRunning?: boolean;
}

export interface Extension {
  readonly id: string;
  /** Nano-USD to hold beside what is held, or as much of it as the budgets have left. */
  readonly costNanos: number;
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
}
