// What an alias or a provider is held to, over everybody together, on its page: its limits with what is in use of them, and its budgets by
// period. What all have spent is told to who sees all usage; who sees it only in part is told the terms.

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Alias, Budget } from "#api/queries.ts";
import { formatCap } from "#format/money.ts";
import { Button } from "#parts/button.tsx";
import { limitNames } from "#parts/limit-names.ts";
import { limitWords } from "#parts/limit-words.ts";
import { Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { budgetKinds } from "./budget-kinds.ts";
import { ChangeBudget } from "./change-budget.tsx";
import { LimitsPanel } from "./limits-panel.tsx";
import { PeriodBudgets } from "./period-budgets.tsx";
import { periodName } from "./period-words.ts";

type Held = Pick<Alias, "id" | "name" | "limits" | "budgets" | "declared">;

interface HeldPanelsProps {
  readonly kind: "alias" | "provider";
  readonly held: Held;
  /** Whose it is; null: everybody's. */
  readonly teamId: string | null;
}

export function HeldPanels(props: HeldPanelsProps) {
  const { queries } = useApi();
  const { mayOf } = useCaller();
  const isTold = mayOf("usage.read", props.teamId);
  const standing = useQuery({ ...queries.budget(props.kind, props.held.id), enabled: isTold });
  if (!isTold) return <Panels {...props} budget={null} />;
  return <Loaded query={standing}>{({ budget }) => <Panels {...props} budget={budget} />}</Loaded>;
}

function Panels({ kind, held, teamId, budget }: HeldPanelsProps & { readonly budget: Budget | null }) {
  const { mayOf } = useCaller();
  const [dialog, setDialog] = useSearchValue("change");
  const isDeclared = held.declared !== null;
  const mayChange = !isDeclared && mayOf(budgetKinds[kind].changes, teamId);
  const change = mayChange && <Button onClick={() => setDialog("limits")}>Change limits</Button>;
  return (
    <>
      <HeldLimits {...{ kind, held, change }} inUse={budget?.in_use ?? null} />
      {budget === null ? <Terms budgets={held.budgets} /> : <PeriodBudgets holder={budget} isDeclared={isDeclared} />}
      {dialog === "limits" && mayChange && (
        <ChangeBudget budget={{ ...held, kind }} onClose={() => setDialog(undefined)} />
      )}
    </>
  );
}

interface HeldLimitsProps extends Omit<HeldPanelsProps, "teamId"> {
  readonly inUse: Budget["in_use"];
  readonly change: ReactNode;
}

/** Where nothing holds nothing is counted, and zeros would say that nobody asks. */
function HeldLimits({ kind, held: { limits, budgets }, inUse, change }: HeldLimitsProps) {
  const isHeld = budgets.length > 0 || limitNames.some((name) => limits[name] !== null);
  if (isHeld && inUse !== null) return <LimitsPanel {...{ limits, inUse }} actions={change} />;
  return (
    <Panel title="Limits" actions={change}>
      <p className="px-4 py-3 text-muted">
        {isHeld ? limitWords(limits) : `Unlimited: ${budgetKinds[kind].holder} may do what each of them may.`}
      </p>
    </Panel>
  );
}

function Terms({ budgets }: Pick<Held, "budgets">) {
  if (budgets.length === 0) return null;
  return (
    <Panel title="Budgets by period">
      <ul className="divide-y divide-line">
        {budgets.map((one) => (
          <li key={one.id} className="flex justify-between gap-3 px-4 py-2">
            <span>{periodName(one)}</span>
            <span>{formatCap(one.amount_usd)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
