import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Team } from "#api/queries.ts";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { PeriodBudgetsOf } from "#budgets/period-budgets.tsx";
import { plural } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { IdCell } from "#parts/copy.tsx";
import { storingWordOf } from "#parts/storing-words.ts";
import { limitWords } from "#parts/limit-words.ts";
import { DeclaredPanel } from "#parts/declared.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { TeamForm, toBody } from "#teams/team-form.tsx";
import { AccountsPanel } from "./accounts-panel.tsx";
import { PeoplePanel } from "./people-panel.tsx";
import { TeamKeysPanel } from "./team-keys-panel.tsx";

const [overview, people, keys, accounts] = ["Overview", "People", "Keys", "Service accounts"] as const;

export function TeamPage() {
  const { id = "" } = useParams({ strict: false });
  const { client, queries } = useApi();
  const { may, mayInTeam } = useCaller();
  const [show = overview] = useSearchValue("show");
  const go = useGo();
  const team = useQuery(queries.team(id));
  const { data } = team;
  const remove = data?.declared === null && may("teams.remove") && (
    <Removal
      action="Delete team"
      description="Who is in it stays a user. It is deleted when none of its keys works any more; usage records keep its id."
      name={data.name}
      remove={() => client.teams.remove({ params: { id } })}
      touches={["teams", "keys"]}
      leadsTo="/teams"
    />
  );
  const names = [
    ...[overview, people],
    ...(may("keys.read") ? [keys] : []),
    ...(mayInTeam("service_accounts.read", id) ? [accounts] : []),
  ];
  const tabs = (
    <Tabs
      label="Part"
      names={names}
      chosen={show}
      onChoose={(name) => void go(name === overview ? `/teams/${id}` : `/teams/${id}?show=${name}`)}
    />
  );
  return (
    <Page
      title={data?.name ?? "Team"}
      parent={{ title: "Teams", path: "/teams" }}
      filters={data !== undefined && tabs}
      actions={remove}
    >
      <Loaded query={team}>
        {(one) => <Part show={names.find((name) => name === show) ?? overview} team={one} />}
      </Loaded>
    </Page>
  );
}

function Part({ show, team }: { readonly show: string; readonly team: Team }) {
  const { may, mayInTeam } = useCaller();
  if (show === people) return <PeoplePanel team={team} />;
  if (show === keys) return <TeamKeysPanel team={team} />;
  if (show === accounts) return <AccountsPanel team={team} />;
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
      <div className="grid min-w-0 gap-4">
        <TeamFacts team={team} />
        {mayInTeam("usage.read", team.id) && (
          <PeriodBudgetsOf kind="team" id={team.id} isDeclared={team.declared !== null} />
        )}
      </div>
      {team.declared !== null ? (
        <DeclaredPanel place={team.declared} />
      ) : (
        may("teams.update") && <Settings team={team} />
      )}
    </div>
  );
}

function TeamFacts({ team }: { readonly team: Team }) {
  const { me, mayInTeam } = useCaller();
  const own = me.teams.find(({ id }) => id === team.id);
  const link = (show: string, words: string) => (
    <Link to="/teams/$id" params={{ id: team.id }} search={{ show }} className="text-accent hover:underline">
      {words}
    </Link>
  );
  const seesKeys = mayInTeam("keys.read", team.id);
  return (
    <Panel title="Team">
      <Facts
        facts={[
          ["Organisation", <OrganisationName id={team.organisation_id} />],
          ...(own === undefined ? [] : [["You are", own.role] as const]),
          ["People", link(people, plural(team.members, "person", "people"))],
          ["Keys", seesKeys ? link(keys, `${plural(team.keys, "key")} that work`) : plural(team.keys, "key")],
          ["Members", team.members_make_keys ? "make keys of their own" : "make no keys of their own"],
          ["Spent", <BudgetMeter spent={team.spent_usd} budget={team.budget_usd} />],
          ["Limits", limitWords(team.limits)],
          ["Models", <Models names={team.models} />],
          ["Stored prompts", storingWordOf(team.store_prompts)],
          ...(mayInTeam("usage.read", team.id)
            ? ([
                ["Budget", <BudgetLink kind="team" id={team.id} />],
                ["Requests", <RequestsLink of="team" id={team.id} />],
              ] as const)
            : []),
          ["Created", <Time at={team.created_at} />],
          ["Changed", <Time at={team.updated_at} />],
          ["Id", <IdCell id={team.id} />],
        ]}
      />
    </Panel>
  );
}

function Models({ names }: { readonly names: readonly string[] | null }) {
  if (names === null) return "all";
  return <span className="font-mono text-xs">{names.join(", ")}</span>;
}

function OrganisationName({ id }: { readonly id: string | null }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const organisation = useQuery({
    ...queries.organisation(id ?? ""),
    enabled: id !== null && may("organisations.read"),
  });
  if (id === null) return <span className="text-faint">none</span>;
  if (organisation.data === undefined) return <IdCell id={id} />;
  return (
    <Link to="/organisations/$id" params={{ id }} className="text-accent hover:underline">
      {organisation.data.name}
    </Link>
  );
}

function Settings({ team }: { readonly team: Team }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <TeamForm
          key={team.id}
          present={team}
          action="Save changes"
          send={async (values, call) => {
            await client.teams.update({ params: { id: team.id }, body: toBody(values) }, call);
            await changed(values.name, "teams", "me");
          }}
        />
      </div>
    </Panel>
  );
}
