import { z } from "zod";
import { extents, extentsOf, isPermission, permissionNames, roleNames } from "#access/permissions.ts";
import type { Extent, Grants, Permission } from "#access/permissions.ts";
import { openEnum, time, type Open, wholeList } from "./fields.ts";
import { defineRoutes } from "./route.ts";

/** Of a built-in role, or of one that operators have made. */
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,59}$/, "Give small letters, digits, dashes and underscores, a letter first")
  .describe(`One of ${roleNames.join(", ")}, or one that operators have made.`);

/** Open, since a newer server may know more permissions. */
export const grantsTold: z.ZodType<Readonly<Partial<Record<Permission, Open<Extent>>>>> = z
  .record(z.string(), openEnum(extents))
  .describe(
    "By permission: for everything (`all`), for what is of the teams that one manages (`team`; to read, also one's own), or for one's own (`own`). What is not here is not granted.",
  );

const grantsGiven = z
  .record(z.string(), z.enum(extents))
  .superRefine((given, context) => {
    for (const [name, extent] of Object.entries(given)) {
      const known = isPermission(name) ? extentsOf(name) : [];
      if (known.includes(extent)) continue;
      const message = isPermission(name)
        ? `${name} is granted for ${known.join(" or ")}`
        : `There is no permission ${name}`;
      context.addIssue({ code: "custom", message, path: [name] });
    }
  })
  .transform((given): Grants => Object.fromEntries(Object.entries(given)))
  .describe(`By permission, how far it goes. There are ${permissionNames.length}: docs/permissions.md has them.`);

const description = z.string().trim().max(500);

const role = z
  .object({
    name: z.string(),
    description: z.string(),
    is_built_in: z.boolean().describe("It comes with GhostLLM, and cannot be changed."),
    permissions: grantsTold,
    users: z.int().describe("How many users have it."),
    created_at: time.nullable().describe("Null of built-in ones."),
    updated_at: time.nullable(),
  })
  .meta({ id: "Role" });

const roleCreate = z
  .strictObject({ name: roleName, description: description.default(""), permissions: grantsGiven })
  .meta({ id: "RoleCreate" });

const roleUpdate = z
  .strictObject({ description: description.optional(), permissions: grantsGiven.optional() })
  .meta({ id: "RoleUpdate" });

const nameParams = z.strictObject({ name: z.string().min(1).max(60) });

const tag = "Roles";

export const roleRoutes = defineRoutes({
  list: {
    id: "roles.list",
    tag,
    permission: "roles.read",
    method: "GET",
    path: "/admin/roles",
    query: wholeList,
    response: z.object({ data: z.array(role) }).meta({ id: "Roles" }),
    status: 200,
    summary: "List roles",
    description: "Built-in ones first, then those that operators have made, by name.",
  },
  create: {
    id: "roles.create",
    tag,
    permission: "roles.create",
    method: "POST",
    path: "/admin/roles",
    body: roleCreate,
    response: role,
    status: 201,
    summary: "Create a role",
    description: "A named set of permissions. 403 for one with more than the caller has.",
  },
  get: {
    id: "roles.get",
    tag,
    permission: "roles.read",
    method: "GET",
    path: "/admin/roles/{name}",
    params: nameParams,
    response: role,
    status: 200,
    summary: "Read a role",
    description: "With its permissions.",
  },
  update: {
    id: "roles.update",
    tag,
    permission: "roles.update",
    method: "PATCH",
    path: "/admin/roles/{name}",
    params: nameParams,
    body: roleUpdate,
    response: role,
    status: 200,
    summary: "Change a role",
    description:
      "In force for all who have it when the answer is there. 403 where the role has, or would have, more than the caller.",
  },
  remove: {
    id: "roles.remove",
    tag,
    permission: "roles.remove",
    method: "DELETE",
    path: "/admin/roles/{name}",
    params: nameParams,
    response: z.object({ name: z.string(), deleted: z.literal(true) }).meta({ id: "RoleRemoved" }),
    status: 200,
    summary: "Delete a role",
    description: "409 as long as somebody has it.",
  },
});
