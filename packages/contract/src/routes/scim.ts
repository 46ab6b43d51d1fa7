import { z } from "zod";
import { teamRoleNames } from "#access/permissions.ts";
import { id, idParams, openEnum, removed, time, wholeList } from "./fields.ts";
import { roleName } from "./roles.ts";
import { defineRoutes } from "./route.ts";
import { groupTeams } from "./sign-in-methods.ts";

const token = z
  .object({
    ...{ id, name: z.string(), public_id: z.string().describe("The part of the token that may be seen.") },
    last_used_at: time.nullable().describe("To within a minute."),
    created_at: time,
  })
  .meta({ id: "ScimToken" });

const about = {
  roles: "The first whose group somebody is in gives his role. Without any, roles are set by hand.",
  teams:
    "Who is in such a group is in the team, as what `role` says, for as long as he is in it. Teams that are not named are not touched.",
  fallback: "Of new users, and of those whom a directory has made and no group of `group_roles` has.",
};

const roles = z
  .object({
    group_roles: z.array(z.object({ group: z.string(), role: z.string() })).describe(about.roles),
    group_teams: z
      .array(z.object({ group: z.string(), team_id: id, role: openEnum(teamRoleNames) }))
      .describe(about.teams),
    default_role: z.string().describe(about.fallback),
  })
  .meta({ id: "ScimRoles" });

const groupRole = z.strictObject({ group: z.string().min(1).max(300), role: roleName });

const tag = "SCIM";

export const scimRoutes = defineRoutes({
  listTokens: {
    id: "scim.listTokens",
    tag,
    permission: "scim.read",
    method: "GET",
    path: "/admin/scim/tokens",
    query: wholeList,
    response: z.object({ data: z.array(token) }),
    status: 200,
    summary: "List SCIM tokens",
    description:
      "By which directories create and change users at `/scim/v2`. Oldest first, without the tokens themselves.",
  },
  createToken: {
    id: "scim.createToken",
    tag,
    permission: "scim.update",
    method: "POST",
    path: "/admin/scim/tokens",
    body: z.strictObject({ name: z.string().trim().min(1).max(60) }).meta({ id: "ScimTokenCreate" }),
    response: token.extend({ token: z.string().describe("It is shown this once.") }).meta({ id: "CreatedScimToken" }),
    status: 201,
    summary: "Create a SCIM token",
    description: "It opens `/scim/v2` and nothing else.",
  },
  removeToken: {
    id: "scim.removeToken",
    tag,
    permission: "scim.update",
    method: "DELETE",
    path: "/admin/scim/tokens/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Revoke a SCIM token",
    description: "It is worth nothing from then on. Users and groups stay.",
  },
  roles: {
    id: "scim.roles",
    tag,
    permission: "scim.read",
    method: "GET",
    path: "/admin/scim/roles",
    response: roles,
    status: 200,
    summary: "Read which groups have which roles",
    description: "Of the groups that directories keep here.",
  },
  updateRoles: {
    id: "scim.updateRoles",
    tag,
    permission: "scim.update",
    method: "PATCH",
    path: "/admin/scim/roles",
    body: z
      .strictObject({
        group_roles: z.array(groupRole).max(200).optional().describe(about.roles),
        group_teams: groupTeams.optional().describe(about.teams),
        default_role: roleName.optional().describe(about.fallback),
      })
      .meta({ id: "ScimRolesUpdate" }),
    response: roles,
    status: 200,
    summary: "Set which groups have which roles",
    description: "In force at once, for all users whom a directory has made or changed.",
  },
});
