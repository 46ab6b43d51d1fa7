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
  permissions: { models: string };
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
  if (key === null) return { name: "", user_id: userId, permissions: { models: "" }, expires_at: "", ...noLimits };
  return {
    name: key.name,
    user_id: key.user_id,
    permissions: { models: key.permissions.models?.join("\n") ?? "" },
    expires_at: key.expires_at?.slice(0, 10) ?? "",
    ...limitsToTexts(key),
  };
}

/** As the admin API takes it, but for the owner, whom a key keeps. */
export function toBody({ name, permissions, expires_at, ...limited }: KeyValues) {
  const models = permissions.models.split(/[\s,]+/).filter(Boolean);
  return {
    name,
    permissions: { models: models.length === 0 ? null : models },
    expires_at: expires_at === "" ? null : expires_at,
    ...textsToLimits(limited),
  };
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
      <TextAreaField
        label="Models"
        isOptional
        rows={2}
        placeholder={"claude-*\nopenai/gpt-5"}
        help="One a line; * stands for any characters. Empty allows all."
        error={errorOf("permissions.models")}
        field={form.register("permissions.models")}
      />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
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
