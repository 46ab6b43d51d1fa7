// Which roles follow from the groups that an issuer or a directory says somebody is in: here, and in teams.

import type { TeamRoleName } from "@ghostllm/contract";
import type { Role } from "./roles.ts";

export interface GroupRole {
  readonly group: string;
  readonly role: Role;
}

export interface GroupTeam {
  readonly group: string;
  readonly teamId: string;
  /** In the team. */
  readonly role: TeamRoleName;
}

/** The first of `groupRoles` whose group he is in decides. */
export function roleByGroups(groups: readonly string[], groupRoles: readonly GroupRole[], otherwise: Role): Role {
  return groupRoles.find(({ group }) => groups.includes(group))?.role ?? otherwise;
}

/** Of each team that is named, what he is in it; null: he is none of it. Other teams are not touched. */
export function teamsByGroups(
  groups: readonly string[],
  groupTeams: readonly GroupTeam[],
): ReadonlyMap<string, TeamRoleName | null> {
  const teams = new Map<string, TeamRoleName | null>();
  for (const { group, teamId, role } of groupTeams) {
    const present = teams.get(teamId) ?? null;
    teams.set(teamId, present ?? (groups.includes(group) ? role : null));
  }
  return teams;
}

export function isSameRole(one: Role, other: Role): boolean {
  return one === other;
}
