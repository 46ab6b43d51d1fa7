import { useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import type { Provider } from "#api/queries.ts";
import { Dialog } from "#parts/dialog.tsx";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { Loaded } from "#parts/states.tsx";
import { useGo } from "#parts/use-search.ts";

export function AddModel({ onClose }: { readonly onClose: () => void }) {
  const { queries } = useApi();
  const providers = useQuery(queries.providers);
  return (
    <Dialog
      isOpen
      title="Add a model"
      description="For one that the vendor's list does not name, or whose price is to be set before its first use."
      onClose={onClose}
    >
      <Loaded query={providers}>{({ items }) => <AddForm providers={items} onCancel={onClose} />}</Loaded>
    </Dialog>
  );
}

interface AddFormProps {
  readonly providers: readonly Provider[];
  readonly onCancel: () => void;
}

function AddForm({ providers, onCancel }: AddFormProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const go = useGo();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { provider_id: providers[0]?.id ?? "", name: "" },
    send: async (body) => {
      const { id } = await client.models.create({ body });
      await refresh("models");
      await go(`/models/${id}`);
    },
  });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <SelectField label="Provider" error={errorOf("provider_id")} field={form.register("provider_id")}>
        {providers.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Name"
        help="As the vendor calls it."
        autoComplete="off"
        error={errorOf("name")}
        field={form.register("name")}
      />
      <FormFailure failure={failure} />
      <FormButtons action="Add model" isBusy={isBusy} onCancel={onCancel} />
    </form>
  );
}
