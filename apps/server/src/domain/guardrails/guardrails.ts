// The guardrails of a snapshot, by whom they hold for. Where there are none, nothing is looked at.

import type { Principal } from "#domain/principal.ts";
import type { GuardrailPart } from "./guardrail.ts";

interface Changed {
  readonly set: readonly GuardrailPart[];
  readonly gone: readonly string[];
}

const none: readonly GuardrailPart[] = [];

/** Never changes: `apply` makes the next one. */
export class Guardrails {
  static readonly none = new Guardrails([]);
  /** In the order in which they were made, as their ids are. */
  readonly all: readonly GuardrailPart[];

  constructor(all: readonly GuardrailPart[]) {
    this.all = all;
  }

  apply(changed: Changed | undefined): Guardrails {
    if (changed === undefined || changed.set.length + changed.gone.length === 0) return this;
    const next = new Map(this.all.map((guardrail) => [guardrail.id, guardrail]));
    for (const id of changed.gone) next.delete(id);
    for (const guardrail of changed.set) next.set(guardrail.id, guardrail);
    return new Guardrails([...next.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1)));
  }

  of({ keyId, userId, teamId }: Pick<Principal, "keyId" | "userId" | "teamId">): readonly GuardrailPart[] {
    if (this.all.length === 0) return none;
    const ids = { key: keyId, user: userId, team: teamId };
    return this.all.filter(({ holder }) => holder.kind === "everyone" || ids[holder.kind] === holder.id);
  }
}
