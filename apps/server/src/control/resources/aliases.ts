import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { AliasRow, AliasTargetRow, Store } from "#control/store/store.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { toApiBudgetTerms, toHeld } from "./budget-fields.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type AliasUpdate = Parameters<Resource<"aliases">["update"]>[0]["body"];
type ApiAlias = RouteAnswer<AdminRoutes["aliases"]["get"]>;

export function createAliasesResource({ store, changed, steadyTime }: ResourceDependencies): Resource<"aliases"> {
  return {
    async list({ query }) {
      const rows = pageOf(await store.aliases.list(), byName, ({ name }) => [name]);
      return readNamed(query, byName, rows, toApiAlias);
    },

    async create({ body }) {
      await checkTargets(body.targets, store);
      const { limits, budgets, ...named } = body;
      checkOthers(body.name, body);
      const held = await toHeld({ limits, budgets }, { before: null, store, now: steadyTime.now() });
      const row = await store.aliases.create({ ...named, ...held });
      await changed();
      return toApiAlias(row);
    },

    get: async ({ params }) => toApiAlias(found(await store.aliases.find(params.id), "alias", params.id)),

    async update({ params, body: { name, strategy, targets, ...given } }) {
      if (targets !== undefined) await checkTargets(targets, store);
      const before = found(await store.aliases.find(params.id), "alias", params.id);
      checkOthers(name ?? before.name, given);
      const row = await store.aliases.update(params.id, {
        ...(await toHeld(given, { before, store, now: steadyTime.now() })),
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
    limits: toToldLimits(row.limits),
    budgets: row.budgets.map(toApiBudgetTerms),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

/** One that answers in its own place would have no cap. */
function checkOthers(name: string, { budgets = [] }: Pick<AliasUpdate, "budgets">): void {
  const place = budgets.findIndex(({ downgrade_to: alias }) => alias === name);
  if (place >= 0) throw invalid(`budgets.${place}.downgrade_to`, "It is this alias itself: name another one");
}

/** A provider may go later, and the alias outlives it; but a name that is unknown now is a slip of the pen. */
async function checkTargets(targets: readonly AliasTargetRow[], store: Pick<Store, "providers">): Promise<void> {
  const names = new Set((await store.providers.list()).map(({ name }) => name));
  const wrong = targets.findIndex(({ provider }) => !names.has(provider));
  if (wrong >= 0)
    throw invalid(`targets[${wrong}].provider`, `There is no provider '${targets[wrong]?.provider ?? ""}'`);
}
