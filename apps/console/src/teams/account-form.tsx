import type { ServiceAccount } from "#api/queries.ts";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";

interface AccountValues extends LimitedValues {
  name: string;
}

interface AccountFormProps {
  /** Null for a new one. */
  readonly present: ServiceAccount | null;
  readonly action: string;
  readonly send: (body: ReturnType<typeof toBody>) => Promise<void>;
  readonly onCancel?: () => void;
}

function toBody({ name, ...limited }: AccountValues) {
  return { name, ...textsToLimits(limited) };
}

export function AccountForm({ present, action, send, onCancel }: AccountFormProps) {
  const { form, errorOf, failure, isBusy, submit } = useServerForm<AccountValues>({
    defaultValues: present === null ? { name: "", ...noLimits } : { name: present.name, ...limitsToTexts(present) },
    send: (values) => send(toBody(values)),
  });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="nightly-report"
        error={errorOf("name")}
        field={form.register("name")}
      />
      <LimitsFields
        register={(name) => form.register(name)}
        errorOf={errorOf}
        holder="all keys of the account together"
      />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}
