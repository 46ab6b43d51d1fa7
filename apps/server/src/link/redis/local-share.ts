// What an instance decides by itself while Redis is not asked: of every limit its share among the instances that were last
// seen, of every budget its share of what was left. Invariant: it knows at all times what this instance has counted, so that
// what runs already is part of the share.

import { GhostError } from "@ghostllm/contract";
import type { WhenAway } from "#config/config.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";
import type { Awaitable, Clock } from "#domain/clock.ts";
import type { WindowLimits } from "#domain/principal.ts";
import type {
  CountedScope,
  Extension,
  Refusal,
  Reservation,
  ReservationRequest,
  ScopeUse,
  Settlement,
} from "#link/counters.ts";
import { allowanceOf, hasWindow, limitsCost, toldOf } from "#link/decision.ts";
import type { CountedEntry } from "#link/opening.ts";
import { minuteMs } from "#link/window-rules.ts";
import { MemoryCounters } from "#link/memory/counters.ts";
import { toldBy } from "./decided.ts";
import type { Standing } from "./decided.ts";

/** Of a scope with a budget, in nano-USD, as Redis last told it. */
interface Seen {
  readonly spentNanos: number;
  readonly reservedNanos: number;
  /** What earlier periods take of the budget, or less than nothing where they add to it. */
  readonly earlierNanos: number;
  /** What instances have told Redis, as it keeps it. */
  readonly told: string;
  /** The part of what is spent that this instance alone knew then; null: as it had told Redis. */
  readonly ownNanos: number | null;
  readonly at: number;
}

export interface LocalShareOptions {
  readonly clock: Clock;
  readonly whenAway: { readonly limits: WhenAway; readonly budgets: WhenAway };
  /** Asks the database, where nothing was seen lately. */
  readonly readSpent: (scopes: readonly Counted[]) => Promise<readonly number[]>;
  readonly instances: () => number;
  readonly instance: string;
  /** What this instance has answered beyond what the database has; and what of that the database has after all. */
  readonly ownOf: (scope: Counted) => { readonly nanos: number; readonly storedNanos: number };
}

/** What was seen longer ago may have been spent by others since. */
const seenLatelyMs = 2_000;
const sweepEveryMs = 60_000;
const longestWindowMs = 24 * 60 * 60_000;
/** Redis comes back, or has more room when others have ended. */
const retrySeconds = 5;
const unlimited: WindowLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

export class LocalShare {
  readonly #options: LocalShareOptions;
  readonly #counted: MemoryCounters;
  /** Answered by this process, in nano-USD. */
  readonly #charged = new ScopeMap<number>();
  readonly #seen = new ScopeMap<Seen>();
  /** When a scope was last counted. */
  #used = new ScopeMap<{ readonly at: number; readonly scope: CountedScope }>();
  #nextSweep = 0;
  /** Of the budgets that were asked for since Redis went. */
  readonly #shares = new ScopeMap<number | null>();

  constructor(options: LocalShareOptions) {
    this.#options = options;
    this.#counted = new MemoryCounters(options.clock);
  }

  /** Redis has admitted it. */
  count(request: ReservationRequest): void {
    const scopes = request.scopes.map(withoutLimits);
    this.#counted.reserve({ ...request, scopes });
    this.#note(request.scopes);
  }

  #note(scopes: readonly CountedScope[]): void {
    const at = this.#options.clock.monotonic();
    for (const scope of scopes) this.#used.set(scope, { at, scope });
    if (at < this.#nextSweep) return;
    this.#nextSweep = at + sweepEveryMs;
    this.#sweep(at);
  }

  /** What nobody asks for any more is forgotten. */
  #sweep(now: number): void {
    for (const [counted, { at, scope }] of this.#used) {
      const isOver = scope.lapsesAt !== undefined && scope.lapsesAt <= now;
      if (isOver) for (const known of [this.#charged, this.#seen, this.#shares]) known.delete(counted);
      if (isOver || at < now - longestWindowMs) this.#used.delete(counted);
    }
  }

  /** Of which something still counts in its window. */
  usedLately(): readonly CountedScope[] {
    const now = this.#options.clock.monotonic();
    const used = [...this.#used].map(([, one]) => one);
    const lately = used.filter(({ at, scope }) => hasWindow(scope) && at >= now - (scope.windowMs ?? minuteMs));
    return lately.map(({ scope }) => scope);
  }

  /** `heldNanos`: what Redis knew of it as reserved. */
  settle(settlement: Settlement, scopes: readonly CountedScope[], chargedNanos: number, heldNanos = 0): void {
    this.#counted.settle({ ...settlement, costNanos: chargedNanos, takesAll: false });
    this.reserveMore(scopes, -heldNanos);
    for (const scope of scopes) {
      if (scope.windowMs === undefined) this.#charged.set(scope, (this.#charged.get(scope) ?? 0) + chargedNanos);
    }
  }

  /** Redis has granted it; or nobody is asked, and it is held to the share that admitted it. */
  extend(extension: Extension): number {
    return this.#counted.extend(extension);
  }

  /** Of these Redis has reserved more than was seen, or less. */
  reserveMore(scopes: readonly CountedScope[], nanos: number): void {
    if (nanos === 0) return;
    for (const scope of scopes) {
      const seen = this.#seen.get(scope);
      if (seen === undefined) continue;
      this.#seen.set(scope, { ...seen, reservedNanos: Math.max(0, seen.reservedNanos + nanos) });
    }
  }

  leave(id: string): void {
    this.#counted.leave(id);
  }

  /** Redis has decided about it: the next time that Redis goes, its share is of what is left then. */
  saw(scope: CountedScope, { told, ...standing }: Standing & Pick<Seen, "told">): void {
    const { spentNanos, reservedNanos, allowanceNanos } = standing;
    const earlierNanos = (scope.budgetNanos ?? 0) - allowanceNanos;
    this.#shares.set(scope, null);
    const at = this.#options.clock.monotonic();
    this.#seen.set(scope, { spentNanos, reservedNanos, earlierNanos, told, ownNanos: null, at });
  }

  /** What Redis was lately heard to know of what instances have told. */
  heard(): readonly (readonly [Counted, string])[] {
    const since = this.#options.clock.monotonic() - 60_000;
    const lately = [...this.#seen].filter(([, { at, told }]) => at >= since && told !== "");
    return lately.map(([scope, { told }]) => [scope, told]);
  }

  /** In its windows, and since when. */
  countedIn(scope: Counted): readonly CountedEntry[] {
    return this.#counted.countedIn(scope);
  }

  /** What all have spent it does not know. */
  inUse(scopes: readonly Counted[]): readonly ScopeUse[] {
    return this.#counted.inUse(scopes).map((use) => ({ ...use, spentNanos: null }));
  }

  /** Throws GhostError `service_unavailable` where it is not to decide. */
  reserve(request: ReservationRequest): Awaitable<Reservation> {
    const { limits, budgets } = this.#options.whenAway;
    const isLimited = request.scopes.some((scope) =>
      Object.values(scope.limits).some((limit) => (limit ?? null) !== null),
    );
    const budgeted = request.costNanos > 0 ? request.scopes.filter(({ budgetNanos }) => budgetNanos !== null) : [];
    if ((isLimited && limits === "deny") || (budgeted.length > 0 && budgets === "deny")) throw away();
    const unknown = budgets === "local" ? budgeted.filter((scope) => (this.#shares.get(scope) ?? null) === null) : [];
    if (unknown.length === 0) return this.#decide(request);
    const stale = unknown.filter((scope) => !this.#isSeenLately(scope));
    if (stale.length === 0) return this.#decideWithShares(request, unknown);
    return this.#look(stale).then(() => this.#decideWithShares(request, unknown));
  }

  #isSeenLately(scope: Counted): boolean {
    const seen = this.#seen.get(scope);
    return seen !== undefined && this.#options.clock.monotonic() - seen.at < seenLatelyMs;
  }

  /** What the database says is late by what is on its way, of others as well: less was never spent than was seen. */
  async #look(scopes: readonly CountedScope[]): Promise<void> {
    const all = scopes.flatMap((scope): Counted[] => [scope, ...(scope.earlier ?? [])]);
    // Before the database is asked: what it stores meanwhile is then counted twice, and never not at all.
    const ownOf = scopes.map((scope) => this.#options.ownOf(scope));
    const spent = await this.#options.readSpent(all).catch(() => null);
    const stored = new ScopeMap(all.map((counted, index) => [counted, spent?.[index]]));
    for (const [place, scope] of scopes.entries()) {
      const seen = this.#seen.get(scope);
      if (stored.get(scope) === undefined && seen === undefined) throw away();
      const { nanos: ownNanos = 0, storedNanos = 0 } = ownOf[place] ?? {};
      const known = (stored.get(scope) ?? 0) + Math.max(0, ownNanos - storedNanos);
      const spentNanos = Math.max(known, seen === undefined ? 0 : this.#spentSince(scope, seen));
      const { reservedNanos = 0, told = "" } = seen ?? {};
      const allowance = allowanceOf(scope, (earlier) => stored.get(earlier) ?? 0) ?? 0;
      const earlierNanos = spent === null ? (seen?.earlierNanos ?? 0) : (scope.budgetNanos ?? 0) - allowance;
      const at = this.#options.clock.monotonic();
      this.#seen.set(scope, { spentNanos, reservedNanos, earlierNanos, told, ownNanos, at });
    }
  }

  /** What was spent when it was seen, and what this instance has answered since. */
  #spentSince(scope: Counted, { spentNanos, ownNanos, told }: Seen): number {
    const { instance, ownOf } = this.#options;
    return spentNanos + Math.max(0, ownOf(scope).nanos - (ownNanos ?? toldBy(instance, told)));
  }

  #decideWithShares(request: ReservationRequest, unknown: readonly CountedScope[]): Reservation {
    for (const scope of unknown) {
      if ((this.#shares.get(scope) ?? null) === null) this.#shares.set(scope, this.#shareOf(scope));
    }
    return this.#decide(request);
  }

  /** As the budget of this process: what it has answered and holds, and its part of what was left. */
  #shareOf(scope: CountedScope): number {
    const seen = this.#seen.get(scope);
    const [use] = this.#counted.inUse([scope]);
    const { reservedNanos = 0, earlierNanos = 0 } = seen ?? {};
    const spentNanos = seen === undefined ? 0 : this.#spentSince(scope, seen);
    const left = (scope.budgetNanos ?? 0) - earlierNanos - spentNanos - reservedNanos;
    const own = (this.#charged.get(scope) ?? 0) + (use?.reservedNanos ?? 0);
    // What is overdrawn is nobody's to give out again when something of it is given back.
    return own + (left < 0 ? left : Math.floor(left / this.#options.instances()));
  }

  #decide(request: ReservationRequest): Reservation {
    const scopes = request.scopes.map((scope) => this.#shareIn(scope));
    const reservation = this.#counted.reserve({ ...request, scopes });
    if (reservation.admitted && !request.onlyLooks) this.#note(request.scopes);
    return reservation.admitted ? reservation : this.#explained(reservation, request);
  }

  #shareIn(scope: CountedScope): CountedScope {
    const { whenAway } = this.#options;
    const isUnlimited = scope.budgetNanos === null || whenAway.budgets === "allow";
    return {
      ...withoutLimits(scope),
      ...(whenAway.limits !== "allow" && { limits: this.#partOf(scope.limits) }),
      budgetNanos: isUnlimited ? null : (this.#shares.get(scope) ?? 0),
    };
  }

  #partOf({ requestsPerMinute, tokensPerMinute, costNanosPerMinute = null, concurrentRequests }: WindowLimits) {
    const count = this.#options.instances();
    const part = (limit: number | null): number | null =>
      limit === null || limit === 0 ? limit : Math.max(1, Math.floor(limit / count));
    return {
      requestsPerMinute: part(requestsPerMinute),
      tokensPerMinute: part(tokensPerMinute),
      costNanosPerMinute: part(costNanosPerMinute),
      concurrentRequests: part(concurrentRequests),
    };
  }

  /** A budget in the figures of its own; more of it may be had when Redis is back. */
  #explained(
    reservation: Extract<Reservation, { admitted: false }>,
    { scopes, costNanos }: ReservationRequest,
  ): Reservation {
    const { refusal } = reservation;
    if (refusal.reason !== "budget") return reservation;
    const scope = scopes.find((one) => isSame(one, refusal.scope));
    const { spentNanos: spent = 0, reservedNanos = 0, earlierNanos = 0 } = this.#seen.get(refusal.scope) ?? {};
    const allowance = (scope?.budgetNanos ?? refusal.limit) - earlierNanos;
    const { limit, spentNanos } =
      scope === undefined ? { limit: allowance, spentNanos: spent } : toldOf(scope, allowance, spent);
    const retryAfterSeconds = costNanos > limit - spentNanos ? null : retrySeconds;
    const told: Refusal = {
      ...refusal,
      scope: scope ?? refusal.scope,
      limit,
      spentNanos,
      reservedNanos,
      retryAfterSeconds,
    };
    return { ...reservation, refusal: told };
  }
}

function isSame(one: Counted, other: Counted): boolean {
  return one.kind === other.kind && one.id === other.id && one.period === other.period;
}

/** What is counted of it; of cost, only what is limited. */
function withoutLimits(scope: CountedScope): CountedScope {
  const { kind, id, period, windowMs, lapsesAt } = scope;
  const limits = limitsCost(scope) ? { ...unlimited, costNanosPerMinute: Infinity } : unlimited;
  if (period === undefined) return { kind, id, limits, budgetNanos: null };
  const span = windowMs === undefined ? {} : { windowMs };
  return { kind, id, period, ...span, ...(lapsesAt !== undefined && { lapsesAt }), limits, budgetNanos: null };
}

function away(): GhostError {
  return new GhostError("service_unavailable", "Limits and budgets cannot be counted at the moment.", {
    retryAfterSeconds: retrySeconds,
  });
}
