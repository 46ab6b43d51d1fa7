import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { KeyTable } from "#keys/key-table.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty } from "#parts/states.tsx";
import type { Selection } from "#parts/table/table.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { TeamFilter } from "#teams/team-filter.tsx";
import { ViewsMenu } from "#views/views-menu.tsx";
import { CreateKey } from "./create-key.tsx";
import { makesOwnKeys } from "./owner-fields.tsx";
import { RevokeKeys } from "./revoke-keys.tsx";

export function KeysPage() {
  const { queries } = useApi();
  const caller = useCaller();
  const { may } = caller;
  const [dialog, setDialog] = useSearchValue("new");
  const [teamId] = useSearchValue("team");
  const [toRevoke, setToRevoke] = useState<readonly ApiKey[]>([]);
  const all = useQuery({ ...queries.keys, enabled: teamId === undefined });
  const ofTeam = useQuery({ ...queries.keysOfTeam(teamId ?? ""), enabled: teamId !== undefined });
  const revokeAction = ({ rows }: Selection<ApiKey>) => {
    // What the configuration file declares is revoked there.
    const open = rows.filter(({ declared }) => declared === null);
    const title = open.length < rows.length ? "Without those that the configuration file declares" : undefined;
    const revoke = (): void => setToRevoke(open.filter(({ is_active }) => is_active));
    return (
      <Button look="danger" disabled={open.length === 0} title={title} onClick={revoke}>
        Revoke
      </Button>
    );
  };
  const mayCreate = may("keys.create") || makesOwnKeys(caller);
  const create = mayCreate && (
    <Button look="primary" onClick={() => setDialog("key")}>
      <Plus aria-hidden className="size-3.5" />
      Create key
    </Button>
  );
  return (
    <Page title="Keys" actions={create}>
      <Panel>
        <KeyTable
          keys={teamId === undefined ? all : ofTeam}
          hasTeams={may("teams.read")}
          tools={
            <>
              {may("teams.read") && <TeamFilter />}
              <ViewsMenu page="keys" />
            </>
          }
          empty={<Empty action={create}>A key lets a person or a program use the gateway.</Empty>}
          selectionActions={may("keys.revoke") ? revokeAction : undefined}
        />
      </Panel>
      {dialog === "key" && mayCreate && <CreateKey onClose={() => setDialog(undefined)} />}
      {toRevoke.length > 0 && <RevokeKeys keys={toRevoke} onClose={() => setToRevoke([])} />}
    </Page>
  );
}
