// The form of a provider follows from its type: which settings it has, whether it wants a credential, and where it is.

import { useWatch } from "react-hook-form";
import type { Provider, ProviderType } from "#api/queries.ts";
import { SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { linesToRecord, recordToLines } from "./record-lines.ts";

export interface ProviderValues {
  provider_type: string;
  name: string;
  api_key: string;
  base_url: string;
  settings: Record<string, string>;
  headers: string;
  query: string;
}

interface ProviderFormProps {
  readonly types: readonly ProviderType[];
  /** Null for a new one. */
  readonly present: Provider | null;
  readonly action: string;
  readonly send: (values: ProviderValues, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

function valuesOf(provider: Provider | null, types: readonly ProviderType[]): ProviderValues {
  return {
    provider_type: provider?.provider_type ?? types[0]?.type ?? "",
    name: provider?.name ?? "",
    api_key: "",
    base_url: provider?.base_url ?? "",
    settings: { ...provider?.settings },
    headers: recordToLines(provider?.headers ?? {}),
    query: recordToLines(provider?.query ?? {}),
  };
}

/** What the two ways to send it have in common. What is empty is the vendor's own, or as it was. */
export function toBody({ name, api_key, base_url, settings, headers, query }: ProviderValues) {
  const given = Object.entries(settings).filter(([, value]) => value.trim() !== "");
  return {
    ...(name.trim() !== "" && { name: name.trim() }),
    ...(api_key.trim() !== "" && { api_key }),
    base_url: base_url.trim() === "" ? null : base_url.trim(),
    settings: Object.fromEntries(given),
    headers: linesToRecord(headers),
    query: linesToRecord(query),
  };
}

export function ProviderForm({ types, present, action, send, onCancel }: ProviderFormProps) {
  const server = useServerForm<ProviderValues>({ present, defaultValues: valuesOf(present, types), send });
  const { form, errorOf, failure, isBusy, submit } = server;
  const chosen = useWatch({ control: form.control, name: "provider_type" });
  const type = types.find((one) => one.type === chosen);
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      {present === null && <TypeField types={types} type={type} server={server} />}
      <TextField
        label="Name"
        isOptional={present === null}
        placeholder={chosen}
        help="The first part of provider/model."
        error={errorOf("name")}
        field={form.register("name")}
      />
      <Access server={server} type={type} present={present} />
      {type?.settings.map(({ name, variable, default: usual }) => (
        <TextField
          key={name}
          label={wordsOfName(name)}
          isOptional={usual !== ""}
          placeholder={usual}
          help={`Also from the variable ${variable}.`}
          error={errorOf(`settings.${name}`)}
          field={form.register(`settings.${name}`)}
        />
      ))}
      <Additions server={server} isOpen={present !== null && Object.keys(present.headers).length > 0} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

interface PartProps {
  readonly server: ServerForm<ProviderValues>;
  readonly type: ProviderType | undefined;
}

function TypeField({ server: { form, errorOf }, type, types }: PartProps & Pick<ProviderFormProps, "types">) {
  const sorted = types.toSorted((a, b) => a.label.localeCompare(b.label));
  return (
    <SelectField
      label="Vendor"
      autoFocus
      error={errorOf("provider_type")}
      field={form.register("provider_type")}
      help={
        type !== undefined && (
          <a className="underline hover:text-text" href={type.documentation} target="_blank" rel="noreferrer">
            Documentation of {type.label}
          </a>
        )
      }
    >
      {sorted.map(({ type: id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}

function Access({ server: { form, errorOf }, type, present }: PartProps & Pick<ProviderFormProps, "present">) {
  const hint = present?.has_credential === true ? `stored ${present.credential_hint ?? ""}` : undefined;
  return (
    <>
      <TextField
        label="API key"
        type="password"
        autoComplete="new-password"
        isOptional={type?.needs_credential === false || hint !== undefined}
        placeholder={hint}
        help={
          hint === undefined
            ? "Kept encrypted, and never shown again."
            : "Empty keeps the one that is stored. It is never shown."
        }
        error={errorOf("api_key")}
        field={form.register("api_key")}
      />
      <TextField
        label="Base URL"
        isOptional={type?.base_url !== null}
        placeholder={type?.base_url ?? "http://127.0.0.1:8000/v1"}
        help="As the vendor's own SDK takes it."
        error={errorOf("base_url")}
        field={form.register("base_url")}
      />
    </>
  );
}

function Additions({ server: { form, errorOf }, isOpen }: Pick<PartProps, "server"> & { readonly isOpen: boolean }) {
  return (
    <details open={isOpen} className="rounded-sm border border-line px-3 py-2">
      <summary className="text-muted">Headers and query of every request</summary>
      <div className="mt-3 grid gap-3.5">
        <TextAreaField
          label="Headers"
          isOptional
          rows={2}
          placeholder="x-team: search"
          help="One a line. Values are kept encrypted; [secret] stays what it is."
          error={errorOf("headers")}
          field={form.register("headers")}
        />
        <TextAreaField
          label="Query"
          isOptional
          rows={2}
          placeholder="api-version: 2026-01-01"
          error={errorOf("query")}
          field={form.register("query")}
        />
      </div>
    </details>
  );
}

/** `apiVersion` -> `Api version`. */
function wordsOfName(name: string): string {
  const words = name
    .replace(/[_-]/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
