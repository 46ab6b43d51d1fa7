import { formatCap, formatMoney } from "#format/money.ts";
import { Meter } from "./meter.tsx";

interface BudgetProps {
  readonly spent: string;
  /** Null is unlimited. */
  readonly budget: string | null;
}

function shareOf({ spent, budget }: BudgetProps): number | null {
  if (budget === null) return null;
  return Number(budget) === 0 ? 1 : Number(spent) / Number(budget);
}

/** What was spent of what may be. */
export function Budget({ spent, budget }: BudgetProps) {
  const share = shareOf({ spent, budget });
  if (share === null || budget === null) return <span title={`$${spent}`}>{formatMoney(spent)}</span>;
  return (
    <span className="inline-block w-36 align-middle" title={`$${spent} of $${budget}`}>
      <span className="flex justify-between gap-2 text-xs leading-4">
        <span>{formatMoney(spent)}</span>
        <span className="text-muted">of {formatCap(budget)}</span>
      </span>
      <Meter share={share} label={`${formatMoney(spent)} of ${formatCap(budget)} spent`} />
    </span>
  );
}
