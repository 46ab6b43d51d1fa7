import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Organisation } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, limitColumns, nameColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { BoundsForm } from "#teams/bounds-form.tsx";

export function OrganisationsPage() {
  const { queries } = useApi();
  const { may, mayForAll } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const organisations = useQuery(queries.organisations);
  const knowsTeams = mayForAll("teams.read");
  const teams = useQuery({ ...queries.teams, enabled: knowsTeams });
  const columns = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { organisation_id: id } of teams.data?.items ?? [])
      if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
    return organisationColumns(knowsTeams ? counts : null);
  }, [knowsTeams, teams.data]);
  const create = may("organisations.create") && (
    <Button look="primary" onClick={() => setDialog("organisation")}>
      <Plus aria-hidden className="size-3.5" />
      Create organisation
    </Button>
  );
  return (
    <Page title="Organisations" actions={create}>
      <Panel>
        <Loaded query={organisations}>
          {({ items, isWhole }) => (
            <Table
              name="organisations"
              tools={<ViewsMenu page="organisations" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/organisations/${id}`)}
              empty={<Empty action={create}>An organisation has limits and a budget over all its teams.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "organisation" && may("organisations.create") && (
        <CreateOrganisation onClose={() => setDialog(undefined)} />
      )}
    </Page>
  );
}

/** How many teams each has, by its id; null where the caller may not know. */
function organisationColumns(teams: ReadonlyMap<string, number> | null): readonly Column<Organisation>[] {
  const count = countColumn<Organisation>({ id: "teams", header: "Teams", value: ({ id }) => teams?.get(id) ?? 0 });
  return [
    nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    ...(teams === null ? [] : [count]),
    {
      id: "spent",
      header: "Spent",
      isNumber: true,
      value: ({ spent_usd }) => Number(spent_usd),
      cell: ({ spent_usd, budget_usd }) => <BudgetMeter spent={spent_usd} budget={budget_usd} />,
    },
    ...limitColumns<Organisation>(),
    timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at }),
  ];
}

function CreateOrganisation({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  return (
    <Dialog isOpen title="Create an organisation" onClose={onClose}>
      <BoundsForm
        placeholder="Acme"
        holder="all its teams together"
        present={null}
        action="Create organisation"
        onCancel={onClose}
        send={async (body) => {
          const { id, name } = await client.organisations.create({ body });
          await refresh("organisations");
          toast.tell(`“${name}” is created`);
          await go(`/organisations/${id}`);
        }}
      />
    </Dialog>
  );
}
