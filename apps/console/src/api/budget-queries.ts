// Budgets with their forecasts and what is in use of limits: it goes on while one looks, so it is read anew now and then.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

export type Budgets = RouteAnswer<AdminRoutes["budgets"]["list"]>;
export type BudgetDetail = RouteAnswer<AdminRoutes["budgets"]["get"]>;
export type Budget = BudgetDetail["budget"];
export type BudgetsQuery = NonNullable<RouteInput<AdminRoutes["budgets"]["list"]>["query"]>;
/** One by period, as it is given. */
export type ScopeBudgetInput = NonNullable<RouteInput<AdminRoutes["users"]["update"]>["body"]["budgets"]>[number];
export type BudgetKind = "user" | "key" | "team" | "organisation" | "alias" | "provider";

const freshMs = 30_000;

export function budgetQueries(client: Client) {
  return {
    budgets: (query: BudgetsQuery) =>
      queryOptions({
        queryKey: ["budgets", "list", query],
        queryFn: ({ signal }): Promise<Budgets> => client.budgets.list({ query }, { signal }),
        placeholderData: keepPreviousData,
        refetchInterval: freshMs,
      }),
    budget: (kind: BudgetKind, id: string) =>
      queryOptions({
        queryKey: ["budgets", kind, id],
        queryFn: ({ signal }): Promise<BudgetDetail> =>
          client.budgets.get(
            { params: { kind, id }, query: { utc_offset_minutes: -new Date().getTimezoneOffset() } },
            { signal },
          ),
        refetchInterval: freshMs,
      }),
  };
}
