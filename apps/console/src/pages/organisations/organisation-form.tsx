import type { Organisation } from "#api/queries.ts";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";

interface OrganisationValues extends LimitedValues {
  name: string;
}

interface OrganisationFormProps {
  /** Null for a new one. */
  readonly present: Organisation | null;
  readonly action: string;
  readonly send: (body: ReturnType<typeof toBody>) => Promise<void>;
  readonly onCancel?: () => void;
}

function toBody({ name, ...limited }: OrganisationValues) {
  return { name, ...textsToLimits(limited) };
}

export function OrganisationForm({ present, action, send, onCancel }: OrganisationFormProps) {
  const { form, errorOf, failure, isBusy, submit } = useServerForm<OrganisationValues>({
    defaultValues: present === null ? { name: "", ...noLimits } : { name: present.name, ...limitsToTexts(present) },
    send: (values) => send(toBody(values)),
  });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="Acme"
        error={errorOf("name")}
        field={form.register("name")}
      />
      <LimitsFields register={(name) => form.register(name)} errorOf={errorOf} holder="all its teams together" />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}
