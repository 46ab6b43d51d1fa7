import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";
import type { BudgetKind } from "#api/queries.ts";

/** To how a budget came to where it is. */
export function BudgetLink({ kind, id }: { readonly kind: BudgetKind; readonly id: string }) {
  const { may } = useCaller();
  if (!may("usage.read")) return <span className="text-faint">—</span>;
  return (
    <Link to="/budgets/$kind/$id" params={{ kind, id }} className="text-accent hover:underline">
      burn-down and forecast
    </Link>
  );
}
