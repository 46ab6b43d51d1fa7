// Whose guardrails are: those of a team are its managers' to change, all others of whoever may change all.

import type { Permission } from "@ghostllm/contract";
import type { Caller } from "#api/me.ts";
import type { Guardrail } from "#api/queries.ts";

export function mayWith({ mayOf }: Caller, permission: Permission, { applies_to: of }: Guardrail): boolean {
  return mayOf(permission, of.kind === "team" ? of.id : null);
}

/** For everybody, or for a team. */
export function mayCreate({ me, mayForAll, mayInTeam }: Caller): boolean {
  return mayForAll("guardrails.create") || me.teams.some(({ id }) => mayInTeam("guardrails.create", id));
}

/** Somebody else is asked by the server, at its cost: that is for who may change all to say. */
export function isAsked(kind: string): boolean {
  return kind === "webhook" || kind === "moderation";
}
