import { isKeyEndpoint, keyEndpointNames } from "@ghostllm/contract";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { storingWords } from "#parts/storing-words.ts";
import { NumberField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { LimitsFields } from "#parts/limits-fields.tsx";
import { linesOf } from "#parts/line-texts.ts";
import { timeLabels, timeLimits } from "#parts/time-limits.ts";
import type { TimeLimit } from "#parts/time-limits.ts";
import type { Call } from "#parts/versions.ts";
import { actingWords } from "./acting-words.ts";
import { actingChoices, valuesOf } from "./key-values.ts";
import type { KeyValues, Owner } from "./key-values.ts";
import { OwnerFields } from "./owner-fields.tsx";

interface KeyFormProps {
  /** Null for a new one. */
  readonly present: ApiKey | null;
  /** Of a new one, to begin with. */
  readonly owner?: Owner;
  readonly action: string;
  readonly send: (values: KeyValues, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

const nobody: Owner = { user_id: "", team_id: "" };

export function KeyForm({ present, owner = nobody, action, send, onCancel }: KeyFormProps) {
  const defaultValues = valuesOf(present, owner);
  const server = useServerForm<KeyValues>({ present, defaultValues, send });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="ci-agent"
        error={errorOf("name")}
        field={form.register("name")}
      />
      {present === null && <OwnerFields server={server} />}
      <LimitsFields register={(name) => form.register(name)} errorOf={errorOf} holder="the key" />
      <TextField
        label="Expires"
        type="date"
        isOptional
        help="The first day on which the key no longer works, in UTC."
        error={errorOf("expires_at")}
        field={form.register("expires_at")}
      />
      <UseFields server={server} />
      <TimeFields server={server} />
      <ActingField server={server} isNew={present === null} />
      <StoringField server={server} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

/** What it may be used for and from where, and words to find it by. */
function UseFields({ server: { form, errorOf } }: { readonly server: ServerForm<KeyValues> }) {
  return (
    <>
      <TextAreaField
        label="Models"
        isOptional
        rows={2}
        placeholder={"claude-*\nopenai/gpt-5"}
        help="One a line; * stands for any characters. Empty allows all."
        error={errorOf("permissions.models")}
        field={form.register("permissions.models")}
      />
      <TextAreaField
        label="Endpoints"
        isOptional
        rows={2}
        placeholder={"chat.completions\nembeddings"}
        help={`One a line; empty allows all. There are ${keyEndpointNames.join(", ")}.`}
        error={errorOf("permissions.endpoints")}
        field={form.register("permissions.endpoints", { validate: unknownEndpoint })}
      />
      <TextAreaField
        label="Addresses"
        isOptional
        rows={2}
        placeholder={"10.0.0.0/8\n2001:db8::/32"}
        help="From where it may be used: addresses and ranges, one a line. Empty allows all."
        error={errorOf("permissions.addresses")}
        field={form.register("permissions.addresses")}
      />
      <TextField
        label="Tags"
        isOptional
        autoComplete="off"
        placeholder="team-a, production"
        help="Words to find it by, with commas between them."
        error={errorOf("tags")}
        field={form.register("tags")}
      />
    </>
  );
}

/** How long its requests wait. */
function TimeFields({ server: { form, errorOf } }: { readonly server: ServerForm<KeyValues> }) {
  const nameOf = (name: TimeLimit) => `permissions.timeouts.${name}` as const;
  const isOpen = timeLimits.some((name) => errorOf(nameOf(name)) !== undefined || form.getValues(nameOf(name)) !== "");
  return (
    <details {...(isOpen && { open: true })} className="group rounded-sm border border-line px-3 py-2">
      <summary className="cursor-pointer font-medium">How long its requests wait</summary>
      <div className="grid gap-3.5 pt-3 sm:grid-cols-2">
        {timeLimits.map((name) => (
          <NumberField
            key={name}
            label={timeLabels[name][0]}
            help={timeLabels[name][1]}
            placeholder="as others do"
            autoComplete="off"
            error={errorOf(nameOf(name))}
            field={form.register(nameOf(name))}
          />
        ))}
      </div>
    </details>
  );
}

/** Who has such a key can charge anybody: it takes the right to manage all keys. */
function ActingField({ server, isNew }: { readonly server: ServerForm<KeyValues>; readonly isNew: boolean }) {
  const { mayForAll } = useCaller();
  if (!mayForAll(isNew ? "keys.create" : "keys.update")) return null;
  const { form, errorOf } = server;
  return (
    <SelectField
      label="Acts for"
      help="Of a program that many people use: each request says for which user it is, by x-ghostllm-user, and counts for him."
      error={errorOf("permissions.acts_for")}
      field={form.register("permissions.acts_for")}
    >
      <option value="">nobody</option>
      {actingChoices.map((choice) => (
        <option key={choice} value={choice}>
          {actingWords[choice]}
        </option>
      ))}
    </SelectField>
  );
}

/** It is no business of whoever makes a key of his own. */
function StoringField({ server: { form, errorOf } }: { readonly server: ServerForm<KeyValues> }) {
  const { may } = useCaller();
  if (!may("keys.create") && !may("keys.update")) return null;
  return (
    <SelectField
      label="Stored prompts"
      help="What is stored of the texts of its requests, encrypted. Its holder is told by GET /v1/key."
      error={errorOf("store_prompts")}
      field={form.register("store_prompts")}
    >
      <option value="">what its team says</option>
      {Object.entries(storingWords).map(([policy, word]) => (
        <option key={policy} value={policy}>
          {word}
        </option>
      ))}
    </SelectField>
  );
}

/** What is no endpoint may not be left out without a word. */
function unknownEndpoint(text: string): string | true {
  const unknown = linesOf(text)?.find((word) => !isKeyEndpoint(word));
  return unknown === undefined || `There is no endpoint ${unknown}`;
}
