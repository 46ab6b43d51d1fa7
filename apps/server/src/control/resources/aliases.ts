import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { AliasRow, AliasTargetRow, Store } from "#control/store/store.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { pageOf, readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiAlias = RouteAnswer<AdminRoutes["aliases"]["get"]>;

export function createAliasesResource({ store, changed }: ResourceDependencies): Resource<"aliases"> {
  return {
    async list({ query }) {
      return readPage(query, pageOf(await store.aliases.list()), toApiAlias);
    },

    async create({ body }) {
      await checkTargets(body.targets, store);
      const row = await store.aliases.create(body);
      await changed();
      return toApiAlias(row);
    },

    get: async ({ params }) => toApiAlias(found(await store.aliases.find(params.id), "alias", params.id)),

    async update({ params, body: { name, strategy, targets } }) {
      if (targets !== undefined) await checkTargets(targets, store);
      const row = await store.aliases.update(params.id, {
        ...(name !== undefined && { name }),
        ...(strategy !== undefined && { strategy }),
        ...(targets !== undefined && { targets }),
      });
      const updated = found(row, "alias", params.id);
      await changed();
      return toApiAlias(updated);
    },

    async remove({ params }) {
      if (!(await store.aliases.remove(params.id))) throw notFound("alias", params.id);
      await changed();
      return { id: params.id, deleted: true };
    },
  };
}

function toApiAlias(row: AliasRow): ApiAlias {
  return {
    id: row.id,
    name: row.name,
    strategy: row.strategy,
    targets: row.targets.map((target) => ({ ...target })),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

/** A provider may go later, and the alias outlives it; but a name that is unknown now is a slip of the pen. */
async function checkTargets(targets: readonly AliasTargetRow[], store: Pick<Store, "providers">): Promise<void> {
  const names = new Set((await store.providers.list()).map(({ name }) => name));
  const wrong = targets.findIndex(({ provider }) => !names.has(provider));
  if (wrong >= 0)
    throw invalid(`targets[${wrong}].provider`, `There is no provider '${targets[wrong]?.provider ?? ""}'`);
}
