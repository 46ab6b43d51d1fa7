import { ScopeMap } from "#domain/access/scope.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type {
  Counters,
  Extension,
  RateReport,
  RateStatus,
  Refusal,
  Reservation,
  ReservationRequest,
  Settlement,
} from "#link/counters.ts";
import { SlidingWindow } from "./window.ts";

interface ScopeState {
  readonly requests: SlidingWindow;
  readonly tokens: SlidingWindow;
  running: number;
  spentNanos: number;
  reservedNanos: number;
}

/** What a request holds until it is settled or expires. */
interface Held {
  readonly states: readonly ScopeState[];
  /** Of each of them; Infinity where it has none. */
  readonly budgetsNanos: readonly number[];
  readonly tokens: number;
  costNanos: number;
  /** When it was counted. */
  readonly since: number;
  readonly expiresAt: number;
  isReleased: boolean;
}

/**
 * Counters of one process. Every decision is made and taken down without an await between, so that no two requests
 * can both take the last of a budget.
 */
export class MemoryCounters implements Counters {
  readonly #clock: Clock;
  readonly #scopes = new ScopeMap<ScopeState>();
  readonly #held = new Map<string, Held>();
  /** Settled, with an answer that is still on its way. */
  readonly #leaving = new Map<string, readonly ScopeState[]>();
  /** Nothing that is held expires before this. */
  #nextExpiry = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reserve(request: ReservationRequest): Reservation {
    const now = this.#beginDecision();
    const refusal = this.#refuse(request, now);
    if (refusal !== null) return { admitted: false, refusal, report: this.#report(request, now) };
    const states = request.scopes.map((scope) => this.#stateOf(scope));
    for (const state of states) take(state, request, now);
    this.#hold(request, states, now);
    return { admitted: true, report: this.#report(request, now) };
  }

  extend({ id, costNanos }: Extension): number {
    this.#beginDecision();
    const held = this.#held.get(id);
    if (held === undefined || held.isReleased) return 0;
    const rests = held.states.map(
      (state, index) => (held.budgetsNanos[index] ?? 0) - state.spentNanos - state.reservedNanos,
    );
    const granted = Math.max(0, Math.min(costNanos, ...rests));
    held.costNanos += granted;
    for (const state of held.states) state.reservedNanos += granted;
    return granted;
  }

  settle({ id, tokens, costNanos, staysRunning = false, takesAll = false }: Settlement): number {
    const held = this.#held.get(id);
    if (held === undefined) return 0;
    this.#held.delete(id);
    if (staysRunning && !held.isReleased) {
      for (const state of held.states) state.running += 1;
      this.#leaving.set(id, held.states);
    }
    release(held);
    const now = this.#clock.monotonic();
    const chargedNanos = costNanos === null || takesAll ? Math.max(costNanos ?? 0, held.costNanos) : costNanos;
    for (const state of held.states) {
      correct(state.tokens, tokens - held.tokens, held.since, now);
      state.spentNanos += chargedNanos;
    }
    return chargedNanos;
  }

  leave(id: string): void {
    for (const state of this.#leaving.get(id) ?? []) state.running -= 1;
    this.#leaving.delete(id);
  }

  /** What a scope has spent before this process counted. */
  setSpent(scope: Scope, spentNanos: number): void {
    this.#stateOf(scope).spentNanos = spentNanos;
  }

  /** Answers the time, by which nothing that has expired is held any more. */
  #beginDecision(): number {
    const now = this.#clock.monotonic();
    if (now >= this.#nextExpiry) this.#giveBackExpired(now);
    return now;
  }

  #giveBackExpired(now: number): void {
    this.#nextExpiry = Infinity;
    for (const held of this.#held.values()) {
      // It stays listed: should its request end after all, its cost is still charged.
      if (held.expiresAt <= now) release(held);
      else this.#nextExpiry = Math.min(this.#nextExpiry, held.expiresAt);
    }
  }

  #hold(
    { id, scopes, tokens, costNanos, lifetimeMs }: ReservationRequest,
    states: readonly ScopeState[],
    since: number,
  ) {
    const expiresAt = since + lifetimeMs;
    const budgetsNanos = scopes.map(({ budgetNanos }) => budgetNanos ?? Infinity);
    this.#held.set(id, { states, budgetsNanos, tokens, costNanos, since, expiresAt, isReleased: false });
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
  }

  /** The refusal that lasts longest: waiting for a shorter one would only meet the next. */
  #refuse(request: ReservationRequest, now: number): Refusal | null {
    let longest: Refusal | null = null;
    for (const scope of request.scopes) {
      for (const refusal of refusalsByScope(scope, this.#stateOf(scope), request, now)) {
        if (refusal !== null && (longest === null || lasts(refusal) > lasts(longest))) longest = refusal;
      }
    }
    return longest;
  }

  #report({ scopes }: ReservationRequest, now: number): RateReport {
    let requests: RateStatus | null = null;
    let tokens: RateStatus | null = null;
    for (const scope of scopes) {
      const state = this.#stateOf(scope);
      requests = tighter(requests, statusOf(state.requests, scope.limits.requestsPerMinute, now));
      tokens = tighter(tokens, statusOf(state.tokens, scope.limits.tokensPerMinute, now));
    }
    return { requests, tokens };
  }

  #stateOf(scope: Scope): ScopeState {
    let state = this.#scopes.get(scope);
    if (state === undefined) {
      state = {
        requests: new SlidingWindow(),
        tokens: new SlidingWindow(),
        running: 0,
        spentNanos: 0,
        reservedNanos: 0,
      };
      this.#scopes.set(scope, state);
    }
    return state;
  }
}

function take(state: ScopeState, { tokens, costNanos }: ReservationRequest, now: number): void {
  state.requests.add(1, now);
  state.tokens.add(tokens, now);
  state.running += 1;
  state.reservedNanos += costNanos;
}

function release(held: Held): void {
  if (held.isReleased) return;
  held.isReleased = true;
  for (const state of held.states) {
    state.running -= 1;
    state.reservedNanos -= held.costNanos;
  }
}

/** What was counted too much is given back where it was counted, and what was not foreseen is added there. */
function correct(window: SlidingWindow, difference: number, since: number, now: number): void {
  if (difference < 0) window.giveBack(-difference, since, now);
  else window.addLate(difference, since, now);
}

function lasts({ retryAfterSeconds }: Refusal): number {
  return retryAfterSeconds ?? Infinity;
}

function refusalsByScope(
  scope: LimitedScope,
  state: ScopeState,
  request: ReservationRequest,
  now: number,
): readonly (Refusal | null)[] {
  const { requestsPerMinute, tokensPerMinute, concurrentRequests } = scope.limits;
  return [
    refuseByWindow(scope, "requests", state.requests, requestsPerMinute, 1, now),
    refuseByWindow(scope, "tokens", state.tokens, tokensPerMinute, request.tokens, now),
    refuseByConcurrency(scope, state, concurrentRequests),
    refuseByBudget(scope, state, request.costNanos),
  ];
}

function refuseByWindow(
  scope: Scope,
  reason: "requests" | "tokens",
  window: SlidingWindow,
  limit: number | null,
  amount: number,
  now: number,
): Refusal | null {
  if (limit === null || window.used(now) + amount <= limit) return null;
  return { reason, scope, limit, retryAfterSeconds: window.secondsUntilFits(amount, limit, now) };
}

function refuseByConcurrency(scope: LimitedScope, state: ScopeState, limit: number | null): Refusal | null {
  if (limit === null || state.running < limit) return null;
  return { reason: "concurrency", scope, limit, retryAfterSeconds: 1 };
}

/** Requests take some seconds. */
const reservationWaitSeconds = 5;

function refuseByBudget(scope: LimitedScope, state: ScopeState, costNanos: number): Refusal | null {
  const budget = scope.budgetNanos;
  if (budget === null) return null;
  const left = budget - state.spentNanos - state.reservedNanos;
  // What costs nothing may go on when the budget is spent.
  if (costNanos === 0 || costNanos <= left) return null;
  const { spentNanos, reservedNanos } = state;
  // When those that run have ended, some of what they reserved is given back.
  const retryAfterSeconds = reservedNanos > 0 && costNanos <= budget - spentNanos ? reservationWaitSeconds : null;
  return { reason: "budget", scope, limit: budget, retryAfterSeconds, spentNanos, reservedNanos };
}

function statusOf(window: SlidingWindow, limit: number | null, now: number): RateStatus | null {
  if (limit === null) return null;
  const remaining = Math.max(0, limit - window.used(now));
  return { limit, remaining, resetSeconds: window.secondsUntilEmpty(now) };
}

function tighter(known: RateStatus | null, other: RateStatus | null): RateStatus | null {
  if (known === null || other === null) return known ?? other;
  return other.remaining < known.remaining ? other : known;
}
