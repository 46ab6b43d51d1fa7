import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Organisation } from "#api/queries.ts";
import { BudgetLink } from "#budgets/budget-link.tsx";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { PeriodBudgetsOf } from "#budgets/period-budgets.tsx";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { limitWords } from "#parts/limit-words.ts";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useGo } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";
import { RequestsLink } from "#requests/requests-link.tsx";
import { teamColumns } from "#teams/team-columns.tsx";
import { BoundsForm } from "#teams/bounds-form.tsx";

export function OrganisationPage() {
  const { id = "" } = useParams({ strict: false });
  const { client, queries } = useApi();
  const { may } = useCaller();
  const organisation = useQuery(queries.organisation(id));
  const { data } = organisation;
  const remove = data !== undefined && may("organisations.remove") && (
    <Removal
      action="Delete organisation"
      description="It is deleted when it has no teams any more. Usage records keep its id."
      name={data.name}
      remove={() => client.organisations.remove({ params: { id } })}
      touches={["organisations"]}
      leadsTo="/organisations"
    />
  );
  return (
    <Page
      title={data?.name ?? "Organisation"}
      parent={{ title: "Organisations", path: "/organisations" }}
      actions={remove}
    >
      <Loaded query={organisation}>
        {(one) => (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
              <div className="grid min-w-0 gap-4">
                <OrganisationFacts organisation={one} />
                {may("usage.read") && <PeriodBudgetsOf kind="organisation" id={one.id} />}
              </div>
              {may("organisations.update") && <Settings organisation={one} />}
            </div>
            {may("teams.read") && <Teams organisation={one} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function OrganisationFacts({ organisation }: { readonly organisation: Organisation }) {
  return (
    <Panel title="Organisation">
      <Facts
        facts={[
          ["Spent", <BudgetMeter spent={organisation.spent_usd} budget={organisation.budget_usd} />],
          ["Limits", limitWords(organisation.limits)],
          ["Budget", <BudgetLink kind="organisation" id={organisation.id} />],
          ["Requests", <RequestsLink of="organisation" id={organisation.id} />],
          ["Created", <Time at={organisation.created_at} />],
          ["Changed", <Time at={organisation.updated_at} />],
          ["Id", <IdCell id={organisation.id} />],
        ]}
      />
    </Panel>
  );
}

function Settings({ organisation }: { readonly organisation: Organisation }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <BoundsForm
          placeholder="Acme"
          holder="all its teams together"
          key={organisation.id}
          present={organisation}
          action="Save changes"
          send={async (body, call) => {
            await client.organisations.update({ params: { id: organisation.id }, body }, call);
            await changed(body.name, "organisations");
          }}
        />
      </div>
    </Panel>
  );
}

const columns = teamColumns(null);

function Teams({ organisation }: { readonly organisation: Organisation }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const teams = useQuery(queries.teamsOfOrganisation(organisation.id));
  const create = may("teams.create") && (
    <Button onClick={() => void go(`/teams?new=team&organisation=${organisation.id}`)}>
      <Plus aria-hidden className="size-3.5" />
      Create team
    </Button>
  );
  return (
    <Panel title="Teams" actions={create}>
      <Loaded query={teams}>
        {({ items, isWhole }) => (
          <Table
            name="teams"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/teams/${id}`)}
            empty={<Empty>It has no teams yet.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}
