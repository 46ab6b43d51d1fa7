// What somebody may hand on: never more than he has. Asked wherever a role, a membership or a key gives somebody rights.

import { extents, extentsOf, permissionNames } from "@ghostllm/contract";
import type { Extent, Grants, Permission, TeamRoleName } from "@ghostllm/contract";
import { includes, reach } from "./may.ts";
import type { Entitled } from "./may.ts";
import { isReading, teamRoles } from "./roles.ts";

/** The first permission of `other` that `grants` lack, or have for less; null where there is none. */
export function lacking(grants: Grants, other: Grants): string | null {
  return permissionNames.find((name) => !goesAsFar(name, grants[name], other[name])) ?? null;
}

/** To change one's own is no part of changing what is of one's teams. */
function goesAsFar(permission: Permission, had: Extent | undefined, wanted: Extent | undefined): boolean {
  if (wanted === undefined || had === wanted || had === "all") return true;
  return had === "team" && wanted === "own" && isReading(permission);
}

/** Does `who` reach whatever `other` reaches? Only then he may do what `other` does in his name: hold a key, set a password. */
export function reachesAllOf(who: Entitled, other: Entitled): boolean {
  return permissionNames.every((name) => includes(reach(who, name), reach(other, name)));
}

/** Has `who` in this team whatever somebody may there for being this? */
export function hasInTeam(who: Entitled, teamId: string, role: TeamRoleName): boolean {
  const asOther: Entitled = { grants: {}, userId: null, memberships: [{ teamId, role }] };
  return permissionNames.every(
    (name) => teamRoles[role][name] === undefined || includes(reach(who, name), reach(asOther, name)),
  );
}

/** Which permissions somebody has for what is of a team, of those that can be granted for teams. */
export function permissionsInTeam(who: Entitled, teamId: string): Permission[] {
  return permissionNames.filter(
    (name) => extentsOf(name).includes("team") && includes(reach(who, name), [{ kind: "team", id: teamId }]),
  );
}

/** How far each permission goes in all, by the role and by the teams. */
export function effectiveGrants(who: Entitled): Grants {
  const ofTeams = (who.memberships ?? []).flatMap(({ role }) => Object.entries(teamRoles[role]));
  const all = [...ofTeams, ...Object.entries(who.grants)];
  const farthest = (one: Extent, other: Extent): Extent =>
    extents.indexOf(one) < extents.indexOf(other) ? one : other;
  const effective = new Map<string, Extent>();
  for (const [name, extent] of all) effective.set(name, farthest(extent, effective.get(name) ?? extent));
  return Object.fromEntries(effective);
}
