import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
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
import { TeamFilter } from "#teams/team-filter.tsx";
import { ViewsMenu } from "#views/views-menu.tsx";
import { aliasColumns } from "./alias-columns.tsx";
import { AliasForm } from "./alias-form.tsx";
import { mayCreateAliases, useTeamName } from "./alias-teams.tsx";

export function AliasesPage() {
  const { queries } = useApi();
  const caller = useCaller();
  const { may } = caller;
  const nameOf = useTeamName();
  const [teamId] = useSearchValue("team");
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const aliases = useQuery(queries.aliases);
  const mayCreate = mayCreateAliases(caller);
  const create = mayCreate && (
    <Button look="primary" onClick={() => setDialog("alias")}>
      <Plus aria-hidden className="size-3.5" />
      Create alias
    </Button>
  );
  return (
    <Page title="Aliases" actions={create}>
      <Panel>
        <Loaded query={aliases}>
          {({ items, isWhole }) => (
            <Table
              name="aliases"
              tools={
                <>
                  {may("teams.read") && <TeamFilter />}
                  <ViewsMenu page="aliases" />
                </>
              }
              columns={aliasColumns(nameOf)}
              rows={teamId === undefined ? items : items.filter(({ team_id: id }) => id === teamId)}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/aliases/${id}`)}
              empty={
                <Empty action={create}>
                  An alias is a name that stands for targets: another answers where the first one fails.
                </Empty>
              }
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "alias" && mayCreate && <CreateAlias onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function CreateAlias({ onClose }: { readonly onClose: () => void }) {
  const { client, queries } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { may } = useCaller();
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  const form = (
    <AliasForm
      present={null}
      action="Create alias"
      onCancel={onClose}
      send={async (body) => {
        await client.aliases.create({ body });
        await refresh("aliases");
        onClose();
        toast.tell(`“${body.name}” can be asked for`);
      }}
    />
  );
  return (
    <Dialog isOpen title="Create an alias" onClose={onClose}>
      {may("providers.read") ? <Loaded query={providers}>{() => form}</Loaded> : form}
    </Dialog>
  );
}
