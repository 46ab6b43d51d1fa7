// Which budgets are shown, as the URL has it, and as the server is asked for them.

import { useNavigate, useSearch } from "@tanstack/react-router";
import type { BudgetKind, BudgetsQuery } from "#api/queries.ts";
import { budgetKindNames } from "#budgets/budget-kinds.ts";
import { pageSize } from "#parts/table/columns.ts";
import { useView } from "#parts/table/use-view.ts";

type Search = Readonly<Record<string, string | undefined>>;

export const states = ["reached", "near", "fine", "none"] as const;
export type State = (typeof states)[number];
const orders = ["name", "share", "spent", "budget", "forecast"] as const;

export interface BudgetChoice {
  readonly state: State | null;
  readonly kind: BudgetKind | null;
}

export interface BudgetView extends BudgetChoice {
  readonly query: BudgetsQuery;
  choose(chosen: Partial<BudgetChoice>): void;
}

export function useBudgetView(): BudgetView {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [{ filter, sort, isDescending, page }] = useView();
  const state = states.find((one) => one === search["state"]) ?? null;
  const kind = budgetKindNames.find((one) => one === search["scope"]) ?? null;
  const order = orders.find((one) => one === sort);
  const choose = (chosen: Partial<BudgetChoice>): void => {
    const next = { state, kind, ...chosen };
    const changed = { state: next.state ?? undefined, scope: next.kind ?? undefined, page: undefined };
    void navigate({ to: ".", replace: true, search: (before: Search) => ({ ...before, ...changed }) });
  };
  const query: BudgetsQuery = {
    ...{ limit: pageSize, offset: (page - 1) * pageSize },
    ...(state !== null && { state }),
    ...(kind !== null && { kind }),
    ...(filter !== "" && { q: filter.slice(0, 200) }),
    ...(order !== undefined && { order_by: order, order: isDescending ? "desc" : "asc" }),
  };
  return { state, kind, query, choose };
}
