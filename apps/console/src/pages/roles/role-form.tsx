import type { Extent, Grants } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Role } from "#api/queries.ts";
import { Field, inputClass, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { GrantsChooser } from "./grants-chooser.tsx";
import type { GrantsGiven } from "./grants-chooser.tsx";

interface RoleValues {
  name: string;
  description: string;
  permissions: GrantsGiven;
}

export interface RoleBody extends Omit<RoleValues, "permissions"> {
  /** The server says so where one is none of its extents. */
  readonly permissions: Record<string, Extent>;
}

interface RoleFormProps {
  /** Null for a new one. */
  readonly present: Role | null;
  readonly action: string;
  readonly send: (body: RoleBody, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function RoleForm({ present, action, send, onCancel }: RoleFormProps) {
  const { me } = useCaller();
  const { name = "", description = "", permissions = {} } = present ?? {};
  const { form, errorOf, failure, isBusy, submit } = useServerForm<RoleValues>({
    ...{ present, defaultValues: { name, description, permissions } },
    send: (values, call) => send({ ...values, permissions: { ...(values.permissions as Grants) } }, call),
  });
  const [grants, setGrants] = useFormPart(form, "permissions");
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      {present === null && (
        <TextField
          label="Name"
          autoFocus
          autoComplete="off"
          placeholder="reports"
          help="Small letters, digits, dashes and underscores. A role keeps it."
          error={errorOf("name")}
          field={form.register("name")}
        />
      )}
      <TextField
        label="Description"
        isOptional
        placeholder="Sees all usage"
        error={errorOf("description")}
        field={form.register("description")}
      />
      {present === null && <StartField onStart={setGrants} />}
      <section aria-label="Permissions" className="rounded-sm border border-line">
        <GrantsChooser
          grants={grants}
          onChange={setGrants}
          isHad={(permission) => me.permissions[permission] !== undefined}
        />
      </section>
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

/** What another role allows, to begin with. */
function StartField({ onStart }: { readonly onStart: (grants: GrantsGiven) => void }) {
  const { queries } = useApi();
  const { data } = useQuery(queries.roles);
  return (
    <Field label="Start from" isOptional help="The permissions of another role, to be changed below.">
      {(control) => (
        <select
          {...control}
          className={`${inputClass} pr-7`}
          defaultValue=""
          onChange={({ target }) => onStart(data?.find(({ name }) => name === target.value)?.permissions ?? {})}
        >
          <option value="">nothing</option>
          {data?.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
