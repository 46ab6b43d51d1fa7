import type { Budget } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Panel } from "#parts/panel.tsx";
import { Time } from "#parts/values.tsx";

type PeriodBudget = Budget["budgets"][number];

/** Budgets of days, weeks and months, as they stand in their present periods; nothing where there are none. */
export function BudgetsByPeriodPanel({ budget: { budgets } }: { readonly budget: Budget }) {
  if (budgets.length === 0) return null;
  return (
    <Panel title="Budgets by period" note="hold beside the one above">
      {budgets.map((one) => (
        <PeriodLine key={one.id} budget={one} />
      ))}
    </Panel>
  );
}

function PeriodLine({ budget }: { readonly budget: PeriodBudget }) {
  const { allowance_usd: allowance, spent_usd: spent, ends_at: ends, increase, downgrade_to: alias } = budget;
  return (
    <div className="flex items-center justify-between gap-3 border-b border-line px-4 py-2 last:border-0">
      <span>
        {nameOf(budget)}
        {ends !== null && budget.period !== "rolling" && (
          <span className="block text-xs text-faint">
            begins anew <Time at={ends} />
          </span>
        )}
        {increase !== null && (
          <span className="block text-xs text-faint">
            ${increase.amount_usd} more until <Time at={increase.until} />
          </span>
        )}
        {alias !== null && <span className="block text-xs text-faint">then {alias} answers</span>}
      </span>
      <BudgetMeter spent={spent} budget={allowance} />
    </div>
  );
}

function nameOf({ period, days, time_zone: zone }: PeriodBudget): string {
  if (period === "total") return "Since it was made";
  const what = period === "rolling" ? `Any ${days} days` : `Each ${period}`;
  return zone === "UTC" ? what : `${what} (${zone})`;
}
