import { useApi } from "#api/api.tsx";
import type { ApiKey } from "#api/queries.ts";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { Panel } from "#parts/panel.tsx";
import { useChanged } from "#parts/use-changed.ts";

/** All that somebody changes of a key of his own: its limits and its budget are the business of others. */
export function RenameKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const { id, name } = apiKey;
  const { client } = useApi();
  const changed = useChanged();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    ...{ present: apiKey, defaultValues: { name } },
    send: async (body, call) => {
      await client.ownKeys.update({ params: { id }, body }, call);
      await changed(body.name, "keys");
    },
  });
  return (
    <Panel title="Settings" className="lg:order-2">
      <form className="grid gap-3.5 px-4 py-3" onSubmit={submit} noValidate>
        <TextField label="Name" autoComplete="off" error={errorOf("name")} field={form.register("name")} />
        <FormFailure failure={failure} />
        <FormButtons action="Rename key" isBusy={isBusy} />
      </form>
    </Panel>
  );
}
