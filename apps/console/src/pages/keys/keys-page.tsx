import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import type { Selection } from "#parts/table/table.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { CreateKey } from "./create-key.tsx";
import { keyColumns } from "./key-columns.tsx";
import { RevokeKeys } from "./revoke-keys.tsx";

export function KeysPage() {
  const { queries } = useApi();
  const { may, mayForAll } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const [toRevoke, setToRevoke] = useState<readonly ApiKey[]>([]);
  const keys = useQuery(queries.keys);
  const knowsOwners = may("users.read") && mayForAll("keys.read");
  const users = useQuery({ ...queries.users, enabled: knowsOwners });
  const columns = useMemo(() => {
    return keyColumns(knowsOwners ? new Map(users.data?.items.map((user) => [user.id, user])) : null);
  }, [knowsOwners, users.data]);
  const revokeAction = ({ rows }: Selection<ApiKey>) => (
    <Button look="danger" onClick={() => setToRevoke(rows.filter(({ is_active }) => is_active))}>
      Revoke
    </Button>
  );
  const create = may("keys.create") && (
    <Button look="primary" onClick={() => setDialog("key")}>
      <Plus aria-hidden className="size-3.5" />
      Create key
    </Button>
  );
  return (
    <Page title="Keys" actions={create}>
      <Panel>
        <Loaded query={keys}>
          {({ items, isWhole }) => (
            <Table
              name="keys"
              tools={<ViewsMenu page="keys" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/keys/${id}`)}
              empty={<Empty action={create}>A key lets a person or a program use the gateway.</Empty>}
              selectionActions={may("keys.revoke") ? revokeAction : undefined}
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "key" && may("keys.create") && <CreateKey onClose={() => setDialog(undefined)} />}
      {toRevoke.length > 0 && <RevokeKeys keys={toRevoke} onClose={() => setToRevoke([])} />}
    </Page>
  );
}
