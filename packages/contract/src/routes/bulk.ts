import { z } from "zod";
import { aliasRoutes } from "./aliases.ts";
import { apiKeyRoutes, ownKeyRoutes } from "./api-keys.ts";
import { organisationRoutes } from "./organisations.ts";
import { defineRoutes } from "./route.ts";
import { serviceAccountRoutes } from "./service-accounts.ts";
import { teamRoutes } from "./teams.ts";
import { userRoutes } from "./users.ts";

/** Of one request. */
export const mostOperations = 200;

const ifMatch = z.string().max(200).optional().describe("As the header `If-Match` of the route.");

/** What a route takes, with its name. */
function making<Id extends string, Body extends z.ZodType>({ id, body }: { readonly id: Id; readonly body: Body }) {
  return z.strictObject({ op: z.literal(id), body });
}

function changing<Id extends string, Params extends z.ZodType, Body extends z.ZodType>(route: {
  readonly id: Id;
  readonly params: Params;
  readonly body: Body;
}) {
  return z.strictObject({ op: z.literal(route.id), params: route.params, body: route.body, if_match: ifMatch });
}

function removing<Id extends string, Params extends z.ZodType>(route: { readonly id: Id; readonly params: Params }) {
  return z.strictObject({ op: z.literal(route.id), params: route.params, if_match: ifMatch });
}

/** To hash a password takes as long as to change hundreds of objects. */
const withoutPassword = { password: true } as const;

const operation = z.discriminatedUnion("op", [
  making({ id: "users.create", body: userRoutes.create.body.omit(withoutPassword) }),
  changing({ ...userRoutes.update, body: userRoutes.update.body.omit(withoutPassword) }),
  removing(userRoutes.remove),
  making(organisationRoutes.create),
  changing(organisationRoutes.update),
  removing(organisationRoutes.remove),
  making(teamRoutes.create),
  changing(teamRoutes.update),
  removing(teamRoutes.remove),
  changing(teamRoutes.addMember),
  changing(teamRoutes.updateMember),
  removing(teamRoutes.removeMember),
  making(serviceAccountRoutes.create),
  changing(serviceAccountRoutes.update),
  removing(serviceAccountRoutes.remove),
  making(apiKeyRoutes.create),
  making(apiKeyRoutes.import),
  changing(apiKeyRoutes.update),
  changing(apiKeyRoutes.rotate),
  removing(apiKeyRoutes.revoke),
  making(ownKeyRoutes.create),
  changing(ownKeyRoutes.update),
  removing(ownKeyRoutes.revoke),
  making(aliasRoutes.create),
  changing(aliasRoutes.update),
  removing(aliasRoutes.remove),
]);

export const bulkOperations = operation.options.map(({ shape }) => shape.op.value);

const failure = z
  .object({ code: z.string(), message: z.string(), param: z.string().nullable() })
  .describe("As the route would have answered by itself.");

const result = z
  .object({
    op: z.string(),
    status: z.int().describe("That of the route."),
    etag: z.string().nullable(),
    body: z.record(z.string(), z.unknown()).nullable().describe("What the route answers; null where it has failed."),
    error: failure.nullable(),
  })
  .meta({ id: "BulkResult" });

export const bulkRoutes = defineRoutes({
  run: {
    id: "bulk.run",
    tag: "Bulk",
    permission: "self.read",
    method: "POST",
    path: "/admin/bulk",
    body: z
      .strictObject({
        operations: z.array(operation).min(1).max(mostOperations),
        atomic: z
          .boolean()
          .default(false)
          .describe("All or none: the answer is then the error of the first that fails, and nothing is changed."),
      })
      .meta({ id: "Bulk" }),
    response: z
      .object({ results: z.array(result).describe("In the order of the operations."), failed: z.int() })
      .meta({ id: "BulkResults" }),
    status: 200,
    summary: "Change many objects",
    description:
      "Each operation is a route by its name, with what it takes, and needs the permission of that route. They are carried out in order and stored together; one that fails is left out and the others are not, unless they are `atomic`. Passwords cannot be set here: send links for them.",
  },
});
