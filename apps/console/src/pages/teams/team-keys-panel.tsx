import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Team } from "#api/queries.ts";
import { KeyTable } from "#keys/key-table.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty } from "#parts/states.tsx";
import { useGo } from "#parts/use-search.ts";

export function TeamKeysPanel({ team }: { readonly team: Team }) {
  const { queries } = useApi();
  const { me, mayInTeam } = useCaller();
  const go = useGo();
  const keys = useQuery(queries.keysOfTeam(team.id));
  const makesOwn = me.teams.some(({ id, makes_keys: makesKeys }) => id === team.id && makesKeys);
  const create = (mayInTeam("keys.create", team.id) || makesOwn) && (
    <Button look="primary" onClick={() => void go(`/keys?new=key&team=${team.id}`)}>
      <Plus aria-hidden className="size-3.5" />
      Create key
    </Button>
  );
  return (
    <Panel title="Keys" actions={create}>
      <KeyTable keys={keys} empty={<Empty>No key of this team is to be seen here.</Empty>} />
    </Panel>
  );
}
