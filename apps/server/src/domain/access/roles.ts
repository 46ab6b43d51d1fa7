// What each role grants. A role is a name for a set of grants: whoever decides looks at the grants, never at the name.

import { permissions } from "@ghostllm/contract";
import type { InstallationPermission, OwnedPermission, Permission, RoleName } from "@ghostllm/contract";

export type Role = RoleName;

/** Permissions, and how far each goes: for everything, or for what is one's own. */
export type Grants = { readonly [Name in OwnedPermission]?: "all" | "own" } & {
  readonly [Name in InstallationPermission]?: "all";
};

const everything: Grants = Object.fromEntries(Object.keys(permissions).map((name) => [name, "all"]));

export const roles: Readonly<Record<Role, Grants>> = {
  admin: everything,
  user: { "self.read": "own", "keys.read": "own", "usage.read": "own", "account_objects.manage": "own" },
};

/** Whose role governs can give and take every other one. Somebody with such a role must always be left. */
const governing: Permission = "users.update";

export function governs(role: Role): boolean {
  return roles[role][governing] === "all";
}
