import type { User } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, limitColumns, nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";

/** How many keys that work each has, by his id; null where the caller may not know. */
export function userColumns(keyCounts: ReadonlyMap<string, number> | null): readonly Column<User>[] {
  const keys = countColumn<User>({ id: "keys", header: "Keys", value: ({ id }) => keyCounts?.get(id) ?? 0 });
  return [
    nameColumn({ id: "email", header: "E-mail", value: ({ email }) => email }),
    textColumn({ id: "name", header: "Name", value: ({ email, username }) => (username === email ? "" : username) }),
    {
      id: "role",
      header: "Role",
      value: ({ role }) => role,
      cell: ({ role }) => <Tag>{role}</Tag>,
    },
    ...(keyCounts === null ? [] : [keys]),
    {
      id: "spent",
      header: "Spent",
      isNumber: true,
      value: ({ spent_usd }) => Number(spent_usd),
      cell: ({ spent_usd, budget_usd }) => <BudgetMeter spent={spent_usd} budget={budget_usd} />,
    },
    ...limitColumns<User>(),
    {
      id: "sign-in",
      header: "Signs in",
      value: ({ has_password }) => (has_password ? "by password" : "never"),
      cell: ({ has_password }) => <span className="text-muted">{has_password ? "by password" : "never"}</span>,
    },
    timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at }),
  ];
}
