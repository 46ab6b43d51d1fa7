import type { ApiKey } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { limitColumns, declarableNameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import type { KeyNames } from "./key-names.ts";
import { stateOf } from "./key-state.ts";

/** `hasTeams`: keys of several teams are among them. */
export function keyColumns({ ownerOf, teamOf }: KeyNames, hasTeams: boolean): readonly Column<ApiKey>[] {
  const team = textColumn<ApiKey>({ id: "team", header: "Team", value: teamOf });
  return [
    declarableNameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    status,
    publicId,
    textColumn<ApiKey>({ id: "owner", header: "Owner", value: ownerOf }),
    ...(hasTeams ? [team] : []),
    models,
    tags,
    spent,
    ...limitColumns<ApiKey>(),
    timeColumn({ id: "used", header: "Last used", value: ({ last_used_at }) => last_used_at }),
    timeColumn({ id: "expires", header: "Expires", value: ({ expires_at }) => expires_at }),
    timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at, isHidden: true }),
  ];
}

const status: Column<ApiKey> = {
  id: "status",
  header: "Status",
  value: (key) => stateOf(key).word,
  cell: (key) => {
    const { tone, word } = stateOf(key);
    return <Status tone={tone}>{word}</Status>;
  },
};

const publicId: Column<ApiKey> = {
  id: "key",
  header: "Key",
  value: ({ public_id }) => public_id,
  cell: ({ public_id }) => <IdCell id={public_id} />,
};

const models: Column<ApiKey> = {
  id: "models",
  header: "Models",
  value: ({ permissions }) => permissions.models?.join(" ") ?? "all",
  cell: ({ permissions }) =>
    permissions.models === null ? (
      <span className="text-muted">all</span>
    ) : (
      <span className="block max-w-48 truncate font-mono text-xs" title={permissions.models.join("\n")}>
        {permissions.models.join(", ")}
      </span>
    ),
};

const tags: Column<ApiKey> = textColumn({
  id: "tags",
  header: "Tags",
  value: (key) => key.tags.join(", "),
  isHidden: true,
});

const spent: Column<ApiKey> = {
  id: "spent",
  header: "Spent",
  isNumber: true,
  value: ({ spent_usd }) => Number(spent_usd),
  cell: ({ spent_usd, budget_usd }) => <BudgetMeter spent={spent_usd} budget={budget_usd} />,
};
