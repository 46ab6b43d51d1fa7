import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ServiceAccount } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { Page } from "#frame/page.tsx";
import { KeyTable } from "#keys/key-table.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { limitWords } from "#parts/limit-words.ts";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Empty, Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useGo } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { BoundsForm } from "#teams/bounds-form.tsx";

export function ServiceAccountPage() {
  const { id = "" } = useParams({ strict: false });
  const { client, queries } = useApi();
  const { mayInTeam } = useCaller();
  const account = useQuery(queries.serviceAccount(id));
  const { data } = account;
  const team = useQuery({ ...queries.team(data?.team_id ?? ""), enabled: data !== undefined });
  const mayManage = data !== undefined && mayInTeam("service_accounts.manage", data.team_id);
  const actions = mayManage && (
    <Removal
      action="Delete service account"
      description="Its keys stop working at once and go as well. Usage records stay."
      name={data.name}
      remove={() => client.serviceAccounts.remove({ params: { id } })}
      touches={["service-accounts", "keys", "teams"]}
      leadsTo={`/teams/${data.team_id}?show=Service accounts`}
    />
  );
  const parent = { title: team.data?.name ?? "Team", path: `/teams/${data?.team_id ?? ""}` };
  return (
    <Page
      title={data?.name ?? "Service account"}
      parent={data === undefined ? { title: "Teams", path: "/teams" } : parent}
      actions={actions}
    >
      <Loaded query={account}>
        {(one) => (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
              <AccountFacts account={one} team={team.data?.name ?? one.team_id} />
              {mayManage && <Settings account={one} />}
            </div>
            <AccountKeys account={one} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function AccountFacts({ account, team }: { readonly account: ServiceAccount; readonly team: string }) {
  return (
    <Panel title="Service account">
      <Facts
        facts={[
          [
            "State",
            <Status tone={account.is_active ? "good" : "off"}>
              {account.is_active ? "active" : "switched off: its keys do not work"}
            </Status>,
          ],
          [
            "Team",
            <Link to="/teams/$id" params={{ id: account.team_id }} className="text-accent hover:underline">
              {team}
            </Link>,
          ],
          ["Spent", <BudgetMeter spent={account.spent_usd} budget={account.budget_usd} />],
          ["Limits", limitWords(account.limits)],
          ["Requests", <RequestsLink of="user" id={account.id} />],
          ["Created", <Time at={account.created_at} />],
          ["Changed", <Time at={account.updated_at} />],
          ["Id", <IdCell id={account.id} />],
        ]}
      />
    </Panel>
  );
}

function Settings({ account }: { readonly account: ServiceAccount }) {
  const { client } = useApi();
  const changed = useChanged();
  const toast = useToast();
  const params = { id: account.id };
  const switching = useMutation({
    mutationFn: () => client.serviceAccounts.update({ params, body: { is_active: !account.is_active } }),
    onSuccess: ({ name }) => changed(name, "service-accounts"),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  const switchButton = (
    <Button isBusy={switching.isPending} onClick={() => switching.mutate()}>
      {account.is_active ? "Switch off" : "Switch on"}
    </Button>
  );
  return (
    <Panel title="Settings" actions={switchButton}>
      <div className="px-4 py-3">
        <BoundsForm
          placeholder="nightly-report"
          holder="all keys of the account together"
          key={account.id}
          present={account}
          action="Save changes"
          send={async (body, call) => {
            await client.serviceAccounts.update({ params, body }, call);
            await changed(body.name, "service-accounts");
          }}
        />
      </div>
    </Panel>
  );
}

function AccountKeys({ account }: { readonly account: ServiceAccount }) {
  const { queries } = useApi();
  const { mayInTeam } = useCaller();
  const go = useGo();
  const keys = useQuery(queries.keysOfUser(account.id));
  const create = mayInTeam("keys.create", account.team_id) && (
    <Button look="primary" onClick={() => void go(`/keys?new=key&team=${account.team_id}&owner=${account.id}`)}>
      <Plus aria-hidden className="size-3.5" />
      Create key
    </Button>
  );
  return (
    <Panel title="Keys" actions={create}>
      <KeyTable keys={keys} empty={<Empty>No program has a key of this account yet.</Empty>} />
    </Panel>
  );
}
