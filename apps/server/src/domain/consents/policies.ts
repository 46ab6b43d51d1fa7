// The consent policies of a snapshot, by whom they hold for. Where there are none, a request is held against nothing.

import { Calendar } from "#domain/budgets/calendar.ts";
import type { Principal } from "#domain/principal.ts";
import type { ConsentPolicy } from "./policy.ts";

interface Changed {
  readonly set: readonly ConsentPolicy[];
  readonly gone: readonly string[];
}

const none: readonly ConsentPolicy[] = [];

/** Never changes: `apply` makes the next one. */
export class ConsentPolicies {
  static readonly none = new ConsentPolicies([]);
  /** By id. */
  readonly all: readonly ConsentPolicy[];
  readonly calendar = new Calendar();
  readonly #ofEveryone: readonly ConsentPolicy[];
  readonly #byHolder: ReadonlyMap<string, readonly ConsentPolicy[]>;

  constructor(all: readonly ConsentPolicy[]) {
    this.all = all;
    this.#ofEveryone = all.filter(({ holder }) => holder.kind === "everyone");
    this.#byHolder = Map.groupBy(all, ({ holder }) => (holder.kind === "everyone" ? "" : holder.id));
  }

  apply(changed: Changed | undefined): ConsentPolicies {
    if (changed === undefined || changed.set.length + changed.gone.length === 0) return this;
    const next = new Map(this.all.map((policy) => [policy.id, policy]));
    for (const id of changed.gone) next.delete(id);
    for (const policy of changed.set) next.set(policy.id, policy);
    return new ConsentPolicies([...next.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1)));
  }

  of({ keyId, userId, teamId }: Pick<Principal, "keyId" | "userId" | "teamId">): readonly ConsentPolicy[] {
    if (this.all.length === 0) return none;
    const holders = [keyId, userId, teamId ?? keyId];
    const own = new Set(holders.flatMap((id) => this.#byHolder.get(id) ?? none));
    return own.size === 0 ? this.#ofEveryone : [...this.#ofEveryone, ...own];
  }
}
