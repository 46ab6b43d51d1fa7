import { storedEventNames } from "#api/events.ts";
import type { Webhook } from "#api/queries.ts";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";

interface WebhookBody {
  readonly name: string;
  readonly url: string;
  readonly types: string[];
}

interface WebhookValues extends Omit<WebhookBody, "types"> {
  readonly types: readonly string[];
}

interface WebhookFormProps {
  /** Null for a new one. */
  readonly present: Webhook | null;
  readonly action: string;
  readonly send: (body: WebhookBody, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function WebhookForm({ present, action, send, onCancel }: WebhookFormProps) {
  const { name = "", url = "", types: begun = ["key.created", "user.login"] } = present ?? {};
  const { form, errorOf, failure, isBusy, submit } = useServerForm<WebhookValues>({
    ...{ present, defaultValues: { name, url, types: begun } },
    knows: (param) => param.startsWith("types"),
    send: (values, call) =>
      send({ ...values, types: storedEventNames.filter((one) => values.types.includes(one)) }, call),
  });
  const [types, setTypes] = useFormPart(form, "types");
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <TextField
        label="Name"
        placeholder="billing"
        autoFocus={present === null}
        autoComplete="off"
        error={errorOf("name")}
        field={form.register("name")}
      />
      <TextField
        label="Address"
        placeholder="https://example.com/ghostllm"
        autoComplete="off"
        help="Each event is sent there by POST, as CloudEvents has it, with the headers of Standard Webhooks."
        error={errorOf("url")}
        field={form.register("url")}
      />
      <TypesField types={types} onChange={setTypes} fault={errorOf("types") ?? errorOf("types[0]")} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

interface TypesFieldProps {
  readonly types: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
  readonly fault: string | undefined;
}

function TypesField({ types, onChange, fault }: TypesFieldProps) {
  const toggle = (name: string): void =>
    onChange(types.includes(name) ? types.filter((one) => one !== name) : [...types, name]);
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">Events</legend>
      <div className="grid gap-1.5 sm:grid-cols-2">
        {storedEventNames.map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="checkbox"
              className="block size-3.5 accent-accent"
              checked={types.includes(name)}
              onChange={() => toggle(name)}
            />
            <span className="font-mono text-xs">{name}</span>
          </label>
        ))}
      </div>
      {fault !== undefined && <p className="mt-1 text-xs text-bad">{fault}</p>}
    </fieldset>
  );
}
