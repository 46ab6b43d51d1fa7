import { teamRoleNames } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Team } from "#api/queries.ts";
import { Dialog } from "#parts/dialog.tsx";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { useToast } from "#parts/toast.tsx";

interface AddMemberProps {
  readonly team: Team;
  readonly onClose: () => void;
}

interface Values {
  email: string;
  role: (typeof teamRoleNames)[number];
}

const helps: Readonly<Record<Values["role"], string>> = {
  manager: "Says who is in the team, and sees to its keys and service accounts.",
  member: "Has keys in the team.",
  viewer: "Sees its keys, usage and budgets.",
};

/** By the e-mail address: whoever manages a team does not see users that are in none of his. */
export function AddMember({ team, onClose }: AddMemberProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { form, errorOf, failure, isBusy, submit } = useServerForm<Values>({
    defaultValues: { email: "", role: "member" },
    knows: (param) => param === "user_id",
    send: async (values) => {
      const { email } = await client.teams.addMember({ params: { id: team.id }, body: values });
      await refresh("teams", "me");
      onClose();
      toast.tell(`${email} is in the team`);
    },
  });
  return (
    <Dialog isOpen title={`Add somebody to ${team.name}`} onClose={onClose}>
      <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
        <TextField
          label="E-mail"
          autoFocus
          autoComplete="off"
          placeholder="ada@example.com"
          list="users-that-are-known"
          help="Of a user that there is."
          error={errorOf("email") ?? errorOf("user_id")}
          field={form.register("email")}
        />
        <KnownUsers />
        <SelectField
          label="In the team"
          help={helps[form.watch("role")]}
          error={errorOf("role")}
          field={form.register("role")}
        >
          {teamRoleNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
        <FormFailure failure={failure} />
        <FormButtons action="Add to the team" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function KnownUsers() {
  const { queries } = useApi();
  const { mayForAll } = useCaller();
  const users = useQuery({ ...queries.users, enabled: mayForAll("users.read") });
  return (
    <datalist id="users-that-are-known">
      {users.data?.items.map(({ id, email }) => (
        <option key={id} value={email} />
      ))}
    </datalist>
  );
}
