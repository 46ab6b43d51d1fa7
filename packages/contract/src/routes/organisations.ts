import { z } from "zod";
import { id, idParams, limits, limitsInput, listOf, namedQuery, removed, time, usd, usdNotNegative } from "./fields.ts";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import { privacyInput, privacyOf } from "./privacy.ts";
import { defineRoutes } from "./route.ts";

const organisation = z
  .object({
    id,
    name: z.string(),
    limits,
    budget_usd: usd.nullable().describe("Total that all its teams may spend together; null is unlimited."),
    spent_usd: usd,
    budgets: z.array(scopeBudget).describe("Beside `budget_usd`."),
    privacy: privacyOf("organisation"),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Organisation" });

const name = z.string().trim().min(1).max(100);

const organisationCreate = z
  .strictObject({
    name,
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().default(null),
  })
  .meta({ id: "OrganisationCreate" });

const organisationUpdate = z
  .strictObject({
    name: name.optional(),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().optional(),
  })
  .meta({ id: "OrganisationUpdate" });

const tag = "Organisations";

export const organisationRoutes = defineRoutes({
  list: {
    id: "organisations.list",
    tag,
    permission: "organisations.read",
    method: "GET",
    path: "/admin/organisations",
    query: namedQuery("the name"),
    response: listOf(organisation),
    status: 200,
    summary: "List organisations",
    description: "Oldest first.",
  },
  create: {
    id: "organisations.create",
    tag,
    permission: "organisations.create",
    method: "POST",
    path: "/admin/organisations",
    body: organisationCreate,
    response: organisation,
    status: 201,
    summary: "Create an organisation",
    description: "It holds teams, whose requests are counted by its limits and its budget, too. Names are unique.",
  },
  get: {
    id: "organisations.get",
    tag,
    permission: "organisations.read",
    method: "GET",
    path: "/admin/organisations/{id}",
    params: idParams,
    response: organisation,
    status: 200,
    summary: "Read an organisation",
    description: "With what all its teams have spent.",
  },
  update: {
    id: "organisations.update",
    tag,
    permission: "organisations.update",
    method: "PATCH",
    path: "/admin/organisations/{id}",
    params: idParams,
    body: organisationUpdate,
    response: organisation,
    status: 200,
    summary: "Change an organisation",
    description: "Fields left out stay as they are. In force for all its teams when the answer is there.",
  },
  remove: {
    id: "organisations.remove",
    tag,
    permission: "organisations.remove",
    method: "DELETE",
    path: "/admin/organisations/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete an organisation",
    description: "409 as long as it has teams. Usage records keep its id.",
  },
});
