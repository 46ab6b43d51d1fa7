import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Budget, BudgetDetail } from "#api/queries.ts";
import { budgetKindOf, budgetKinds } from "#budgets/budget-kinds.ts";
import { ChangeBudget } from "#budgets/change-budget.tsx";
import { LimitsPanel } from "#budgets/limits-panel.tsx";
import { PeriodBudgets } from "#budgets/period-budgets.tsx";
import { Page } from "#frame/page.tsx";
import { Button, buttonClass } from "#parts/button.tsx";
import { Loaded } from "#parts/states.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { BudgetFigures } from "./budget-figures.tsx";
import { BurnDownPanel } from "./burn-down-panel.tsx";
import { PeriodPanel } from "./period-panel.tsx";
import { SpendersPanel } from "./spenders-panel.tsx";

export function BudgetPage() {
  const { kind: given, id = "" } = useParams({ strict: false });
  const kind = budgetKindOf(given);
  const { queries } = useApi();
  const [dialog, setDialog] = useSearchValue("change");
  const detail = useQuery(queries.budget(kind, id));
  const budget = detail.data?.budget;
  const isDeclared = useIsDeclared(budget);
  const mayChange = useMayChange(isDeclared);
  return (
    <Page
      title={budget?.name ?? "Budget"}
      parent={{ title: "Budgets & limits", path: "/budgets" }}
      actions={budget !== undefined && <Actions {...{ budget, isDeclared }} onChange={() => setDialog("budget")} />}
    >
      <Loaded query={detail}>{(data) => <Panels detail={data} isDeclared={isDeclared} />}</Loaded>
      {dialog === "budget" && budget !== undefined && mayChange(budget) && (
        <ChangeBudget budget={budget} onClose={() => setDialog(undefined)} />
      )}
    </Page>
  );
}

/** Is it changed in the configuration file alone? Who may not read who has it changes nothing, and until it is known nothing is offered. */
function useIsDeclared(budget: Budget | undefined): boolean {
  const { queries } = useApi();
  const { may } = useCaller();
  const kind = budgetKindOf(budget?.kind);
  const isAsked = budget !== undefined && may(budgetKinds[kind].reads);
  const { data } = useQuery({ ...queries.declaredOf(kind, budget?.id ?? ""), enabled: isAsked });
  return data !== null;
}

/** A budget is changed with whoever has it; one that has ended holds nobody up. */
function useMayChange(isDeclared: boolean): (budget: Budget) => boolean {
  const { may } = useCaller();
  return ({ kind, forecast }) =>
    !isDeclared && may(budgetKinds[budgetKindOf(kind)].changes) && forecast?.outcome !== "ended";
}

interface ActionsProps {
  readonly budget: Budget;
  readonly isDeclared: boolean;
  readonly onChange: () => void;
}

function Actions({ budget, isDeclared, onChange }: ActionsProps) {
  const { may } = useCaller();
  const mayChange = useMayChange(isDeclared);
  const { kind, id } = budget;
  const { reads, page, word, hasLife } = budgetKinds[budgetKindOf(kind)];
  return (
    <>
      {may(reads) && (
        <Link to={page} params={{ id }} className={buttonClass()}>
          Open {word.toLowerCase()}
        </Link>
      )}
      {mayChange(budget) && (
        <Button look="primary" onClick={onChange}>
          {hasLife ? "Change budget" : "Change limits"}
        </Button>
      )}
    </>
  );
}

function Panels({ detail, isDeclared }: { readonly detail: BudgetDetail; readonly isDeclared: boolean }) {
  const { budget } = detail;
  return (
    <>
      <BudgetFigures budget={budget} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2.15fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          <BurnDownPanel detail={detail} />
          <PeriodBudgets holder={budget} isDeclared={isDeclared} />
        </div>
        <div className="grid gap-4">
          <LimitsPanel limits={budget.limits} inUse={budget.in_use} />
          <PeriodPanel budget={budget} />
        </div>
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <SpendersPanel budget={budget} by="model" />
        {budgetKinds[budgetKindOf(budget.kind)].hasKeys && <SpendersPanel budget={budget} by="key" />}
      </div>
    </>
  );
}
