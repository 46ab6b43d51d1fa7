// Whatever can hold limits, budgets and spend, named the same way everywhere: by what it is and its id. It is plain data and
// never one text, so that nobody has to take one apart.

export const scopeKinds = ["key", "user"] as const;
export type ScopeKind = (typeof scopeKinds)[number];

export interface Scope {
  readonly kind: ScopeKind;
  readonly id: string;
}

/** Values by scope. Two maps, one in the other: a look-up on the way of a request then makes no text for a key. */
export class ScopeMap<Value> {
  readonly #byKind = new Map<ScopeKind, Map<string, Value>>();

  get({ kind, id }: Scope): Value | undefined {
    return this.#byKind.get(kind)?.get(id);
  }

  set({ kind, id }: Scope, value: Value): void {
    const byId = this.#byKind.get(kind);
    if (byId === undefined) this.#byKind.set(kind, new Map([[id, value]]));
    else byId.set(id, value);
  }

  *[Symbol.iterator](): Generator<readonly [Scope, Value]> {
    for (const [kind, byId] of this.#byKind) {
      for (const [id, value] of byId) yield [{ kind, id }, value];
    }
  }
}
