// Budgets of days, weeks and months of whoever has them: as they stand in their present periods, made, changed and ended in place.

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Budget, BudgetKind } from "#api/queries.ts";
import { formatCap } from "#format/money.ts";
import { formatMoment } from "#format/time.ts";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Tag } from "#parts/status.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { Time, useNow } from "#parts/values.tsx";
import { budgetKindOf, budgetKinds } from "./budget-kinds.ts";
import { BudgetMeter } from "./budget-meter.tsx";
import { periodName } from "./period-words.ts";
import type { PeriodBudget } from "./period-words.ts";

const PeriodDialogs = lazy(async () => ({ default: (await import("./period-dialogs.tsx")).PeriodDialogs }));

interface PeriodBudgetsOfProps {
  readonly kind: BudgetKind;
  readonly id: string;
  readonly isDeclared?: boolean;
}

/** On a page of whoever has them; the budget's own page has read it already. */
export function PeriodBudgetsOf({ kind, id, isDeclared = false }: PeriodBudgetsOfProps) {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data } = useQuery({ ...queries.budget(kind, id), enabled: may("usage.read") });
  return data === undefined ? null : <PeriodBudgets holder={data.budget} isDeclared={isDeclared} />;
}

interface PeriodBudgetsProps {
  readonly holder: Budget;
  /** The configuration file has the holder with all its budgets. */
  readonly isDeclared?: boolean;
}

/** Nothing where there are none and the caller may make none. */
export function PeriodBudgets({ holder, isDeclared = false }: PeriodBudgetsProps) {
  const { may } = useCaller();
  // In the URL: `new`, the id of a budget, or that with what is done to it: `1f2e3d4c.increase`.
  const [asked, ask] = useSearchValue("budget");
  const { changes } = budgetKinds[budgetKindOf(holder.kind)];
  const { budgets, forecast } = holder;
  // What has ended holds nobody up any more.
  const mayChange = !isDeclared && may(changes) && forecast?.outcome !== "ended";
  if (budgets.length === 0 && !mayChange) return null;
  return (
    <Panel title="Budgets by period" actions={mayChange && <Button onClick={() => ask("new")}>Add budget</Button>}>
      {budgets.length === 0 && (
        <p className="px-4 py-3 text-muted">None: nothing begins anew with a day, a week or a month.</p>
      )}
      {budgets.map((one) => (
        <PeriodLine key={one.id} budget={one} onAsk={mayChange ? (what) => ask(`${one.id}${what}`) : null} />
      ))}
      {asked !== undefined && mayChange && (
        <Suspense>
          <PeriodDialogs holder={holder} asked={asked} onClose={() => ask(undefined)} />
        </Suspense>
      )}
    </Panel>
  );
}

interface PeriodLineProps {
  readonly budget: PeriodBudget;
  /** Null for whoever may change nothing. */
  readonly onAsk: ((what: "" | ".increase" | ".end") => void) | null;
}

function PeriodLine({ budget, onAsk }: PeriodLineProps) {
  const { allowance_usd: allowance, spent_usd: spent } = budget;
  const name = periodName(budget);
  return (
    <section aria-label={name} className="border-b border-line px-4 py-2.5 last:border-0">
      <div className="flex items-start justify-between gap-3">
        <span className="font-medium">
          {name} {budget.state === "reached" && <Tag tone="bad">at its cap</Tag>}
          {budget.state === "near" && <Tag tone="warn">near its cap</Tag>}
        </span>
        <BudgetMeter spent={spent} budget={allowance} />
      </div>
      <PeriodTerms budget={budget} />
      {onAsk !== null && (
        <div className="mt-2 flex flex-wrap gap-1.5">
          <Button aria-label={`Change: ${name}`} onClick={() => onAsk("")}>
            Change
          </Button>
          <Button aria-label={`Increase for a while: ${name}`} onClick={() => onAsk(".increase")}>
            Increase for a while
          </Button>
          <Button look="danger" aria-label={`End: ${name}`} onClick={() => onAsk(".end")}>
            End
          </Button>
        </div>
      )}
    </section>
  );
}

function PeriodTerms({ budget }: { readonly budget: PeriodBudget }) {
  const now = useNow();
  const { ends_at: ends, increase, downgrade_to: alias, rollover_usd: rollover, thresholds } = budget;
  const isIncreased = increase !== null && Date.parse(increase.until) > now;
  const terms = [
    alias === null ? "refuses at the cap" : `at the cap ${alias} answers`,
    ...(thresholds.length === 0 ? [] : [`told at ${thresholds.map((one) => `${one} %`).join(", ")}`]),
    ...(rollover === null ? [] : [`up to ${formatCap(rollover)} of the rest go on into the next`]),
  ];
  return (
    <p className="mt-0.5 text-xs text-muted">
      {ends !== null && budget.period !== "rolling" && (
        <>
          begins anew <Time at={ends} />
          {" · "}
        </>
      )}
      {terms.join(" · ")}
      {isIncreased && (
        <span className="block text-text">
          {formatCap(increase.amount_usd)} more until {formatMoment(increase.until)}
        </span>
      )}
    </p>
  );
}
