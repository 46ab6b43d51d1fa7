import type { Budgets } from "#api/queries.ts";
import { budgetKindNames, budgetKinds } from "#budgets/budget-kinds.ts";
import { formatCount } from "#format/number.ts";
import { Tabs } from "#parts/tabs.tsx";
import { states } from "./budget-view.ts";
import type { BudgetView, State } from "./budget-view.ts";

const words: Readonly<Record<State, string>> = {
  reached: "At the cap",
  near: "Near it",
  fine: "Fine",
  none: "No budget",
};

interface BudgetFilterProps {
  readonly view: BudgetView;
  readonly counts: Budgets["counts"];
}

/** By how they are, with how many there are of each, and by who has them. */
export function BudgetFilter({ view: { state, kind, choose }, counts }: BudgetFilterProps) {
  const all = states.reduce((sum, one) => sum + counts[one], 0);
  const choices = [
    { value: null, name: `All ${formatCount(all)}` },
    ...states.map((value) => ({ value, name: `${words[value]} ${formatCount(counts[value])}` })),
  ];
  return (
    <>
      <Tabs
        label="State"
        names={choices.map(({ name }) => name)}
        chosen={choices.find(({ value }) => value === state)?.name ?? ""}
        onChoose={(name) => choose({ state: choices.find((one) => one.name === name)?.value ?? null })}
      />
      <select
        aria-label="Whose"
        value={kind ?? ""}
        onChange={({ target }) => choose({ kind: budgetKindNames.find((one) => one === target.value) ?? null })}
        className={`h-(--control) rounded-sm border bg-surface px-2 ${kind === null ? "border-line-strong text-muted" : "border-accent text-text"}`}
      >
        <option value="">Whoever has them</option>
        {budgetKindNames.map((one) => (
          <option key={one} value={one}>
            {budgetKinds[one].words}
          </option>
        ))}
      </select>
    </>
  );
}
