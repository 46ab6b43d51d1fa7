// A name, limits and a budget: all that is to be said of an organisation and of a service account.

import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import type { Call } from "#parts/versions.ts";

interface BoundsValues extends LimitedValues {
  name: string;
}

interface BoundsFormProps {
  /** Null for a new one. */
  readonly present: ({ readonly name: string } & Parameters<typeof limitsToTexts>[0]) | null;
  readonly placeholder: string;
  /** Of what the budget is: "all its teams together". */
  readonly holder: string;
  readonly action: string;
  readonly send: (body: ReturnType<typeof toBody>, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

function toBody({ name, ...limited }: BoundsValues) {
  return { name, ...textsToLimits(limited) };
}

export function BoundsForm({ present, placeholder, holder, action, send, onCancel }: BoundsFormProps) {
  const { form, errorOf, failure, isBusy, submit } = useServerForm<BoundsValues>({
    present,
    defaultValues: present === null ? { name: "", ...noLimits } : { name: present.name, ...limitsToTexts(present) },
    send: (values, call) => send(toBody(values), call),
  });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder={placeholder}
        error={errorOf("name")}
        field={form.register("name")}
      />
      <LimitsFields register={(name) => form.register(name)} errorOf={errorOf} holder={holder} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}
