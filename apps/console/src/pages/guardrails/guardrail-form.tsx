import { useCaller } from "#api/me.ts";
import type { Guardrail } from "#api/queries.ts";
import { HolderFields, isHolderChosen } from "#holders/holder-fields.tsx";
import { NumberField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { CheckFields } from "./check-fields.tsx";
import { isAsked } from "./guardrail-rights.ts";
import { toBody, valuesOf } from "./guardrail-values.ts";
import type { GuardrailPartProps, GuardrailValues } from "./guardrail-values.ts";
import { kindWords } from "./guardrail-words.ts";

interface GuardrailFormProps {
  /** Null for a new one. */
  readonly present: Guardrail | null;
  readonly action: string;
  readonly send: (body: ReturnType<typeof toBody>, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function GuardrailForm({ present, action, send, onCancel }: GuardrailFormProps) {
  const { me, mayForAll, mayInTeam } = useCaller();
  const permission = present === null ? "guardrails.create" : "guardrails.update";
  const managed = me.teams.find(({ id }) => mayInTeam(permission, id));
  const holder = mayForAll(permission) ? { kind: "everyone", id: "" } : { kind: "team", id: managed?.id ?? "" };
  const server = useServerForm<GuardrailValues>({
    ...{ present, defaultValues: valuesOf(present, holder), knows: isOfList },
    send: (values, call) => send(toBody(values), call),
  });
  const { form, errorOf, errorIn, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="project names"
        help="Clients and records are told it."
        error={errorOf("name")}
        field={form.register("name")}
      />
      <HolderFields
        of={form.watch("applies_to")}
        fields={{
          kind: form.register("applies_to.kind", { onChange: () => form.setValue("applies_to.id", "") }),
          id: form.register("applies_to.id", { validate: isHolderChosen }),
        }}
        {...{ permission, errorOf }}
      />
      <TextAreaField
        label="Models"
        isOptional
        rows={2}
        placeholder={"gpt-5*\nclaude-opus-*"}
        help="Models and aliases, one a line; * stands for any characters. Empty: whatever is asked for."
        error={errorIn("models")}
        field={form.register("models")}
      />
      <WhatFields server={server} isFixed={!mayForAll(permission) && isAsked(present?.check.kind ?? "text")} />
      <ActionFields server={server} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

/** Lists are written as one text each. */
function isOfList(param: string): boolean {
  return /^(models|check\.(words|patterns|categories|schema))\b/.test(param);
}

/** `isFixed`: what it asks is not the caller's to change. */
function WhatFields({ server, isFixed }: GuardrailPartProps & { readonly isFixed: boolean }) {
  const { form, errorOf } = server;
  const { mayForAll } = useCaller();
  const mayAsk = mayForAll("guardrails.update");
  const kinds = Object.entries(kindWords).filter(([kind]) => mayAsk || !isAsked(kind));
  return (
    <>
      {form.watch("check.kind") !== "json-schema" && (
        <SelectField label="It looks at" error={errorOf("stage")} field={form.register("stage")}>
          <option value="both">requests and answers</option>
          <option value="input">requests, before a vendor is asked</option>
          <option value="output">answers, before the client is told</option>
        </SelectField>
      )}
      {isFixed ? (
        <p className="text-xs text-muted">Somebody else is asked. Whoever may change all guardrails says whom.</p>
      ) : (
        <>
          <SelectField label="Looks for" error={errorOf("check.kind")} field={form.register("check.kind")}>
            {kinds.map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}
              </option>
            ))}
          </SelectField>
          <div className="grid gap-3.5 rounded-sm border border-line px-3 py-3">
            <CheckFields server={server} />
          </div>
        </>
      )}
    </>
  );
}

function ActionFields({ server: { form, errorOf } }: GuardrailPartProps) {
  return (
    <>
      <SelectField label="What is found" error={errorOf("action")} field={form.register("action")}>
        <option value="block">is blocked: the request is refused, the answer withheld</option>
        <option value="redact">is redacted: it is replaced</option>
        <option value="flag">is flagged: it is noted, and nothing else happens</option>
      </SelectField>
      {form.watch("action") === "redact" && (
        <TextField
          label="In its place"
          autoComplete="off"
          error={errorOf("replacement")}
          field={form.register("replacement")}
        />
      )}
      <SelectField
        label="What it cannot be held against"
        help="Lists of requests for later, answers that are too large, and whatever nobody has judged in time."
        error={errorOf("on_failure")}
        field={form.register("on_failure")}
      >
        <option value="closed">does not pass</option>
        <option value="open">passes, and is noted as skipped</option>
      </SelectField>
      {isAsked(form.watch("check.kind")) && (
        <NumberField
          label="Milliseconds that it waits"
          help="Each time that somebody else is asked."
          error={errorOf("deadline_ms")}
          field={form.register("deadline_ms")}
        />
      )}
    </>
  );
}
