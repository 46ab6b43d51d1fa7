// Gives people the roles of their groups, and takes them into the teams of these and out of them. Called where an issuer or a directory
// tells of groups.

import { LastWhoGoverns } from "#control/store/governing.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import { isSameRole, teamsByGroups, type GroupTeam } from "#domain/access/group-roles.ts";
import type { Role } from "#domain/access/roles.ts";
import type { Right } from "#domain/right.ts";

interface Membership {
  readonly store: Pick<Store, "teams">;
  readonly withdraw: (right: Right) => Promise<void>;
}

interface Member {
  readonly userId: string;
  readonly groups: readonly string[];
}

/** Undefined where he keeps the one that he has: nobody else would be left who may change users. */
export async function giveRole(
  { users }: Pick<Store, "users">,
  userId: string,
  role: Role,
): Promise<UserRow | undefined> {
  try {
    return await users.update(userId, { role });
  } catch (error) {
    if (error instanceof LastWhoGoverns) return undefined;
    throw error;
  }
}

/** Whoever leaves a team leaves his own keys of it, and what runs by them. Answers whether anything was changed. */
export async function followTeams(
  { store: { teams }, withdraw }: Membership,
  groupTeams: readonly GroupTeam[],
  { userId, groups }: Member,
): Promise<boolean> {
  let hasChanged = false;
  for (const [teamId, role] of teamsByGroups(groups, groupTeams)) {
    const present = await teams.member(teamId, userId, "all");
    if (role === null && present !== undefined) {
      const revoked = (await teams.removeMember(teamId, userId, "all")) ?? [];
      for (const id of revoked) await withdraw({ kind: "key", id });
      hasChanged = true;
    } else if (role !== null && present === undefined) {
      // A team may have been deleted since it was named.
      if ((await teams.find(teamId, "all")) === undefined) continue;
      await teams.addMember(teamId, { userId, role });
      hasChanged = true;
    } else if (role !== null && present !== undefined && !isSameRole(role, present.role)) {
      await teams.updateMember(teamId, userId, role, "all");
      hasChanged = true;
    }
  }
  return hasChanged;
}
