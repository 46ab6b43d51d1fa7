import { z } from "zod";
import { id, idParams, listOf, pageQuery, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const strategy = z
  .enum(["ordered", "weighted"])
  .describe("`ordered` tries the targets from the first to the last; `weighted` draws the first one by weight.");

const target = z.object({ provider: z.string(), model: z.string(), weight: z.int() });

const route = z
  .object({
    id,
    name: z.string().describe("What clients ask for instead of a model."),
    strategy,
    targets: z.array(target),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Route" });

const name = z.string().regex(/^[^\s\p{Cc}]{1,128}$/u, "Use 1 to 128 characters without spaces");

const targets = z
  .array(
    z.strictObject({
      provider: z.string().min(1).max(64).describe("Name of a provider."),
      model: z.string().min(1).max(200).describe("Name of the model at that provider."),
      weight: z.int().min(1).max(1000).default(1),
    }),
  )
  .min(1)
  .max(50);

const routeCreate = z
  .strictObject({ name, strategy: strategy.default("ordered"), targets })
  .meta({ id: "RouteCreate" });

const routeUpdate = z
  .strictObject({ name: name.optional(), strategy: strategy.optional(), targets: targets.optional() })
  .meta({ id: "RouteUpdate" });

const shared = { tag: "Routes", access: "admin" } as const;

export const routeRoutes = defineRoutes({
  list: {
    ...shared,
    id: "routes.list",
    method: "GET",
    path: "/admin/routes",
    query: pageQuery,
    response: listOf(route),
    status: 200,
    summary: "List routes",
    description: "Oldest first.",
  },
  create: {
    ...shared,
    id: "routes.create",
    method: "POST",
    path: "/admin/routes",
    body: routeCreate,
    response: route,
    status: 201,
    summary: "Create a route",
    description:
      "A route is an alias: a name that stands for one or more targets. Names are unique; 409 where it is taken.",
  },
  get: {
    ...shared,
    id: "routes.get",
    method: "GET",
    path: "/admin/routes/{id}",
    params: idParams,
    response: route,
    status: 200,
    summary: "Read a route",
    description: "With all its targets, those at disabled providers included.",
  },
  update: {
    ...shared,
    id: "routes.update",
    method: "PATCH",
    path: "/admin/routes/{id}",
    params: idParams,
    body: routeUpdate,
    response: route,
    status: 200,
    summary: "Change a route",
    description: "Fields left out stay as they are; `targets` is replaced as a whole.",
  },
  remove: {
    ...shared,
    id: "routes.remove",
    method: "DELETE",
    path: "/admin/routes/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a route",
    description: "Clients that ask for its name get `model_not_found` from then on.",
  },
});
