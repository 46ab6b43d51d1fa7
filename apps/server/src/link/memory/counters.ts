import { ScopeMap } from "#domain/access/scope.ts";
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
import type { CountedBefore, CountedEntry } from "#link/opening.ts";
import { SlidingWindow } from "./window.ts";

interface ScopeState {
  readonly requests: SlidingWindow;
  readonly tokens: SlidingWindow;
  costs: SlidingWindow;
  running: number;
  spentNanos: number;
  reservedNanos: number;
  /** Infinity: it is never forgotten. */
  lapsesAt: number;
}

const unused: ScopeUse = { requests: 0, tokens: 0, costNanos: 0, running: 0, reservedNanos: 0, spentNanos: 0 };
/** Of what counts nothing over a window: it stays empty. */
const noWindow = new SlidingWindow();
/** So many periods are counted before it is looked which of them are over. */
const fewestToSweep = 1_024;

/** What a request holds until it is settled or expires. */
interface Held {
  readonly scopes: readonly CountedScope[];
  /** Of each of them. */
  readonly states: readonly ScopeState[];
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
  /** Periods, which are over one day. */
  #lapsing: (readonly [Counted, ScopeState])[] = [];
  #sweepFrom = fewestToSweep;
  readonly #usedOf = (earlier: Counted): number => {
    const state = this.#scopes.get(earlier);
    return state === undefined ? 0 : state.spentNanos + state.reservedNanos;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reserve(request: ReservationRequest): Reservation {
    const now = this.#beginDecision();
    const states = request.scopes.map((scope) => this.#stateOf(scope));
    const refusal = refuse(request, states, now, this.#usedOf);
    const consulted = consult(request.scopes, states, now, this.#usedOf);
    if (refusal !== null) return { admitted: false, refusal, report: report(request.scopes, states, now), consulted };
    if (request.onlyLooks) return { admitted: true, report: report(request.scopes, states, now), consulted };
    for (let place = 0; place < states.length; place += 1) {
      const [scope, state] = [request.scopes[place], states[place]];
      if (scope !== undefined && state !== undefined) take(scope, state, request, now);
    }
    this.#hold(request, states, now);
    return { admitted: true, report: report(request.scopes, states, now), consulted };
  }

  extend({ id, costNanos }: Extension): number {
    const now = this.#beginDecision();
    const held = this.#held.get(id);
    if (held === undefined || held.isReleased) return 0;
    const { scopes, states } = held;
    const granted = mostToExtend(scopes, states, { costNanos, now, usedOf: this.#usedOf });
    held.costNanos += granted;
    for (let place = 0; place < states.length; place += 1) {
      const state = states[place];
      if (state === undefined) continue;
      state.reservedNanos += granted;
      const scope = scopes[place];
      if (scope !== undefined && limitsCost(scope)) state.costs.addLate(granted, held.since, now);
    }
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
    for (let place = 0; place < held.states.length; place += 1) {
      const [scope, state] = [held.scopes[place], held.states[place]];
      if (scope === undefined || state === undefined) continue;
      if (hasWindow(scope)) correct(state.tokens, tokens - held.tokens, held.since, now);
      if (limitsCost(scope)) correct(state.costs, chargedNanos - held.costNanos, held.since, now);
      // A budget is the whole scope's, or a period's.
      if (scope.windowMs === undefined) state.spentNanos += chargedNanos;
    }
    return chargedNanos;
  }

  leave(id: string): void {
    for (const state of this.#leaving.get(id) ?? []) state.running -= 1;
    this.#leaving.delete(id);
  }

  inUse(scopes: readonly Counted[]): readonly ScopeUse[] {
    const now = this.#beginDecision();
    return scopes.map((scope) => {
      const state = this.#scopes.get(scope);
      if (state === undefined) return unused;
      const { requests, tokens, costs, running, reservedNanos, spentNanos } = state;
      const windows = { requests: requests.used(now), tokens: tokens.used(now), costNanos: costs.used(now) };
      return { ...windows, running, reservedNanos, spentNanos };
    });
  }

  /** What counts in the windows of a scope, and since when. */
  countedIn(scope: Counted): readonly CountedEntry[] {
    const now = this.#beginDecision();
    const state = this.#scopes.get(scope);
    if (state === undefined) return [];
    const nothing = { requests: 0, tokens: 0, costNanos: 0 };
    return (["requests", "tokens", "costs"] as const).flatMap((name) => {
      const field = name === "costs" ? "costNanos" : name;
      return [...state[name].entries(now)].map(([at, amount]) => ({ ...nothing, agoMs: now - at, [field]: amount }));
    });
  }

  /** What a scope has spent before this process counted. */
  setSpent(scope: Counted, spentNanos: number): void {
    this.#stateOf(scope).spentNanos = spentNanos;
  }

  addSpent(scope: Counted, nanos: number): void {
    this.#stateOf(scope).spentNanos += nanos;
  }

  /** What was counted in a window before this process counted. */
  setCounted({ scope, agoMs, requests, tokens, costNanos }: CountedBefore): void {
    const state = this.#stateOf(scope);
    const at = this.#clock.monotonic() - agoMs;
    state.requests.add(requests, at);
    state.tokens.add(tokens, at);
    if (!limitsCost(scope)) return;
    if (state.costs === noWindow) state.costs = new SlidingWindow(scope.windowMs);
    state.costs.add(costNanos, at);
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
    this.#held.set(id, { scopes, states, tokens, costNanos, since, expiresAt, isReleased: false });
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
  }

  #stateOf(scope: Counted & Partial<CountedScope>): ScopeState {
    let state = this.#scopes.get(scope);
    if (state === undefined) {
      state = newState(scope);
      this.#scopes.set(scope, state);
      if (state.lapsesAt < Infinity) this.#noteLapsing(scope, state);
    } else if (scope.lapsesAt !== undefined && state.lapsesAt === Infinity) {
      state.lapsesAt = scope.lapsesAt;
      this.#noteLapsing(scope, state);
    }
    return state;
  }

  /** What is over and holds nothing is forgotten, now and then. */
  #noteLapsing(scope: Counted, noted: ScopeState): void {
    this.#lapsing.push([scope, noted]);
    if (this.#lapsing.length < this.#sweepFrom) return;
    const now = this.#clock.monotonic();
    this.#lapsing = this.#lapsing.filter(([counted, state]) => {
      if (state.lapsesAt > now || state.running > 0) return true;
      this.#scopes.delete(counted);
      return false;
    });
    this.#sweepFrom = Math.max(fewestToSweep, 2 * this.#lapsing.length);
  }
}

function newState({ period, windowMs, lapsesAt = Infinity }: Counted & Partial<CountedScope>): ScopeState {
  const isPeriod = period !== undefined && windowMs === undefined;
  const requests = isPeriod ? noWindow : new SlidingWindow(windowMs);
  const tokens = isPeriod ? noWindow : new SlidingWindow(windowMs);
  return { requests, tokens, costs: noWindow, running: 0, spentNanos: 0, reservedNanos: 0, lapsesAt };
}

function take(scope: CountedScope, state: ScopeState, { tokens, costNanos }: ReservationRequest, now: number): void {
  if (hasWindow(scope)) {
    state.requests.add(1, now);
    state.tokens.add(tokens, now);
  }
  if (limitsCost(scope)) {
    if (state.costs === noWindow) state.costs = new SlidingWindow(scope.windowMs);
    state.costs.add(costNanos, now);
  }
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
