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
import { ViewsMenu } from "#views/views-menu.tsx";
import { userColumns } from "./user-columns.tsx";
import { toBody, UserForm } from "./user-form.tsx";

export function UsersPage() {
  const { queries } = useApi();
  const { may, mayForAll } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const users = useQuery(queries.users);
  const knowsKeys = mayForAll("keys.read");
  const keys = useQuery({ ...queries.keys, enabled: knowsKeys });
  const columns = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { user_id: id, is_active: isActive } of keys.data?.items ?? [])
      counts.set(id, (counts.get(id) ?? 0) + Number(isActive));
    return userColumns(knowsKeys ? counts : null);
  }, [keys.data, knowsKeys]);
  const create = may("users.create") && (
    <Button look="primary" onClick={() => setDialog("user")}>
      <Plus aria-hidden className="size-3.5" />
      Create user
    </Button>
  );
  return (
    <Page title="Users" actions={create}>
      <Panel>
        <Loaded query={users}>
          {({ items, isWhole }) => (
            <Table
              name="users"
              tools={<ViewsMenu page="users" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/users/${id}`)}
              empty={<Empty action={create}>A user holds keys, with limits and a budget over all of them.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "user" && may("users.create") && <CreateUser onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function CreateUser({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  return (
    <Dialog isOpen title="Create a user" onClose={onClose}>
      <UserForm
        present={null}
        action="Create user"
        onCancel={onClose}
        send={async (values) => {
          const { email } = await client.users.create({ body: toBody(values) });
          await refresh("users");
          onClose();
          toast.tell(`“${email}” is created`);
        }}
      />
    </Dialog>
  );
}
