import { foundClasses } from "@ghostllm/contract";
import type { ConsentPolicy } from "#api/queries.ts";
import { HolderFields, isHolderChosen } from "#holders/holder-fields.tsx";
import { NumberField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { classWord } from "./consent-words.ts";
import { HoursFields } from "./hours-fields.tsx";
import { toBody, valuesOf } from "./policy-values.ts";
import type { PolicyPartProps, PolicyValues } from "./policy-values.ts";

interface PolicyFormProps {
  /** Null for a new one. */
  readonly present: ConsentPolicy | null;
  readonly action: string;
  readonly send: (body: ReturnType<typeof toBody>, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function PolicyForm({ present, action, send, onCancel }: PolicyFormProps) {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const server = useServerForm<PolicyValues>({
    ...{ present, defaultValues: valuesOf(present, zone) },
    send: (values, call) => send(toBody(values), call),
  });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="dear models"
        help="Whoever is held is told it."
        error={errorOf("name")}
        field={form.register("name")}
      />
      <HolderFields
        of={form.watch("applies_to")}
        fields={{
          kind: form.register("applies_to.kind", { onChange: () => form.setValue("applies_to.id", "") }),
          id: form.register("applies_to.id", { validate: isHolderChosen }),
        }}
        permission={present === null ? "consent_policies.create" : "consent_policies.update"}
        errorOf={errorOf}
      />
      <ConditionFields server={server} />
      <HoursFields server={server} />
      <NumberField
        label="Minutes that a decision counts"
        help="Unless whoever decides says otherwise. Of several policies the shortest."
        error={errorOf("valid_minutes")}
        field={form.register("valid_minutes")}
      />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

function ConditionFields({ server }: PolicyPartProps) {
  const { form, errorOf, errorIn } = server;
  return (
    <>
      <TextAreaField
        label="Models"
        isOptional
        rows={2}
        placeholder={"gpt-5*\nclaude-opus-*"}
        help="Models and aliases, one a line; * stands for any characters. Empty: whatever is asked for."
        error={errorIn("models")}
        field={form.register("models")}
      />
      <TextField
        label="May cost more than, in USD"
        isOptional
        inputMode="decimal"
        className="text-right"
        help="The most that a request may cost, or of which nobody can say. Empty: whatever it costs."
        error={errorOf("above_usd")}
        field={form.register("above_usd")}
      />
      <ClassesField server={server} />
    </>
  );
}

function ClassesField({ server: { form, errorIn } }: PolicyPartProps) {
  const fault = errorIn("privacy_classes");
  return (
    <fieldset>
      <legend className="mb-1 flex items-baseline gap-1.5 font-medium">
        Personal data <span className="text-xs font-normal text-faint">optional</span>
      </legend>
      <div className="grid gap-1.5 sm:grid-cols-2">
        {foundClasses.map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="checkbox"
              value={name}
              className="block size-3.5 accent-accent"
              {...form.register("privacy_classes")}
            />
            <span className="first-letter:uppercase">{classWord(name)}</span>
          </label>
        ))}
      </div>
      <p className={`mt-1 text-xs ${fault === undefined ? "text-muted" : "text-bad"}`}>
        {fault ?? "The privacy policy of the caller has found one of these. None chosen: whatever is in it."}
      </p>
    </fieldset>
  );
}
