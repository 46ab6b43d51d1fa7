import { z } from "zod";
import { roleNames } from "#access/permissions.ts";
import {
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  openEnum,
  pageQuery,
  removed,
  time,
  usd,
  usdNotNegative,
} from "./fields.ts";
import { defineRoutes } from "./route.ts";

const role = z.enum(roleNames);

export const user = z
  .object({
    id,
    email: z.string(),
    username: z.string(),
    role: openEnum(roleNames),
    has_password: z.boolean(),
    limits,
    budget_usd: usd.nullable().describe("Total that all keys of the user may spend; null is unlimited."),
    spent_usd: usd,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "User" });

// Addresses without a dot, such as `admin@localhost`, are real within a company.
const email = z
  .string()
  .regex(/^[^\s@]+@[^\s@]+$/, "Give an e-mail address")
  .max(254)
  .toLowerCase();
const username = z.string().trim().min(1).max(100);
const password = z.string().min(10).max(1000);

const userCreate = z
  .strictObject({
    email,
    username: username.optional().describe("The e-mail address where left out."),
    password: password.optional().describe("Without one the user cannot sign in, only hold keys."),
    role: role.default("user"),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
  })
  .meta({ id: "UserCreate" });

const userUpdate = z
  .strictObject({
    email: email.optional(),
    username: username.optional(),
    password: password.optional().describe("Ends all sessions of the user."),
    role: role.optional(),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
  })
  .meta({ id: "UserUpdate" });

const tag = "Users";

export const userRoutes = defineRoutes({
  list: {
    id: "users.list",
    tag,
    permission: "users.read",
    method: "GET",
    path: "/admin/users",
    query: pageQuery,
    response: listOf(user),
    status: 200,
    summary: "List users",
    description: "Oldest first.",
  },
  create: {
    id: "users.create",
    tag,
    permission: "users.create",
    method: "POST",
    path: "/admin/users",
    body: userCreate,
    response: user,
    status: 201,
    summary: "Create a user",
    description: "E-mail addresses are unique; 409 where it is taken.",
  },
  get: {
    id: "users.get",
    tag,
    permission: "users.read",
    method: "GET",
    path: "/admin/users/{id}",
    params: idParams,
    response: user,
    status: 200,
    summary: "Read a user",
    description: "What the user has spent is up to date to within the draining of the journal, about a second.",
  },
  update: {
    id: "users.update",
    tag,
    permission: "users.update",
    method: "PATCH",
    path: "/admin/users/{id}",
    params: idParams,
    body: userUpdate,
    response: user,
    status: 200,
    summary: "Change a user",
    description: "Fields left out stay as they are. The last admin cannot lose the role.",
  },
  remove: {
    id: "users.remove",
    tag,
    permission: "users.remove",
    method: "DELETE",
    path: "/admin/users/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a user",
    description:
      "Deletes the user's keys too, which stop working at once. Usage records stay. The last admin cannot be deleted.",
  },
});
