import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { User } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { buttonClass } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { Time } from "#parts/values.tsx";
import { PeriodBudgetsOf } from "#budgets/period-budgets.tsx";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { PersonalData } from "./personal-data.tsx";
import { UserAccess, UserSessions } from "./user-access.tsx";
import { toBody, UserForm } from "./user-form.tsx";

export function UserPage() {
  const { id = "" } = useParams({ strict: false });
  const { client } = useApi();
  const { may, mayForAll } = useCaller();
  const user = useQuery({
    queryKey: ["users", id],
    queryFn: ({ signal }) => client.users.get({ params: { id } }, { signal }),
  });
  const { data } = user;
  const remove = data !== undefined && may("users.remove") && (
    <Removal
      action="Delete user"
      description="The user's keys stop working at once and go as well. Usage records stay."
      name={data.email}
      remove={() => client.users.remove({ params: { id } })}
      touches={["users", "keys"]}
      leadsTo="/users"
    />
  );
  return (
    <Page title={data?.email ?? "User"} parent={{ title: "Users", path: "/users" }} actions={remove}>
      <Loaded query={user}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
            <div className="grid gap-4">
              <UserFacts user={one} />
              <PeriodBudgetsOf kind="user" id={one.id} />
              {mayForAll("sessions.read") && <UserSessions user={one} />}
              <PersonalData user={one} />
            </div>
            {may("users.update") && (
              <div className="grid gap-4">
                <Settings user={one} />
                <UserAccess user={one} />
              </div>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function UserFacts({ user }: { readonly user: User }) {
  const { may, mayForAll } = useCaller();
  return (
    <Panel title="User">
      <Facts
        facts={[
          ["E-mail", user.email],
          ["Name", user.username],
          ["Role", user.role],
          ["State", user.is_active ? "on" : "switched off: no sessions, and keys do not work"],
          ["Password", user.has_password ? "set" : "none"],
          ...(may("teams.read") ? [["Teams", <Teams userId={user.id} />] as const] : []),
          ["Spent", <BudgetMeter spent={user.spent_usd} budget={user.budget_usd} />],
          ["Budget", <BudgetLink kind="user" id={user.id} />],
          ["Requests", <RequestsLink of="user" id={user.id} />],
          ["Created", <Time at={user.created_at} />],
          ["Changed", <Time at={user.updated_at} />],
          ["Id", <IdCell id={user.id} />],
        ]}
      />
      {mayForAll("keys.read") && (
        <div className="border-t border-line px-4 py-3">
          <Link to="/keys" search={{ q: user.email }} className={buttonClass()}>
            Keys of this user
          </Link>
        </div>
      )}
    </Panel>
  );
}

function Teams({ userId }: { readonly userId: string }) {
  const { queries } = useApi();
  const { data } = useQuery(queries.teamsOfUser(userId));
  const teams = data?.items ?? [];
  if (teams.length === 0) return <span className="text-faint">none</span>;
  return (
    <span className="flex flex-wrap gap-x-3">
      {teams.map(({ id, name }) => (
        <Link key={id} to="/teams/$id" params={{ id }} className="text-accent hover:underline">
          {name}
        </Link>
      ))}
    </span>
  );
}

function Settings({ user }: { readonly user: User }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <UserForm
          key={user.id}
          present={user}
          action="Save changes"
          send={async (values, call) => {
            await client.users.update({ params: { id: user.id }, body: toBody(values) }, call);
            await changed(values.email, "users", "me");
          }}
        />
      </div>
    </Panel>
  );
}
