import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Role } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { Time } from "#parts/values.tsx";
import { GrantsChooser } from "./grants-chooser.tsx";
import { RoleForm } from "./role-form.tsx";

export function RolePage() {
  const { name = "" } = useParams({ strict: false });
  const { client, queries } = useApi();
  const { may } = useCaller();
  const role = useQuery(queries.role(name));
  const { data } = role;
  const remove = data !== undefined && !data.is_built_in && may("roles.remove") && (
    <Removal
      action="Delete role"
      description="It is deleted when nobody has it any more."
      name={data.name}
      remove={() => client.roles.remove({ params: { name } })}
      touches={["roles"]}
      leadsTo="/roles"
    />
  );
  return (
    <Page title={data?.name ?? "Role"} parent={{ title: "Roles", path: "/roles" }} actions={remove}>
      <Loaded query={role}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
            <div className="grid min-w-0 gap-4">
              <RoleFacts role={one} />
              {may("users.read") && <WhoHasIt role={one} />}
            </div>
            {one.is_built_in || !may("roles.update") ? (
              <Panel title="Permissions">
                <GrantsChooser grants={one.permissions} />
              </Panel>
            ) : (
              <Settings role={one} />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function RoleFacts({ role }: { readonly role: Role }) {
  return (
    <Panel title="Role">
      <Facts
        facts={[
          ["Kind", <Tag>{role.is_built_in ? "built in" : "own"}</Tag>],
          ["Description", role.description === "" ? <span className="text-faint">none</span> : role.description],
          ["Permissions", String(Object.keys(role.permissions).length)],
          ["Users", String(role.users)],
          ...(role.is_built_in
            ? []
            : ([
                ["Created", <Time at={role.created_at} />],
                ["Changed", <Time at={role.updated_at} />],
              ] as const)),
        ]}
      />
    </Panel>
  );
}

/** More are not shown here, but in the list of users. */
const mostShown = 50;

function WhoHasIt({ role }: { readonly role: Role }) {
  const { queries } = useApi();
  const users = useQuery(queries.usersInRole(role.name));
  return (
    <Panel title="Who has it" note={plural(role.users, "user")}>
      <Loaded query={users}>
        {({ items }) => {
          if (items.length === 0) return <p className="px-4 py-3 text-muted">Nobody has it.</p>;
          return (
            <ul className="divide-y divide-line">
              {items.slice(0, mostShown).map(({ id, email }) => (
                <li key={id} className="flex h-(--row) items-center px-4">
                  <Link to="/users/$id" params={{ id }} className="truncate text-accent hover:underline">
                    {email}
                  </Link>
                </li>
              ))}
              {items.length > mostShown && (
                <li className="px-4 py-2">
                  <Link to="/users" search={{ q: role.name }} className="text-accent hover:underline">
                    All {plural(role.users, "user")}
                  </Link>
                </li>
              )}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Settings({ role }: { readonly role: Role }) {
  const { client } = useApi();
  const changed = useChanged();
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <RoleForm
          key={role.name}
          present={role}
          action="Save changes"
          send={async ({ description, permissions }, call) => {
            await client.roles.update({ params: { name: role.name }, body: { description, permissions } }, call);
            await changed(role.name, "roles", "me");
          }}
        />
      </div>
    </Panel>
  );
}
