import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { teamColumns } from "#teams/team-columns.tsx";
import { TeamForm, toBody } from "#teams/team-form.tsx";
import { ViewsMenu } from "#views/views-menu.tsx";

export function TeamsPage() {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const teams = useQuery(queries.teams);
  const knowsOrganisations = may("organisations.read");
  const organisations = useQuery({ ...queries.organisations, enabled: knowsOrganisations });
  const columns = useMemo(() => {
    const names = new Map(organisations.data?.items.map(({ id, name }) => [id, name]));
    return teamColumns(knowsOrganisations ? names : null);
  }, [knowsOrganisations, organisations.data]);
  const create = may("teams.create") && (
    <Button look="primary" onClick={() => setDialog("team")}>
      <Plus aria-hidden className="size-3.5" />
      Create team
    </Button>
  );
  return (
    <Page title="Teams" actions={create}>
      <Panel>
        <Loaded query={teams}>
          {({ items, isWhole }) => (
            <Table
              name="teams"
              tools={<ViewsMenu page="teams" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/teams/${id}`)}
              empty={
                <Empty action={create}>
                  {may("teams.create")
                    ? "A team shares limits, a budget and models among the keys of its people and programs."
                    : "You are in no team."}
                </Empty>
              }
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "team" && may("teams.create") && <CreateTeam onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function CreateTeam({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  const [organisationId] = useSearchValue("organisation");
  return (
    <Dialog isOpen title="Create a team" onClose={onClose}>
      <TeamForm
        present={null}
        organisationId={organisationId}
        action="Create team"
        onCancel={onClose}
        send={async (values) => {
          const { organisation_id: organisation } = values;
          const body = { ...toBody(values), organisation_id: organisation === "" ? null : organisation };
          const { id, name } = await client.teams.create({ body });
          await refresh("teams");
          toast.tell(`“${name}” is created`);
          await go(`/teams/${id}`);
        }}
      />
    </Dialog>
  );
}
