import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ScimRoles } from "#api/queries.ts";
import { SelectField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { GroupRoleFields, GroupTeamFields, useRoleNames } from "./group-fields.tsx";
import { teamsOf } from "./group-lists.ts";
import type { GroupRole, GroupTeam } from "./group-lists.ts";

/** What the groups mean that directories keep here. */
export function ScimRolesPanel() {
  const { queries } = useApi();
  const { may } = useCaller();
  const roles = useQuery(queries.scimRoles);
  return (
    <Panel title="Rights by group" note="of users whom a directory has made">
      <Loaded query={roles}>
        {(data) => (may("scim.update") ? <RolesForm present={data} /> : <RolesFacts roles={data} />)}
      </Loaded>
    </Panel>
  );
}

function RolesFacts({ roles }: { readonly roles: ScimRoles }) {
  return (
    <Facts
      facts={[
        ["Role of new users", roles.default_role],
        ...roles.group_roles.map(({ group, role }) => [group, role] as const),
      ]}
    />
  );
}

interface RolesValues {
  default_role: string;
  group_roles: readonly GroupRole[];
  group_teams: readonly GroupTeam[];
}

function RolesForm({ present }: { readonly present: ScimRoles }) {
  const { client } = useApi();
  const changed = useChanged();
  const names = useRoleNames([present.default_role]);
  const { form, errorOf, failure, isBusy, submit } = useServerForm<RolesValues>({
    ...{ present, defaultValues: present },
    knows: (param) => /^group_(?:roles|teams)\b/.test(param),
    send: async ({ default_role, group_roles: ofRoles, group_teams: ofTeams }, call) => {
      const body = { default_role, group_roles: [...ofRoles], group_teams: teamsOf(ofTeams) };
      await client.scim.updateRoles({ body }, call);
      await changed("Rights by group", "scim", "users");
    },
  });
  const [roles, setRoles] = useFormPart(form, "group_roles");
  const [teams, setTeams] = useFormPart(form, "group_teams");
  return (
    <form className="grid gap-3.5 px-4 py-3" onSubmit={submit} noValidate>
      <SelectField
        // Its choices are there later than it is: it is made anew with them.
        key={names.length}
        label="Role of new users"
        help="Also of those whom no group below gives one."
        error={errorOf("default_role")}
        field={form.register("default_role")}
      >
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <GroupRoleFields rows={roles} onChange={setRoles} errorOf={errorOf} />
      <GroupTeamFields rows={teams} onChange={setTeams} errorOf={errorOf} />
      <FormFailure failure={failure} />
      <FormButtons action="Save changes" isBusy={isBusy} />
    </form>
  );
}
