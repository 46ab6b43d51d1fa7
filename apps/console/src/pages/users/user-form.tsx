import { roleNames } from "@ghostllm/contract";
import type { User } from "#api/queries.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";

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
  readonly send: (values: UserValues) => Promise<void>;
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

/** Those that come with GhostLLM, and the one that the user has. */
function namesFor(present: User | null): readonly string[] {
  return [...new Set<string>([...roleNames, ...(present === null ? [] : [present.role])])];
}

function helpOfPassword(present: User | null): string {
  return present?.has_password === true
    ? "Empty keeps the present one. A new one ends all sessions of the user."
    : "At least ten characters. Without one the user cannot sign in, only hold keys.";
}

export function UserForm({ present, action, send, onCancel }: UserFormProps) {
  const { form, errorOf, failure, isBusy, submit } = useServerForm<UserValues>({
    defaultValues: valuesOf(present),
    send,
  });
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
      <SelectField
        label="Role"
        help="What each role may do is in the documentation, under permissions."
        error={errorOf("role")}
        field={form.register("role")}
      >
        {namesFor(present).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
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
