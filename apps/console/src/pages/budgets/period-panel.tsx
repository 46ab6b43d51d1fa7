import { Link } from "@tanstack/react-router";
import type { Budget } from "#api/queries.ts";
import { budgetKindOf, budgetKinds } from "#budgets/budget-kinds.ts";
import { formatDay, formatMoment } from "#format/time.ts";
import { Facts, Panel } from "#parts/panel.tsx";
import { Time } from "#parts/values.tsx";

/** What the budget counts over, and which other one holds as well. */
export function PeriodPanel({ budget }: { readonly budget: Budget }) {
  const { kind, begins_at: begins, ends_at: ends, user_id: userId, user_email: email } = budget;
  const { hasLife } = budgetKinds[budgetKindOf(kind)];
  const owner = userId !== null && (
    <Link to="/budgets/$kind/$id" params={{ kind: "user", id: userId }} className="text-accent underline">
      {email}
    </Link>
  );
  return (
    <Panel title="Period">
      <Facts
        facts={[
          [
            "Counts since",
            hasLife ? <span title={formatMoment(begins)}>{formatDay(begins)}</span> : "it has limits or budgets",
          ],
          ["Ends", <Time at={ends} />],
          ["Begins anew", "never: budgets by period do"],
          ...(kind === "key" ? [["Owner", <>{owner}, whose budget and limits hold as well</>] as const] : []),
        ]}
      />
    </Panel>
  );
}
