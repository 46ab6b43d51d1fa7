import { useApi, useRefresh } from "#api/api.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { Panel } from "#parts/panel.tsx";
import { useToast } from "#parts/toast.tsx";

export function PasswordPanel() {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { present: "", password: "" },
    send: async (body) => {
      await client.passwords.change({ body });
      toast.tell("Your password is changed: sign in with it");
      // It is nobody's session any more, which leads to the sign-in.
      await refresh("me");
    },
  });
  return (
    <Panel title="Password">
      <form className="grid gap-3.5 px-4 py-3" onSubmit={submit} noValidate>
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          error={errorOf("present")}
          field={form.register("present")}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          help="At least ten characters. All your sessions end, this one too."
          error={errorOf("password")}
          field={form.register("password")}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Change password" isBusy={isBusy} />
      </form>
    </Panel>
  );
}
