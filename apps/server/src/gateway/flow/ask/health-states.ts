// What is remembered of targets that have failed: of each by operation, and of each caller. Held by target-health.ts.

import type { ProviderEntry } from "#domain/snapshot.ts";
import type { RestedTarget } from "#domain/target-rest.ts";
import { Breaker } from "./breaker.ts";
import { RecentOutcomes } from "./recent-outcomes.ts";

/** Of a target, for all or for one caller. */
export class Seen {
  readonly breaker = new Breaker();
  readonly outcomes: RecentOutcomes;

  constructor(windowMs: number) {
    this.outcomes = new RecentOutcomes(windowMs);
  }
}

export interface State {
  readonly target: RestedTarget;
  /** With which it was seen; null: another gateway has told of it. */
  readonly provider: ProviderEntry | null;
  readonly all: Seen;
  readonly callers: Map<string, Seen>;
  /** By the monotonic clock. */
  lastFailureAt: number;
}

/** The oldest makes room for a new one. */
export class HealthStates {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #byName = new Map<string, State>();

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  get size(): number {
    return this.#byName.size;
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  all(): Iterable<State> {
    return this.#byName.values();
  }

  /** What was seen before an operator changed the provider says nothing of what it is now. */
  find(rested: RestedTarget, provider: ProviderEntry): State | undefined {
    const name = nameOf(rested);
    const state = this.#byName.get(name);
    if (state === undefined || state.provider === provider) return state;
    if (state.provider !== null) {
      this.#byName.delete(name);
      return undefined;
    }
    const adopted = { ...state, provider };
    this.#byName.set(name, adopted);
    return adopted;
  }

  make(target: RestedTarget, provider: ProviderEntry | null): State {
    const known = provider === null ? this.#byName.get(nameOf(target)) : this.find(target, provider);
    if (known !== undefined) return known;
    const [oldest] = this.#byName.keys();
    if (oldest !== undefined && this.#byName.size >= this.#most) this.#byName.delete(oldest);
    const state = { target, provider, all: new Seen(this.#windowMs), callers: new Map(), lastFailureAt: 0 };
    this.#byName.set(nameOf(target), state);
    return state;
  }

  delete(target: RestedTarget): void {
    this.#byName.delete(nameOf(target));
  }
}

function nameOf({ path, operation }: RestedTarget): string {
  return `${path} ${operation}`;
}
