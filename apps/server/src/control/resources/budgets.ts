import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Store, UsedBudget } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiBudget = RouteAnswer<AdminRoutes["budgets"]["list"]>["data"][number];

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;
/** What lies further ahead nobody can foresee. */
const longestMs = 2 * 365 * 24 * hourMs;

export function createBudgetsResource({
  store,
  clock,
}: Pick<ResourceDependencies, "store" | "clock">): Resource<"budgets"> {
  return {
    async list({ query: { limit, min_percent: percent }, reach }) {
      const used = await store.budgets.used({ percent, limit }, reach);
      const now = clock.now();
      const weekly = used.length === 0 ? new ScopeMap<number>() : await spentInWeek(store, now, reach);
      return { data: used.map((budget) => toApiBudget(budget, weekly.get(budget.scope) ?? 0, now)) };
    },
  };
}

/** Of each key and user. */
async function spentInWeek({ usage }: Pick<Store, "usage">, now: number, reach: Reach): Promise<ScopeMap<number>> {
  const to = Math.ceil(now / hourMs) * hourMs;
  const spent = new ScopeMap<number>();
  for (const kind of ["key", "user"] as const) {
    const query = { source: "rollups", bucket: null, dimensions: [kind], kept: null } as const;
    const rows = await usage.series({ ...query, filter: { from: to - weekMs, to } }, reach);
    for (const { group, costNanos } of rows) spent.set({ kind, id: group?.[0] ?? "" }, costNanos);
  }
  return spent;
}

function toApiBudget(
  { scope, name, userId, budgetNanos, spentNanos }: UsedBudget,
  weekNanos: number,
  now: number,
): ApiBudget {
  const left = budgetNanos - spentNanos;
  const lastsMs = weekNanos === 0 ? Infinity : (left / weekNanos) * weekMs;
  return {
    ...{ kind: scope.kind, id: scope.id, name, user_id: userId },
    ...{ budget_usd: formatUsd(budgetNanos), spent_usd: formatUsd(spentNanos), spent_7d_usd: formatUsd(weekNanos) },
    percent: budgetNanos === 0 ? 100 : Math.floor((spentNanos / budgetNanos) * 100),
    reached: left <= 0,
    exhausted_at: left <= 0 || lastsMs > longestMs ? null : toTime(now + lastsMs),
  };
}
