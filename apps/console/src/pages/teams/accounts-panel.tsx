import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ServiceAccount, Team } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { limitColumns, nameColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { BoundsForm } from "#teams/bounds-form.tsx";

const columns: readonly Column<ServiceAccount>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "status",
    header: "Status",
    value: ({ is_active: isActive }) => (isActive ? "active" : "switched off"),
    cell: ({ is_active: isActive }) => (
      <Status tone={isActive ? "good" : "off"}>{isActive ? "active" : "switched off"}</Status>
    ),
  },
  {
    id: "spent",
    header: "Spent",
    isNumber: true,
    value: ({ spent_usd }) => Number(spent_usd),
    cell: ({ spent_usd, budget_usd }) => <BudgetMeter spent={spent_usd} budget={budget_usd} />,
  },
  ...limitColumns<ServiceAccount>(),
  timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at }),
];

export function AccountsPanel({ team }: { readonly team: Team }) {
  const { queries } = useApi();
  const { mayInTeam } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const accounts = useQuery(queries.serviceAccountsOfTeam(team.id));
  const mayManage = mayInTeam("service_accounts.manage", team.id);
  const create = mayManage && (
    <Button look="primary" onClick={() => setDialog("account")}>
      <Plus aria-hidden className="size-3.5" />
      Create service account
    </Button>
  );
  return (
    <Panel title="Service accounts" actions={create}>
      <Loaded query={accounts}>
        {({ items, isWhole }) => (
          <Table
            name="service accounts"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/service-accounts/${id}`)}
            empty={<Empty>A service account holds keys of the team for programs, and stays when people leave.</Empty>}
          />
        )}
      </Loaded>
      {dialog === "account" && mayManage && <CreateAccount team={team} onClose={() => setDialog(undefined)} />}
    </Panel>
  );
}

function CreateAccount({ team, onClose }: { readonly team: Team; readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  return (
    <Dialog isOpen title={`Create a service account of ${team.name}`} onClose={onClose}>
      <BoundsForm
        placeholder="nightly-report"
        holder="all keys of the account together"
        present={null}
        action="Create service account"
        onCancel={onClose}
        send={async (body) => {
          const { id, name } = await client.serviceAccounts.create({ body: { ...body, team_id: team.id } });
          await refresh("service-accounts");
          toast.tell(`“${name}” is created`);
          await go(`/service-accounts/${id}`);
        }}
      />
    </Dialog>
  );
}
