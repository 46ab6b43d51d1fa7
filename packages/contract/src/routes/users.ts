import { z } from "zod";
import {
  flag,
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  namedQuery,
  removed,
  time,
  usd,
  usdNotNegative,
} from "./fields.ts";
import { roleName } from "./roles.ts";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import { privacyInput, privacyOf } from "./privacy.ts";
import { defineRoutes } from "./route.ts";

export const user = z
  .object({
    id,
    email: z.string(),
    username: z.string(),
    role: z.string().describe("Its name: what the user may, beside what he may in his teams."),
    has_password: z.boolean(),
    is_active: z.boolean().describe("False: cannot sign in, and the user's keys do not work."),
    limits,
    budget_usd: usd.nullable().describe("Total that all keys of the user may spend; null is unlimited."),
    spent_usd: usd,
    budgets: z.array(scopeBudget).describe("Beside `budget_usd`."),
    privacy: privacyOf("user"),
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
export const password = z.string().min(10).max(1000);

const userCreate = z
  .strictObject({
    email,
    username: username.optional().describe("The e-mail address where left out."),
    password: password.optional().describe("Without one the user cannot sign in, only hold keys."),
    role: roleName.default("member"),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().default(null),
  })
  .meta({ id: "UserCreate" });

const userUpdate = z
  .strictObject({
    email: email.optional(),
    username: username.optional(),
    password: password.optional().describe("Ends all sessions of the user."),
    role: roleName.optional(),
    is_active: z.boolean().optional().describe("False ends all sessions of the user, and whatever runs by his keys."),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().optional(),
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
    query: namedQuery("the name or the e-mail address", "email").extend({
      role: roleName.optional().describe("Only those who have it."),
      is_active: flag.optional(),
    }),
    response: listOf(user),
    status: 200,
    summary: "List users",
    description: "Oldest first, where no other order is asked for.",
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
    description: "E-mail addresses are unique; 409 where it is taken. 403 for a role with more than the caller has.",
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
    description:
      "Fields left out stay as they are. Whoever may more than the caller is not changed by him, and nobody gives a role with more than he has (403). The last who may change users cannot lose that, nor be switched off.",
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
      "Deletes the user's keys too, which stop working at once. Usage records stay. The last who may change users cannot be deleted.",
  },
});
