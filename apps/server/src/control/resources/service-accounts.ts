import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ServiceAccountRow } from "#control/store/service-account-store.ts";
import { found, invalid, mergeLimits, notFound, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { byName, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiServiceAccount = RouteAnswer<AdminRoutes["serviceAccounts"]["get"]>;

function toApi(row: ServiceAccountRow): ApiServiceAccount {
  return {
    ...{ id: row.id, team_id: row.teamId, name: row.name, is_active: row.isActive },
    limits: toToldLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

export function createServiceAccountsResource({
  store: { serviceAccounts, teams },
  changed,
  withdraw,
}: Pick<ResourceDependencies, "store" | "changed" | "withdraw">): Resource<"serviceAccounts"> {
  return {
    list: ({ query, reach }) => {
      const { team_id: teamId, is_active: isActive } = query;
      const asked = { ...(teamId !== undefined && { teamId }), ...(isActive !== undefined && { isActive }) };
      return readNamed(query, byName, (page) => serviceAccounts.list({ ...page, ...asked }, reach), toApi);
    },

    async create({ body: { team_id: teamId, name, limits, budget_usd: budget }, reach }) {
      if ((await teams.find(teamId, reach)) === undefined) throw invalid("team_id", `There is no team ${teamId}`);
      const bounds = { limits: mergeLimits(unlimited, limits), budgetNanos: toNanosOrNull(budget) };
      const row = await serviceAccounts.create({ teamId, name, ...bounds });
      await changed();
      return toApi(row);
    },

    get: async ({ params: { id }, reach }) =>
      toApi(found(await serviceAccounts.find(id, reach), "service account", id)),

    async update({ params: { id }, body: { name, limits, budget_usd: budget, is_active: isActive }, reach }) {
      const before = found(await serviceAccounts.find(id, reach), "service account", id);
      const change = {
        ...(name !== undefined && { name }),
        ...(limits !== undefined && { limits: mergeLimits(before.limits, limits) }),
        ...(budget !== undefined && { budgetNanos: toNanosOrNull(budget) }),
        ...(isActive !== undefined && { isActive }),
      };
      const row = await serviceAccounts.update(id, change, reach);
      if (isActive === false) await withdraw({ kind: "user", id });
      await changed();
      return toApi(found(row, "service account", id));
    },

    async remove({ params: { id }, reach }) {
      if (!(await serviceAccounts.remove(id, reach))) throw notFound("service account", id);
      await withdraw({ kind: "user", id });
      await changed();
      return { id, deleted: true };
    },
  };
}
