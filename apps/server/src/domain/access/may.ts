// The one place where it is decided who may do what. The admin API asks `reach`, and the store finds nothing beyond it; the
// gateway asks `may`.

import type { Grants, InstallationPermission, OwnedPermission, Permission, TeamRoleName } from "@ghostllm/contract";
import { isReading, teamRoles } from "./roles.ts";
import type { Scope } from "./scope.ts";

/** That somebody is in a team. */
export interface Membership {
  readonly teamId: string;
  readonly role: TeamRoleName;
}

/** Whoever asks: an actor of the admin API, or a principal of the gateway. */
export interface Entitled {
  readonly grants: Grants;
  /** Null for the admin key, which belongs to nobody. */
  readonly userId: string | null;
  /** Absent of a principal of the gateway, which asks for nothing that is of a team. */
  readonly memberships?: readonly Membership[];
}

/** How far a permission goes: to everything, or to what belongs to one of these scopes. None of them: to nothing. */
export type Reach = "all" | readonly Scope[];

export function reach({ grants, userId, memberships = [] }: Entitled, permission: Permission): Reach {
  const granted = grants[permission];
  if (granted === "all") return "all";
  const isOwn = granted === "own" || (granted === "team" && isReading(permission));
  const own: readonly Scope[] = isOwn && userId !== null ? [{ kind: "user", id: userId }] : [];
  const teams = memberships.filter(({ role }) => reachesTeam(role, granted, permission));
  return [...own, ...teams.map(({ teamId }): Scope => ({ kind: "team", id: teamId }))];
}

/** A role's permission for one's teams is for those that one manages. */
function reachesTeam(role: TeamRoleName, granted: Grants[Permission], permission: Permission): boolean {
  return teamRoles[role][permission] === "team" || (granted === "team" && role === "manager");
}

export function reachesNothing(reached: Reach): boolean {
  return reached.length === 0;
}

/** What of it is reached by scopes of this kind. */
export function reachBy(reached: Reach, kind: Scope["kind"]): Reach {
  return reached === "all" ? reached : reached.filter((scope) => scope.kind === kind);
}

/** Is all that `other` reaches within `reached`? */
export function includes(reached: Reach, other: Reach): boolean {
  if (reached === "all") return true;
  if (other === "all") return false;
  return other.every((scope) => reached.some(({ kind, id }) => scope.kind === kind && scope.id === id));
}

/** `subject` is all that the thing belongs to: whoever reaches one of these scopes reaches it. */
export function may(who: Entitled, permission: InstallationPermission): boolean;
export function may(who: Entitled, permission: OwnedPermission, subject: readonly Scope[]): boolean;
export function may(who: Entitled, permission: Permission, subject: readonly Scope[] = []): boolean {
  const reached = reach(who, permission);
  return reached === "all" || subject.some((one) => includes(reached, [one]));
}
