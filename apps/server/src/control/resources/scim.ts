// Tokens by which directories come, and what their groups are worth here. What directories do is at /scim/v2 (http/scim-routes.ts).

import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { keepDirectoryRoles, readDirectoryRoles, type DirectoryRoles } from "#control/scim/directory-roles.ts";
import { ScimUsers } from "#control/scim/scim-users.ts";
import type { ScimTokenRow } from "#control/store/directory/directory-store.ts";
import { roles } from "#domain/access/roles.ts";
import { refuseMore, refuseUnknownRoles } from "./handing-on.ts";
import { notFound, toTime, toTimeOrNull } from "./fields.ts";
import { newKeyMaterial } from "./key-material.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toGroupTeam } from "./sign-in-methods.ts";

type ApiToken = RouteAnswer<AdminRoutes["scim"]["listTokens"]>["data"][number];
type ApiRoles = RouteAnswer<AdminRoutes["scim"]["roles"]>;

const mostTokens = 20;
/** A directory says who there is, and what everybody may. */
const ofDirectory = "A directory";

export function createScimResource(deps: ResourceDependencies): Resource<"scim"> {
  const { store } = deps;
  return {
    listTokens: async () => ({ data: (await store.directory.tokens()).map(toApiToken) }),

    async createToken({ body: { name }, actor }) {
      refuseMore(actor, roles.admin, ofDirectory);
      if ((await store.directory.tokens()).length >= mostTokens)
        throw new GhostError("conflict", `There are ${mostTokens} tokens already: revoke one that is not needed`);
      const { key: token, publicId, keyHash: hash } = newKeyMaterial("scim");
      return { ...toApiToken(await store.directory.createToken({ name, publicId, hash })), token };
    },

    async removeToken({ params: { id } }) {
      if (!(await store.directory.removeToken(id))) throw notFound("SCIM token", id);
      return { id, deleted: true };
    },

    roles: async () => toApiRoles(await readDirectoryRoles(store)),

    async updateRoles({ body, actor }) {
      const { group_roles: groupRoles, group_teams: teams, default_role: defaultRole } = body;
      refuseMore(actor, roles.admin, ofDirectory);
      await refuseUnknownRoles(store, body);
      const before = await readDirectoryRoles(store);
      const next = {
        groupRoles: groupRoles ?? before.groupRoles,
        groupTeams: teams?.map(toGroupTeam) ?? before.groupTeams,
        defaultRole: defaultRole ?? before.defaultRole,
      };
      await keepDirectoryRoles(store, next);
      await new ScimUsers(deps).followAll();
      return toApiRoles(next);
    },
  };
}

function toApiToken({ id, name, publicId, lastUsedAt, createdAt }: ScimTokenRow): ApiToken {
  const times = { last_used_at: toTimeOrNull(lastUsedAt), created_at: toTime(createdAt) };
  return { id, name, public_id: publicId, ...times };
}

function toApiRoles({ groupRoles, groupTeams, defaultRole }: DirectoryRoles): ApiRoles {
  const teams = groupTeams.map(({ group, teamId, role }) => ({ group, team_id: teamId, role }));
  return { group_roles: [...groupRoles], group_teams: teams, default_role: defaultRole };
}
