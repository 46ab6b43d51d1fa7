import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract";
import type { RouteRow, RouteTargetRow, Store } from "#control/store/store.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { pageOf, readPage } from "./pages.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiRoute = RouteAnswer<AdminRoutes["routes"]["get"]>;

export function createRoutesResource({ store, changed }: ResourceDependencies): Resource<"routes"> {
  return {
    async list({ query }) {
      return readPage(query, pageOf(await store.routes.list()), toApiRoute);
    },

    async create({ body }) {
      await checkTargets(body.targets, store);
      const row = await store.routes.create(body);
      await changed();
      return toApiRoute(row);
    },

    get: async ({ params }) => toApiRoute(found(await store.routes.find(params.id), "route", params.id)),

    async update({ params, body: { name, strategy, targets } }) {
      if (targets !== undefined) await checkTargets(targets, store);
      const row = await store.routes.update(params.id, {
        ...(name !== undefined && { name }),
        ...(strategy !== undefined && { strategy }),
        ...(targets !== undefined && { targets }),
      });
      const updated = found(row, "route", params.id);
      await changed();
      return toApiRoute(updated);
    },

    async remove({ params }) {
      if (!(await store.routes.remove(params.id))) throw notFound("route", params.id);
      await changed();
      return { id: params.id, deleted: true };
    },
  };
}

function toApiRoute(row: RouteRow): ApiRoute {
  return {
    id: row.id,
    name: row.name,
    strategy: row.strategy,
    targets: row.targets.map((target) => ({ ...target })),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

/** A provider may go later, and the route outlives it; but a name that is unknown now is a slip of the pen. */
async function checkTargets(targets: readonly RouteTargetRow[], store: Store): Promise<void> {
  const names = new Set((await store.providers.list()).map(({ name }) => name));
  const wrong = targets.findIndex(({ provider }) => !names.has(provider));
  if (wrong >= 0)
    throw invalid(`targets[${wrong}].provider`, `There is no provider '${targets[wrong]?.provider ?? ""}'`);
}
