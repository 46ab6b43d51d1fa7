import type { Team } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, limitColumns, declarableNameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";

/** Organisations by id; null where the caller may not know them, or they are all of one. */
export function teamColumns(organisations: ReadonlyMap<string, string> | null): readonly Column<Team>[] {
  const organisation = textColumn<Team>({
    id: "organisation",
    header: "Organisation",
    value: ({ organisation_id: id }) => organisations?.get(id ?? "") ?? "",
  });
  return [
    declarableNameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    ...(organisations === null ? [] : [organisation]),
    countColumn({ id: "members", header: "Members", value: ({ members }) => members }),
    countColumn({ id: "keys", header: "Keys", value: ({ keys }) => keys }),
    models,
    {
      id: "spent",
      header: "Spent",
      isNumber: true,
      value: ({ spent_usd }) => Number(spent_usd),
      cell: ({ spent_usd, budget_usd }) => <BudgetMeter spent={spent_usd} budget={budget_usd} />,
    },
    ...limitColumns<Team>(),
    timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at }),
  ];
}

const models: Column<Team> = {
  id: "models",
  header: "Models",
  value: ({ models: names }) => names?.join(" ") ?? "all",
  cell: ({ models: names }) =>
    names === null ? (
      <span className="text-muted">all</span>
    ) : (
      <span className="block max-w-48 truncate font-mono text-xs" title={names.join("\n")}>
        {names.join(", ")}
      </span>
    ),
};
