// Those of one kind who hold limits beside keys: users, teams, organisations. A change of one is one change, however many keys count by it.

import type { LimitedScope } from "#domain/principal.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { Changed } from "./parts.ts";
import { VersionedMap } from "./versioned-map.ts";

interface Limited extends Pick<LimitedScope, "limits" | "budgetNanos" | "budgets" | "privacy" | "storePrompts"> {
  readonly id: string;
}

export interface Holder<Part> {
  readonly part: Part;
  /** The principals of all keys that count by it share it. */
  readonly scope: LimitedScope;
}

type MayCall<Part> = (part: Part) => boolean;

interface Kind<Part> {
  readonly kind: ScopeKind;
  readonly mayCall: MayCall<Part>;
}

/** Never changes: `apply` makes the next ones. */
export class Holders<Part extends Limited> {
  readonly #kind: ScopeKind;
  readonly #present: VersionedMap<Holder<Part>>;
  readonly #mayCall: MayCall<Part>;
  /** All may call, and none has changed since it came, so that keys which were joined to them still are. */
  readonly areAsJoined: boolean;

  private constructor({ kind, mayCall }: Kind<Part>, present: VersionedMap<Holder<Part>>, areAsJoined: boolean) {
    this.#kind = kind;
    this.#mayCall = mayCall;
    this.#present = present;
    this.areAsJoined = areAsJoined;
  }

  static none<Part extends Limited>(kind: ScopeKind, mayCall: MayCall<Part> = () => true): Holders<Part> {
    return new Holders({ kind, mayCall }, VersionedMap.empty(), true);
  }

  get(id: string): Holder<Part> | undefined {
    return this.#present.get(id);
  }

  parts(): readonly Part[] {
    return Array.from(this.#present, ([, { part }]) => part);
  }

  apply(changed: Changed<Part> | undefined): Holders<Part> {
    if (changed === undefined) return this;
    const next = new Map<string, Holder<Part> | undefined>();
    for (const id of changed.gone) next.set(id, undefined);
    for (const part of changed.set) next.set(part.id, this.#hold(part));
    const areAllNew = [...next.keys()].every((id) => !this.#present.has(id)) && changed.set.every(this.#mayCall);
    const kind = { kind: this.#kind, mayCall: this.#mayCall };
    return new Holders(kind, this.#present.with(next), this.areAsJoined && areAllNew);
  }

  #hold(part: Part): Holder<Part> {
    const { id, limits, budgetNanos, budgets, privacy = null, storePrompts = null } = part;
    const held = { limits, budgetNanos, privacy, ...(budgets && { budgets }), ...(storePrompts && { storePrompts }) };
    return { part, scope: { kind: this.#kind, id, ...held } };
  }
}
