import { GhostError, roleNames } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { RoleRow } from "#control/store/role-store.ts";
import { accountGrants, builtInGrants } from "#domain/access/roles.ts";
import { found, notFound, toTime } from "./fields.ts";
import { refuseMore } from "./handing-on.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiRole = RouteAnswer<AdminRoutes["roles"]["get"]>;

const descriptions: Readonly<Record<(typeof roleNames)[number], string>> = {
  admin: "May do everything",
  manager: "Uses models, and sees to people and keys of the teams that he manages",
  member: "Uses models, and sees what is his own",
  viewer: "Sees what is his own",
  auditor: "Reads everything and changes nothing",
};

function toApiRole({ name, description, grants, users, createdAt, updatedAt }: RoleRow): ApiRole {
  const times = { created_at: toTime(createdAt), updated_at: toTime(updatedAt) };
  return { name, description, is_built_in: false, permissions: grants, users, ...times };
}

function toBuiltIn(name: (typeof roleNames)[number], users: number): ApiRole {
  const permissions = builtInGrants(name) ?? {};
  const times = { created_at: null, updated_at: null };
  return { name, description: descriptions[name], is_built_in: true, permissions, users, ...times };
}

type RoleDeps = Pick<ResourceDependencies, "store" | "inTurn" | "changed">;

export function createRolesResource(deps: RoleDeps): Resource<"roles"> {
  return { ...readingOf(deps), ...changingOf(deps) };
}

function readingOf({ store: { roles } }: RoleDeps): Pick<Resource<"roles">, "list" | "get"> {
  return {
    async list() {
      const counts = await roles.counts();
      const builtIn = roleNames.map((name) => toBuiltIn(name, counts.get(name) ?? 0));
      return { data: [...builtIn, ...(await roles.list()).map(toApiRole)] };
    },

    async get({ params: { name } }) {
      const builtIn = roleNames.find((one) => one === name);
      if (builtIn !== undefined) return toBuiltIn(builtIn, (await roles.counts()).get(name) ?? 0);
      return toApiRole(found(await roles.find(name), "role", name));
    },
  };
}

function changingOf({ store, inTurn, changed }: RoleDeps): Pick<Resource<"roles">, "create" | "update" | "remove"> {
  const { roles } = store;
  return {
    async create({ body: { name, description, permissions }, actor }) {
      if ((builtInGrants(name) ?? accountGrants(name)) !== undefined)
        throw new GhostError("conflict", `The role ${name} comes with GhostLLM`);
      refuseMore(actor, permissions, "This role");
      return toApiRole(await roles.create({ name, description, grants: permissions }));
    },

    update: ({ params: { name }, body: { description, permissions }, actor }) =>
      inTurn(async () => {
        const before = await findOwn(roles, name);
        refuseMore(actor, before.grants, "This role");
        if (permissions !== undefined) refuseMore(actor, permissions, "This role");
        const change = {
          ...(description !== undefined && { description }),
          ...(permissions !== undefined && { grants: permissions }),
        };
        const row = await roles.update(name, change);
        await changed();
        return toApiRole(found(row, "role", name));
      }),

    async remove({ params: { name } }) {
      await findOwn(roles, name);
      if (!(await roles.remove(name))) throw notFound("role", name);
      return { name, deleted: true };
    },
  };
}

async function findOwn(roles: RoleDeps["store"]["roles"], name: string): Promise<RoleRow> {
  if (builtInGrants(name) !== undefined)
    throw new GhostError("conflict", `The role ${name} comes with GhostLLM, and cannot be changed`);
  return found(await roles.find(name), "role", name);
}
