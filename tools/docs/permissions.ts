// docs/permissions.md, from the permissions, the roles and the routes of the admin API.

import type { Permission } from "@ghostllm/contract";
import type { AdminRoute } from "@ghostllm/contract/routes";

import type { roles } from "../../apps/server/src/domain/access/roles.ts";
import { code, page, table } from "./markdown.ts";

const introduction = `Every route of the admin API needs one permission; a role is a set of them. "all" is for everything there is, "own" for what
belongs to the user. What has no route here is asked for by the gateway. The admin key has every permission; an API key and a session have those of their user. For what is beyond
the reach of whoever asks, the answer is the same as for what does not exist.`;

interface PermissionFacts {
  readonly permissions: Readonly<Record<Permission, string>>;
  readonly roles: typeof roles;
  readonly routes: readonly AdminRoute[];
}

export function describePermissions({ permissions, roles, routes }: PermissionFacts): string {
  const sets = Object.entries(roles);
  const rows = Object.entries(permissions).map(([name, meaning]) => [
    code(name),
    meaning,
    ...sets.map(([, grants]) => Object.entries(grants).find(([granted]) => granted === name)?.[1] ?? ""),
    routes
      .filter(({ permission }) => permission === name)
      .map(({ method, path }) => code(`${method} ${path}`))
      .join(", "),
  ]);
  const headings = ["Permission", "Allows to", ...sets.map(([role]) => code(role)), "Routes"];
  return page("Permissions", introduction, table(headings, rows));
}
