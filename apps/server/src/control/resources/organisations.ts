import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { OrganisationRow } from "#control/store/team-store.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { toApiBudgetTerms, toBudgets } from "./budget-fields.ts";
import { found, mergeLimits, notFound, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import { byName, readNamed } from "./pagination.ts";
import { toApiPrivacy, toPrivacy } from "./privacy.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiOrganisation = RouteAnswer<AdminRoutes["organisations"]["get"]>;

function toApiOrganisation(row: OrganisationRow): ApiOrganisation {
  return {
    id: row.id,
    name: row.name,
    limits: toToldLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    budgets: row.budgets.map(toApiBudgetTerms),
    privacy: toApiPrivacy(row.privacy),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

export function createOrganisationsResource({
  store,
  changed,
  steadyTime,
}: Pick<ResourceDependencies, "store" | "changed" | "steadyTime">): Resource<"organisations"> {
  const { organisations } = store;
  return {
    list: ({ query, reach }) => readNamed(query, byName, (page) => organisations.list(page, reach), toApiOrganisation),

    async create({ body: { name, limits, budget_usd: budget, budgets, privacy } }) {
      const given = { name, limits: mergeLimits(unlimited, limits), budgetNanos: toNanosOrNull(budget) };
      const others = await toBudgets(budgets ?? [], { before: [], store, now: steadyTime.now(), teamId: null });
      const row = await organisations.create({ ...given, budgets: others, privacy: toPrivacy(privacy) });
      await changed();
      return toApiOrganisation(row);
    },

    get: async ({ params: { id }, reach }) =>
      toApiOrganisation(found(await organisations.find(id, reach), "organisation", id)),

    async update({ params: { id }, body: { name, limits, budget_usd: budget, budgets, privacy }, reach }) {
      const before = found(await organisations.find(id, reach), "organisation", id);
      const known = { before: before.budgets, store, now: steadyTime.now(), teamId: null };
      const change = {
        ...(budgets !== undefined && { budgets: await toBudgets(budgets, known) }),
        ...(name !== undefined && { name }),
        ...(limits !== undefined && { limits: mergeLimits(before.limits, limits) }),
        ...(budget !== undefined && { budgetNanos: toNanosOrNull(budget) }),
        ...(privacy !== undefined && { privacy: toPrivacy(privacy) }),
      };
      const row = await organisations.update(id, change, reach);
      await changed();
      return toApiOrganisation(found(row, "organisation", id));
    },

    async remove({ params: { id }, reach }) {
      if (!(await organisations.remove(id, reach))) throw notFound("organisation", id);
      await changed();
      return { id, deleted: true };
    },
  };
}
