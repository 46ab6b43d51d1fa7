import { formatCap, formatMoney } from "#format/money.ts";
import { Meter } from "#parts/meter.tsx";
import { sharesOf } from "./budget-shares.ts";

interface BudgetMeterProps {
  readonly spent: string;
  /** Null is unlimited. */
  readonly budget: string | null;
  /** By running requests; null where it is not known. */
  readonly reserved?: string | null;
}

/** What was spent of what may be. */
export function BudgetMeter({ spent, budget, reserved = null }: BudgetMeterProps) {
  if (budget === null) return <span title={`$${spent}`}>{formatMoney(spent)}</span>;
  const { share, held } = sharesOf({ spent, budget, reserved });
  const reservedWords = held === 0 ? "" : `, ${formatMoney(reserved ?? 0)} reserved`;
  return (
    <span className="inline-block w-36 align-middle" title={`$${spent} of $${budget}${reservedWords}`}>
      <span className="flex justify-between gap-2 text-xs leading-4">
        <span>{formatMoney(spent)}</span>
        <span className="text-muted">of {formatCap(budget)}</span>
      </span>
      <Meter {...{ share, held }} label={`${formatMoney(spent)} of ${formatCap(budget)} spent${reservedWords}`} />
    </span>
  );
}
