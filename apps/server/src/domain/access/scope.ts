// Whatever can hold limits, budgets and spend, named the same way everywhere: by what it is and its id. It is plain data and
// never one text, so that nobody has to take one apart.

/** The last two are no business of who asks, but of what is asked: an alias, and each provider in its turn. Their order is that of the codes in shared memory: a new one comes last. */
export const scopeKinds = ["key", "user", "team", "organisation", "alias", "provider"] as const;
export type ScopeKind = (typeof scopeKinds)[number];

export interface Scope {
  readonly kind: ScopeKind;
  readonly id: string;
}

/**
 * What is counted of a scope: its last minute and its whole life, where nothing else is said; otherwise another window of it, or a
 * period of one of its budgets, by a name that it has but once.
 */
export interface Counted extends Scope {
  readonly period?: string | undefined;
}

type ById<Value> = Map<ScopeKind, Map<string, Value>>;

/** Values by what is counted. Maps, one in the other: a look-up on the way of a request then makes no text for a key. */
export class ScopeMap<Value> {
  readonly #whole: ById<Value> = new Map();
  readonly #byPeriod = new Map<string, ById<Value>>();

  constructor(entries: Iterable<readonly [Counted, Value]> = []) {
    for (const [counted, value] of entries) this.set(counted, value);
  }

  get({ kind, id, period }: Counted): Value | undefined {
    const byKind = period === undefined ? this.#whole : this.#byPeriod.get(period);
    return byKind?.get(kind)?.get(id);
  }

  set({ kind, id, period }: Counted, value: Value): void {
    const byKind = period === undefined ? this.#whole : this.#ofPeriod(period);
    const byId = byKind.get(kind);
    if (byId === undefined) byKind.set(kind, new Map([[id, value]]));
    else byId.set(id, value);
  }

  delete({ kind, id, period }: Counted): void {
    const byKind = period === undefined ? this.#whole : this.#byPeriod.get(period);
    const byId = byKind?.get(kind);
    if (byKind === undefined || byId?.delete(id) !== true || byId.size > 0) return;
    byKind.delete(kind);
    if (period !== undefined && byKind.size === 0) this.#byPeriod.delete(period);
  }

  *[Symbol.iterator](): Generator<readonly [Counted, Value]> {
    for (const [kind, byId] of this.#whole) {
      for (const [id, value] of byId) yield [{ kind, id }, value];
    }
    for (const [period, byKind] of this.#byPeriod) {
      for (const [kind, byId] of byKind) {
        for (const [id, value] of byId) yield [{ kind, id, period }, value];
      }
    }
  }

  #ofPeriod(period: string): ById<Value> {
    const known = this.#byPeriod.get(period);
    if (known !== undefined) return known;
    const byKind: ById<Value> = new Map();
    this.#byPeriod.set(period, byKind);
    return byKind;
  }
}
