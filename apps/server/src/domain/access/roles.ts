// What each role that comes with GhostLLM grants, and what somebody may for being in a team. A role is a name for a set of grants: whoever
// decides looks at the grants, never at the name.

import { permissionNames } from "@ghostllm/contract";
import type { Grants, Permission, RoleName, TeamRoleName } from "@ghostllm/contract";

/** The name of one that comes with GhostLLM, or of one that operators have made. */
export type Role = string;

const everything: Grants = Object.fromEntries(permissionNames.map((name) => [name, "all"]));

/** Does it only let somebody see something? */
export function isReading(permission: Permission): boolean {
  return permission.endsWith(".read");
}

/** What people have written is none of the books that an auditor reads. */
const isOfBooks = (permission: Permission): boolean => isReading(permission) && permission !== "prompts.read";

const everythingToRead: Grants = Object.fromEntries(permissionNames.filter(isOfBooks).map((name) => [name, "all"]));

const ofViewer = {
  ...({ "sessions.read": "own", "sessions.end": "own", "users.export": "own" } as const),
  ...({
    "self.read": "own",
    "self.update": "own",
    "keys.read": "own",
    "usage.read": "own",
    "events.read": "own",
    "consents.read": "own",
  } as const),
  ...({ "teams.read": "own", "aliases.read": "own" } as const),
} as const satisfies Grants;

const ofMember = {
  ...ofViewer,
  ...({
    "views.manage": "own",
    "chats.manage": "own",
    "reports.manage": "own",
    "own_keys.manage": "own",
    "account_objects.manage": "own",
  } as const),
} as const satisfies Grants;

const ofTeamViewer = {
  ...({ "keys.read": "team", "usage.read": "team", "teams.read": "team" } as const),
  ...({ "service_accounts.read": "team", "consents.read": "team", "aliases.read": "team" } as const),
  "guardrails.read": "team",
} as const satisfies Grants;

const ofTeamManager = {
  ...ofTeamViewer,
  ...({ "users.read": "team", "members.manage": "team", "service_accounts.manage": "team" } as const),
  "consents.decide": "team",
  ...({ "keys.create": "team", "keys.update": "team", "keys.rotate": "team", "keys.revoke": "team" } as const),
  ...({ "aliases.create": "team", "aliases.update": "team", "aliases.remove": "team" } as const),
  ...({ "guardrails.create": "team", "guardrails.update": "team", "guardrails.remove": "team" } as const),
} as const satisfies Grants;

export const roles: Readonly<Record<RoleName, Grants>> = {
  admin: everything,
  manager: { ...ofMember, ...ofTeamManager },
  member: ofMember,
  viewer: ofViewer,
  auditor: everythingToRead,
};

/** What somebody may, for being this in a team, with what is of the team. */
export const teamRoles: Readonly<Record<TeamRoleName, Grants>> = {
  manager: ofTeamManager,
  member: {},
  viewer: ofTeamViewer,
};

/** Whoever is there for more than to look on may have keys of his own in a team. */
export function mayHoldKeys(role: TeamRoleName): boolean {
  return role !== "viewer";
}

/** Of accounts that are no people's: their keys use models, and open nothing of the admin API. */
const ofAccount: Grants = { "account_objects.manage": "own" };
const accounts: ReadonlyMap<Role, Grants> = new Map([
  ["service_account", ofAccount],
  ["team", ofAccount],
]);

/** By their kind, which stands in place of a role. Undefined for the name of a role. */
export function accountGrants(kind: Role): Grants | undefined {
  return accounts.get(kind);
}

/** Undefined for a name that does not come with GhostLLM. */
export function builtInGrants(role: Role): Grants | undefined {
  const known: Readonly<Record<string, Grants>> = roles;
  return Object.hasOwn(known, role) ? known[role] : undefined;
}

/** May he change what is everybody's, or of others? */
export function administers(grants: Grants): boolean {
  return permissionNames.some((name) => grants[name] === "all" && !isReading(name));
}

/** Who governs can give and take every role. Somebody who does must always be left. */
const governing: Permission = "users.update";

export function governs(grants: Grants): boolean {
  return grants[governing] === "all";
}
