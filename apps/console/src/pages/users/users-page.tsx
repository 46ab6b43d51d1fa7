import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import type { ReactNode } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded, NotAllowed } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { EraseDeleted, ErasuresPanel } from "./erasures-panel.tsx";
import { userColumns } from "./user-columns.tsx";
import { toBody, UserForm } from "./user-form.tsx";

const [everybody, erased] = ["Users", "Erased"] as const;

export function UsersPage() {
  const { may } = useCaller();
  const go = useGo();
  const [show = everybody] = useSearchValue("show");
  const tabs = may("users.erase") && (
    <Tabs
      label="Part"
      names={[everybody, erased]}
      chosen={show}
      onChoose={(name) => void go(name === everybody ? "/users" : `/users?show=${name}`)}
    />
  );
  const Part = show === erased ? Erased : Everybody;
  return <Part tabs={tabs} />;
}

interface PartProps {
  readonly tabs: ReactNode;
}

function Everybody({ tabs }: PartProps) {
  const { may } = useCaller();
  const [dialog, setDialog] = useSearchValue("new");
  const create = may("users.create") && (
    <Button look="primary" onClick={() => setDialog("user")}>
      <Plus aria-hidden className="size-3.5" />
      Create user
    </Button>
  );
  return (
    <Page title="Users" filters={tabs} actions={create}>
      <UsersPanel create={create} />
      {dialog === "user" && may("users.create") && <CreateUser onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function Erased({ tabs }: PartProps) {
  const { may } = useCaller();
  const [dialog, setDialog] = useSearchValue("new");
  const mayErase = may("users.erase");
  const erase = mayErase && <Button onClick={() => setDialog("erasure")}>Erase a deleted user</Button>;
  return (
    <Page title="Users" filters={tabs} actions={erase}>
      {mayErase ? <ErasuresPanel /> : <NotAllowed />}
      {dialog === "erasure" && mayErase && <EraseDeleted onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function UsersPanel({ create }: { readonly create: ReactNode }) {
  const { queries } = useApi();
  const { mayForAll } = useCaller();
  const go = useGo();
  const users = useQuery(queries.users);
  const knowsKeys = mayForAll("keys.read");
  const keys = useQuery({ ...queries.keys, enabled: knowsKeys });
  const columns = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { user_id: id, is_active: isActive } of keys.data?.items ?? [])
      counts.set(id, (counts.get(id) ?? 0) + Number(isActive));
    return userColumns(knowsKeys ? counts : null);
  }, [keys.data, knowsKeys]);
  return (
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
