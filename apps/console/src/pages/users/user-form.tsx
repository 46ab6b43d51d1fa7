import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { User } from "#api/queries.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import type { Call } from "#parts/versions.ts";

export interface UserValues extends LimitedValues {
  email: string;
  username: string;
  password: string;
  role: string;
}

interface UserFormProps {
  /** Null for a new one. */
  readonly present: User | null;
  readonly action: string;
  readonly send: (values: UserValues, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

function valuesOf(user: User | null): UserValues {
  if (user === null) return { email: "", username: "", password: "", role: "member", ...noLimits };
  return { email: user.email, username: user.username, password: "", role: user.role, ...limitsToTexts(user) };
}

export function toBody({ email, username, password, role: chosen, ...limited }: UserValues) {
  return {
    email,
    ...(username.trim() !== "" && { username }),
    ...(password !== "" && { password }),
    role: chosen,
    ...textsToLimits(limited),
  };
}

function helpOfPassword(present: User | null): string {
  return present?.has_password === true
    ? "Empty keeps the present one. A new one ends all sessions of the user."
    : "At least ten characters. Without one the user cannot sign in, only hold keys.";
}

export function UserForm({ present, action, send, onCancel }: UserFormProps) {
  const server = useServerForm<UserValues>({ present, defaultValues: valuesOf(present), send });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="E-mail"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="ada@example.com"
        error={errorOf("email")}
        field={form.register("email")}
      />
      <TextField
        label="Name"
        isOptional
        help="The e-mail address where left out."
        error={errorOf("username")}
        field={form.register("username")}
      />
      <RoleField server={server} />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        isOptional
        help={helpOfPassword(present)}
        error={errorOf("password")}
        field={form.register("password")}
      />
      <LimitsFields register={(name) => form.register(name)} errorOf={errorOf} holder="all keys of the user together" />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

/** Built-in ones and those that operators have made; without the right to see them the one that is there. */
function RoleField({ server: { form, errorOf } }: { readonly server: ServerForm<UserValues> }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data = [] } = useQuery({ ...queries.roles, enabled: may("roles.read") });
  const present = form.formState.defaultValues?.role ?? "";
  const chosen = form.watch("role");
  const description = data.find(({ name }) => name === chosen)?.description ?? "";
  return (
    // Its choices are there later than it is: it is made anew with them.
    <SelectField
      key={data.length}
      label="Role"
      help={description === "" ? "What somebody may, beside what he is in his teams." : description}
      error={errorOf("role")}
      field={form.register("role")}
    >
      {[...new Set([...data.map(({ name }) => name), present])].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </SelectField>
  );
}
