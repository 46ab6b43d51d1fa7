// docs/permissions.md, from the permissions, the roles and the routes of the admin API.

import type { Permission } from "@ghostllm/contract";
import type { AdminRoute } from "@ghostllm/contract/routes";

import type { roles, teamRoles } from "../../apps/server/src/domain/access/roles.ts";
import { code, page, table } from "./markdown.ts";

const introduction = `Every route of the admin API needs one permission; a role is a set of them. "all" is for everything there is, "team" for what
is of one's teams, "own" for what belongs to the user. A user has one role, and beside that may what he may for being the manager or a viewer of a team, there;
for being a member of it, nothing more. "team" in a role is for the teams that one manages, and to read also one's own. Operators make
[roles of their own](teams.md). What has no route here is asked for by the gateway. The admin key has every permission; an API key and a session have those of their user. For what is beyond
the reach of whoever asks, the answer is the same as for what does not exist.`;

interface PermissionFacts {
  readonly permissions: Readonly<Record<Permission, string>>;
  readonly roles: typeof roles;
  readonly teamRoles: typeof teamRoles;
  readonly routes: readonly AdminRoute[];
}

export function describePermissions({ permissions, roles, teamRoles, routes }: PermissionFacts): string {
  const inTeams = Object.entries(teamRoles).filter(([, grants]) => Object.keys(grants).length > 0);
  const sets = [
    ...Object.entries(roles).map(([role, grants]) => [code(role), grants] as const),
    ...inTeams.map(([role, grants]) => [`${code(role)} of a team`, grants] as const),
  ];
  const rows = Object.entries(permissions).map(([name, meaning]) => [
    code(name),
    meaning,
    ...sets.map(([, grants]) => Object.entries(grants).find(([granted]) => granted === name)?.[1] ?? ""),
    routes
      .filter(({ permission }) => permission === name)
      .map(({ method, path }) => code(`${method} ${path}`))
      .join(", "),
  ]);
  const headings = ["Permission", "Allows to", ...sets.map(([role]) => role), "Routes"];
  return page("Permissions", introduction, table(headings, rows));
}
