import { permissionNames } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Role } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { RoleForm } from "./role-form.tsx";

const grantedBy = ({ permissions }: Role): number => Object.keys(permissions).length;

const columns: readonly Column<Role>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "kind",
    header: "Kind",
    value: ({ is_built_in: isBuiltIn }) => (isBuiltIn ? "built in" : "own"),
    cell: ({ is_built_in: isBuiltIn }) => <Tag>{isBuiltIn ? "built in" : "own"}</Tag>,
  },
  textColumn({ id: "description", header: "Description", value: ({ description }) => description }),
  {
    id: "permissions",
    header: "Permissions",
    isNumber: true,
    value: grantedBy,
    cell: (role) => (
      <>
        {grantedBy(role)} <span className="text-faint">of {permissionNames.length}</span>
      </>
    ),
  },
  countColumn({ id: "users", header: "Users", value: ({ users }) => users }),
  timeColumn({ id: "changed", header: "Changed", value: ({ updated_at }) => updated_at }),
];

export function RolesPage() {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const roles = useQuery(queries.roles);
  const create = may("roles.create") && (
    <Button look="primary" onClick={() => setDialog("role")}>
      <Plus aria-hidden className="size-3.5" />
      Create role
    </Button>
  );
  return (
    <Page title="Roles" actions={create}>
      <Panel>
        <Loaded query={roles}>
          {(items) => (
            <Table
              name="roles"
              columns={columns}
              rows={items}
              isWhole
              idOf={({ name }) => name}
              onOpen={({ name }) => void go(`/roles/${name}`)}
              empty={<Empty>There are no roles.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "role" && may("roles.create") && <CreateRole onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function CreateRole({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  return (
    <Dialog isOpen title="Create a role" onClose={onClose}>
      <RoleForm
        present={null}
        action="Create role"
        onCancel={onClose}
        send={async (body) => {
          const { name } = await client.roles.create({ body });
          await refresh("roles");
          toast.tell(`“${name}” is created`);
          await go(`/roles/${name}`);
        }}
      />
    </Dialog>
  );
}
