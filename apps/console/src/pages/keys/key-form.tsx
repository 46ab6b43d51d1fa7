import { isKeyEndpoint, keyEndpointNames } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";
import { SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";

export interface KeyValues extends LimitedValues {
  name: string;
  user_id: string;
  tags: string;
  permissions: { models: string; endpoints: string; addresses: string };
  /** A day, which the key does not see. */
  expires_at: string;
}

interface KeyFormProps {
  /** Null for a new one. */
  readonly present: ApiKey | null;
  readonly action: string;
  readonly send: (values: KeyValues) => Promise<void>;
  readonly onCancel?: () => void;
}

function valuesOf(key: ApiKey | null, userId: string): KeyValues {
  if (key === null) {
    const permissions = { models: "", endpoints: "", addresses: "" };
    return { name: "", tags: "", user_id: userId, permissions, expires_at: "", ...noLimits };
  }
  const { models, endpoints, addresses } = key.permissions;
  return {
    name: key.name,
    user_id: key.user_id,
    tags: key.tags.join(", "),
    permissions: {
      models: models?.join("\n") ?? "",
      endpoints: endpoints?.join("\n") ?? "",
      addresses: addresses?.join("\n") ?? "",
    },
    expires_at: key.expires_at?.slice(0, 10) ?? "",
    ...limitsToTexts(key),
  };
}

/** As the admin API takes it, but for the owner, whom a key keeps. */
export function toBody({ name, tags, permissions, expires_at, ...limited }: KeyValues) {
  const { models, endpoints, addresses } = permissions;
  return {
    name,
    tags: tags
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean),
    permissions: {
      models: wordsOrNull(models),
      endpoints: wordsOrNull(endpoints)?.filter(isKeyEndpoint) ?? null,
      addresses: wordsOrNull(addresses),
    },
    expires_at: expires_at === "" ? null : expires_at,
    ...textsToLimits(limited),
  };
}

function wordsOrNull(text: string): string[] | null {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return words.length === 0 ? null : words;
}

export function KeyForm({ present, action, send, onCancel }: KeyFormProps) {
  const { me } = useCaller();
  const defaultValues = valuesOf(present, me.user?.id ?? "");
  const server = useServerForm<KeyValues>({ defaultValues, send });
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
      {present === null && <OwnerField server={server} />}
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

/** What is no endpoint may not be left out without a word. */
function unknownEndpoint(text: string): string | true {
  const unknown = wordsOrNull(text)?.find((word) => !isKeyEndpoint(word));
  return unknown === undefined || `There is no endpoint ${unknown}`;
}

function OwnerField({ server: { form, errorOf } }: { readonly server: ServerForm<KeyValues> }) {
  const { may } = useCaller();
  const { queries } = useApi();
  const users = useQuery({ ...queries.users, enabled: may("users.read") });
  const items = users.data?.items ?? [];
  if (items.length < 2) return null;
  return (
    // Its choices are there later than it is: it is made anew with them.
    <SelectField
      key={items.length}
      label="Owner"
      help="The user whose limits and budget hold as well."
      error={errorOf("user_id")}
      field={form.register("user_id")}
    >
      {items.map(({ id, email }) => (
        <option key={id} value={id}>
          {email}
        </option>
      ))}
    </SelectField>
  );
}
