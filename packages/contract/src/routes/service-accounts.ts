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
import { defineRoutes } from "./route.ts";

const serviceAccount = z
  .object({
    id: id.describe("The `user_id` of its keys and of their usage."),
    team_id: id,
    name: z.string(),
    is_active: z.boolean().describe("False: its keys do not work."),
    limits,
    budget_usd: usd.nullable().describe("Total that all its keys may spend; null is unlimited."),
    spent_usd: usd,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "ServiceAccount" });

const name = z.string().trim().min(1).max(100);

const serviceAccountCreate = z
  .strictObject({
    team_id: id.describe("It cannot be changed later."),
    name,
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
  })
  .meta({ id: "ServiceAccountCreate" });

const serviceAccountUpdate = z
  .strictObject({
    name: name.optional(),
    is_active: z.boolean().optional().describe("False ends whatever runs by its keys."),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
  })
  .meta({ id: "ServiceAccountUpdate" });

const tag = "Service accounts";

export const serviceAccountRoutes = defineRoutes({
  list: {
    id: "serviceAccounts.list",
    tag,
    permission: "service_accounts.read",
    method: "GET",
    path: "/admin/service-accounts",
    query: namedQuery("the name").extend({ team_id: id.optional(), is_active: flag.optional() }),
    response: listOf(serviceAccount),
    status: 200,
    summary: "List service accounts",
    description: "Oldest first.",
  },
  create: {
    id: "serviceAccounts.create",
    tag,
    permission: "service_accounts.manage",
    method: "POST",
    path: "/admin/service-accounts",
    body: serviceAccountCreate,
    response: serviceAccount,
    status: 201,
    summary: "Create a service account",
    description:
      "It holds keys of its team for programs, and stays when people leave. It cannot sign in, and its keys open no route of the admin API.",
  },
  get: {
    id: "serviceAccounts.get",
    tag,
    permission: "service_accounts.read",
    method: "GET",
    path: "/admin/service-accounts/{id}",
    params: idParams,
    response: serviceAccount,
    status: 200,
    summary: "Read a service account",
    description: "With what its keys have spent.",
  },
  update: {
    id: "serviceAccounts.update",
    tag,
    permission: "service_accounts.manage",
    method: "PATCH",
    path: "/admin/service-accounts/{id}",
    params: idParams,
    body: serviceAccountUpdate,
    response: serviceAccount,
    status: 200,
    summary: "Change a service account",
    description: "Fields left out stay as they are.",
  },
  remove: {
    id: "serviceAccounts.remove",
    tag,
    permission: "service_accounts.manage",
    method: "DELETE",
    path: "/admin/service-accounts/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a service account",
    description: "Deletes its keys too, which stop working at once. Usage records stay.",
  },
});
