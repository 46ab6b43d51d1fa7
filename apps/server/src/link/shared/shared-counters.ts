// Counters of all threads of a process, in memory that they share. What a request holds until it is settled is in the thread
// that has admitted it; what it takes of its scopes is in the shared memory, in a column of that thread, so that it is given
// back at once when the thread ends.

import { GhostError } from "@ghostllm/contract";
import type { Counted } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import type {
  CountedScope,
  Counters,
  Extension,
  Reservation,
  ReservationRequest,
  ScopeUse,
  Settlement,
} from "#link/counters.ts";
import { consult } from "#link/consulted.ts";
import { correct, hasWindow, limitsCost, mostToExtend, refuse, report } from "#link/decision.ts";
import type { UsedOf } from "#link/decision.ts";
import type { Opening } from "#link/opening.ts";
import type { HandedHold } from "./handed-hold.ts";
import { readLayout } from "./layout.ts";
import { noRoom } from "./no-room.ts";
import { SharedMemory } from "./shared-memory.ts";
import { addSpent, openShared } from "./shared-opening.ts";
import type { SharedScope } from "./shared-scope.ts";
import { Sweeper } from "./sweeper.ts";

/** What a request holds until it is settled or expires. */
interface Held {
  readonly scopes: readonly CountedScope[];
  readonly tokens: number;
  costNanos: number;
  /** When it was counted. */
  readonly since: number;
  readonly expiresAt: number;
  isReleased: boolean;
}

const scopesPerLook = 64;
const shortestTimerMs = 1_000;
const longestTimerMs = 2 ** 31 - 1;

export class SharedCounters implements Counters {
  readonly #clock: Clock;
  readonly #seat: number;
  readonly #memory: SharedMemory;
  readonly #sweeper: Sweeper;
  readonly #held = new Map<string, Held>();
  /** Settled, with an answer that is still on its way. */
  readonly #leaving = new Map<string, readonly CountedScope[]>();
  /** Nothing that is held here expires before this. */
  #nextExpiry = Infinity;
  #timer: NodeJS.Timeout | undefined;
  /** A period was counted here for the first time since it was looked which are over. */
  #hasNewPeriods = false;
  readonly #usedOf: UsedOf;

  /** The clock's `monotonic` is the same in all threads: see domain/clock. Without a seat it is the main thread's. */
  constructor(memory: SharedArrayBuffer, clock: Clock, seat: number = readLayout(memory).seats - 1) {
    this.#clock = clock;
    this.#seat = seat;
    this.#memory = new SharedMemory(memory, seat);
    this.#memory.seats.take(seat);
    this.#sweeper = new Sweeper(this.#memory);
    const earlier = this.#memory.createScope();
    this.#usedOf = (counted) => {
      earlier.point(this.#memory.table.find(counted));
      return earlier.spentNanos + earlier.reservedNanos;
    };
  }

  /** Throws GhostError `service_unavailable` where there is no room for more scopes. */
  reserve(request: ReservationRequest): Reservation {
    const now = this.#beginDecision();
    this.#sweeper.sweep(now);
    if (this.#hasNewPeriods) {
      this.#hasNewPeriods = false;
      this.#sweeper.sweepLapsed(now);
    }
    try {
      return this.#reserve(request);
    } catch (error) {
      if (!(error instanceof GhostError) || !this.#sweeper.sweepAll(this.#clock.monotonic())) throw error;
      return this.#reserve(request);
    }
  }

  extend({ id, costNanos }: Extension): number {
    this.#beginDecision();
    const held = this.#held.get(id);
    if (held === undefined || held.isReleased) return 0;
    const granted = this.#memory.change(() => {
      const now = this.#clock.monotonic();
      const counts = this.#memory.scopesOf(held.scopes);
      const most = mostToExtend(held.scopes, counts, { costNanos, now, usedOf: this.#usedOf });
      if (most <= 0) return 0;
      for (const [place, scope] of held.scopes.entries()) {
        const count = counts[place];
        if (count === undefined) continue;
        count.change(this.#seat, 0, most);
        if (limitsCost(scope)) count.costs.addLate(most, held.since, now);
      }
      return most;
    });
    held.costNanos += granted;
    return granted;
  }

  settle(settlement: Settlement): number {
    const held = this.#held.get(settlement.id);
    if (held === undefined) return 0;
    const { id, costNanos, staysRunning = false, takesAll = false } = settlement;
    const chargedNanos = costNanos === null || takesAll ? Math.max(costNanos ?? 0, held.costNanos) : costNanos;
    const isLeaving = staysRunning && !held.isReleased;
    this.#memory.change(() => this.#settle(held, settlement.tokens, chargedNanos, isLeaving));
    this.#held.delete(id);
    if (isLeaving) this.#leaving.set(id, held.scopes);
    return chargedNanos;
  }

  leave(id: string): void {
    const scopes = this.#leaving.get(id);
    if (scopes === undefined) return;
    this.#leaving.delete(id);
    this.#giveBack(scopes, 0);
  }

  inUse(scopes: readonly Counted[]): readonly ScopeUse[] {
    this.#beginDecision();
    const uses: ScopeUse[] = [];
    for (let from = 0; from < scopes.length; from += scopesPerLook) {
      const some = scopes.slice(from, from + scopesPerLook);
      this.#memory.change(() => {
        const now = this.#clock.monotonic();
        const counts = this.#memory.scopesOf(some);
        for (const count of counts.slice(0, some.length)) uses.push(count.use(now));
      });
    }
    return uses;
  }

  /** What was spent and counted before this process counted. */
  open(opening: Pick<Opening, "spent" | "counted">): void {
    openShared(this.#memory, this.#clock, opening);
  }

  /** What was spent elsewhere, beside what is known. */
  addSpent(spent: Opening["spent"]): void {
    addSpent(this.#memory, spent);
  }

  /** The thread of this seat has ended: what it had running and reserved is given back, and its lock broken. */
  freeSeat(seat: number): void {
    this.#memory.seats.end(seat);
    this.#sweeper.free(seat);
  }

  /** What a request holds here, for whoever is to settle it in its place. */
  handOver(id: string): HandedHold | null {
    const held = this.#held.get(id);
    if (held === undefined) return null;
    this.#held.delete(id);
    return { ...held, id, seat: this.#seat, life: this.#memory.seats.lifeOf(this.#seat) };
  }

  /** What another thread has handed over, or this one, which takes it back. It may have ended meanwhile. */
  adopt({ id, seat, life, ...held }: HandedHold): void {
    if (!held.isReleased && seat !== this.#seat) {
      this.#memory.change(() => {
        const isAlive = this.#memory.seats.lifeOf(seat) === life;
        const scopes = this.#memory.scopesOf(held.scopes);
        held.scopes.forEach((scope, place) => this.#move(scope, scopes[place], held.costNanos, isAlive ? seat : null));
      });
    }
    this.#hold(id, held);
  }

  /** No timer is left. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #reserve(request: ReservationRequest): Reservation {
    const { id, scopes, tokens, costNanos, lifetimeMs, onlyLooks = false } = request;
    let since = 0;
    const reservation = this.#memory.change((): Reservation => {
      // Read under the lock, so that no two threads count in another order than that of their times.
      since = this.#clock.monotonic();
      const counts = this.#memory.scopesOf(scopes);
      const refusal = refuse(request, counts, since, this.#usedOf);
      const consulted = consult(scopes, counts, since, this.#usedOf);
      if (refusal !== null) return { admitted: false, refusal, report: report(scopes, counts, since), consulted };
      if (onlyLooks) return { admitted: true, report: report(scopes, counts, since), consulted };
      for (let place = 0; place < scopes.length; place += 1) {
        const [scope, count] = [scopes[place], counts[place]];
        if (scope !== undefined && count !== undefined) this.#take(scope, count, request, since);
      }
      return { admitted: true, report: report(scopes, counts, since), consulted };
    });
    if (reservation.admitted && !onlyLooks) {
      this.#hold(id, { scopes, tokens, costNanos, since, expiresAt: since + lifetimeMs, isReleased: false });
    }
    return reservation;
  }

  #take(scope: CountedScope, counts: SharedScope, { tokens, costNanos }: ReservationRequest, now: number): void {
    this.#make(counts, scope, false);
    const hasRoom =
      counts.begin(this.#seat, costNanos) &&
      (!hasWindow(scope) ||
        (counts.tokens.prepare() && counts.requests.add(1, now) && counts.tokens.add(tokens, now))) &&
      (!limitsCost(scope) || (counts.costs.prepare() && counts.costs.add(costNanos, now)));
    if (!hasRoom) throw noRoom();
  }

  #settle(held: Held, tokens: number, chargedNanos: number, isLeaving: boolean): void {
    const now = this.#clock.monotonic();
    const counts = this.#memory.scopesOf(held.scopes);
    for (const [place, scope] of held.scopes.entries()) {
      const count = counts[place];
      if (count === undefined) continue;
      // A budget is the whole scope's, or a period's.
      const spentNanos = scope.windowMs === undefined ? chargedNanos : 0;
      if (spentNanos !== 0) this.#make(count, scope, true);
      if (count.slot === 0) continue;
      if (!held.isReleased) count.change(this.#seat, isLeaving ? 0 : -1, -held.costNanos);
      if (hasWindow(scope)) correct(count.tokens, tokens - held.tokens, held.since, now);
      if (limitsCost(scope)) correct(count.costs, chargedNanos - held.costNanos, held.since, now);
      if (spentNanos !== 0) count.spentNanos += spentNanos;
    }
    for (const place of held.scopes.keys()) {
      const count = counts[place];
      if (count !== undefined) this.#memory.tidy(count);
    }
  }

  #make(counts: SharedScope, scope: CountedScope, isForSpent: boolean): void {
    if (this.#memory.make(counts, scope, isForSpent)) this.#hasNewPeriods = true;
  }

  #move(scope: CountedScope, counts: SharedScope | undefined, costNanos: number, from: number | null): void {
    if (counts === undefined) return;
    this.#make(counts, scope, true);
    if (!counts.begin(this.#seat, costNanos)) throw noRoom();
    if (from !== null) counts.change(from, -1, -costNanos);
  }

  #giveBack(scopes: readonly Counted[], costNanos: number): void {
    this.#memory.change(() => {
      const counts = this.#memory.scopesOf(scopes);
      for (const place of scopes.keys()) counts[place]?.change(this.#seat, -1, -costNanos);
      for (const place of scopes.keys()) {
        const count = counts[place];
        if (count !== undefined) this.#memory.tidy(count);
      }
    });
  }

  #hold(id: string, held: Held): void {
    this.#held.set(id, held);
    this.#nextExpiry = Math.min(this.#nextExpiry, held.expiresAt);
    if (this.#timer === undefined) this.#armTimer();
  }

  /** Answers the time, by which nothing that has expired is held here any more. */
  #beginDecision(): number {
    const now = this.#clock.monotonic();
    if (now >= this.#nextExpiry) this.#giveBackExpired(now);
    return now;
  }

  #giveBackExpired(now: number): void {
    this.#nextExpiry = Infinity;
    for (const held of this.#held.values()) {
      // It stays listed: should its request end after all, its cost is still charged.
      if (held.isReleased) continue;
      if (held.expiresAt > now) this.#nextExpiry = Math.min(this.#nextExpiry, held.expiresAt);
      else {
        this.#giveBack(held.scopes, held.costNanos);
        held.isReleased = true;
      }
    }
  }

  /** Other threads decide by what is reserved here, also while nothing is decided here. */
  #armTimer(): void {
    const restMs = this.#nextExpiry - this.#clock.monotonic();
    const delayMs = Math.min(longestTimerMs, Math.max(shortestTimerMs, restMs));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#beginDecision();
      if (this.#nextExpiry < Infinity) this.#armTimer();
    }, delayMs).unref();
  }
}
