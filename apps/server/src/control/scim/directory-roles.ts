// Which roles follow from the groups that a directory keeps here.

import { z } from "zod";
import { parseTeamRole } from "#control/store/columns.ts";
import { giveRole, followTeams } from "#control/sign-in/team-membership.ts";
import type { Store } from "#control/store/store.ts";
import { isSameRole, roleByGroups } from "#domain/access/group-roles.ts";
import type { GroupRole, GroupTeam } from "#domain/access/group-roles.ts";
import type { Role } from "#domain/access/roles.ts";
import type { Right } from "#domain/right.ts";

export interface DirectoryRoles {
  /** Without any, roles are set by hand. */
  readonly groupRoles: readonly GroupRole[];
  readonly groupTeams: readonly GroupTeam[];
  /** Of new users, and of whom no group has one. */
  readonly defaultRole: Role;
}

const settingName = "scim";
const role = z.string();
const teamRole = z.string().transform(parseTeamRole);
const schema = z.object({
  groupRoles: z.array(z.object({ group: z.string(), role })),
  groupTeams: z.array(z.object({ group: z.string(), teamId: z.string(), role: teamRole })),
  defaultRole: role,
});
const usual: DirectoryRoles = { groupRoles: [], groupTeams: [], defaultRole: "member" };

export async function readDirectoryRoles({ settings }: Pick<Store, "settings">): Promise<DirectoryRoles> {
  const stored = await settings.get(settingName);
  return stored === undefined ? usual : schema.parse(JSON.parse(stored));
}

export async function keepDirectoryRoles({ settings }: Pick<Store, "settings">, roles: DirectoryRoles): Promise<void> {
  await settings.set(settingName, JSON.stringify(roles));
}

const atOnce = 500;

interface Following {
  readonly store: Pick<Store, "settings" | "directory" | "users" | "teams">;
  readonly withdraw: (right: Right) => Promise<void>;
}

/** Gives these users the roles and the teams that follow from their groups now. Answers whether anything was changed. */
export async function followDirectory(following: Following, userIds: readonly string[]): Promise<boolean> {
  const { store } = following;
  const roles = await readDirectoryRoles(store);
  if (roles.groupRoles.length + roles.groupTeams.length === 0) return false;
  let hasChanged = false;
  for (let from = 0; from < userIds.length; from += atOnce) {
    const ids = userIds.slice(from, from + atOnce);
    const groups = await store.directory.groupsOf(ids);
    for (const id of ids) {
      const names = (groups.get(id) ?? []).map(({ displayName }) => displayName);
      hasChanged = (await follow(following, roles, { userId: id, groups: names })) || hasChanged;
    }
  }
  return hasChanged;
}

async function follow(
  { store, withdraw }: Following,
  { groupRoles, groupTeams, defaultRole }: DirectoryRoles,
  { userId, groups }: { readonly userId: string; readonly groups: readonly string[] },
): Promise<boolean> {
  const wanted = roleByGroups(groups, groupRoles, defaultRole);
  const user = await store.users.find(userId, "all");
  if (user === undefined) return false;
  const isOther = groupRoles.length > 0 && !isSameRole(user.role, wanted);
  const given = isOther ? await giveRole(store, userId, wanted) : undefined;
  return (await followTeams({ store, withdraw }, groupTeams, { userId, groups })) || given !== undefined;
}
