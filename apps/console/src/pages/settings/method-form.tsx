import type { SignInMethod } from "#api/queries.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { GroupRoleFields, GroupTeamFields, useRoleNames } from "./group-fields.tsx";
import { methodBody, methodValues } from "./method-values.ts";
import type { MethodValues } from "./method-values.ts";

interface MethodFormProps {
  /** Null for a new one. */
  readonly present: SignInMethod | null;
  readonly action: string;
  readonly send: (body: ReturnType<typeof methodBody>, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function MethodForm({ present, action, send, onCancel }: MethodFormProps) {
  const server = useServerForm<MethodValues>({
    ...{ present, defaultValues: methodValues(present) },
    knows: (param) => /^(?:group_roles|group_teams|scopes|provision_domains)\b/.test(param),
    send: (values, call) => send(methodBody(values, present === null), call),
  });
  const { form, errorOf, failure, isBusy, submit } = server;
  const [roles, setRoles] = useFormPart(form, "group_roles");
  const [teams, setTeams] = useFormPart(form, "group_teams");
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <IssuerFields server={server} present={present} />
      <ArrivalFields server={server} />
      <GroupRoleFields rows={roles} onChange={setRoles} errorOf={errorOf} />
      <GroupTeamFields rows={teams} onChange={setTeams} errorOf={errorOf} />
      <ClaimFields server={server} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

interface PartProps {
  readonly server: ServerForm<MethodValues>;
}

function IssuerFields({ server, present }: PartProps & { readonly present: SignInMethod | null }) {
  const { form, errorOf } = server;
  return (
    <>
      <TextField
        label="Name"
        placeholder="Example Corp"
        help="What the button of the sign-in page says: Continue with …"
        autoFocus={present === null}
        error={errorOf("label")}
        field={form.register("label")}
      />
      <TextField
        label="Issuer"
        placeholder="https://login.example.com/realms/main"
        help="As it names itself: /.well-known/openid-configuration is looked for below it."
        spellCheck={false}
        error={errorOf("issuer")}
        field={form.register("issuer")}
      />
      <TextField label="Client id" spellCheck={false} error={errorOf("client_id")} field={form.register("client_id")} />
      <SecretField server={server} hasSecret={present?.has_client_secret === true} />
    </>
  );
}

function SecretField({ server: { form, errorOf }, hasSecret }: PartProps & { readonly hasSecret: boolean }) {
  const isPublic = form.watch("is_public");
  return (
    <>
      {!isPublic && (
        <TextField
          label="Client secret"
          type="password"
          autoComplete="new-password"
          help={
            hasSecret
              ? "Empty keeps the one that is stored, which nobody is shown."
              : "It is stored, and shown to nobody."
          }
          error={errorOf("client_secret")}
          field={form.register("client_secret")}
        />
      )}
      <label className="flex items-center gap-2">
        <input type="checkbox" className="block size-3.5 accent-accent" {...form.register("is_public")} />
        Public client, which has no secret
      </label>
    </>
  );
}

/** Who comes in by it, and as what. */
function ArrivalFields({ server: { form, errorOf, errorIn } }: PartProps) {
  const roles = useRoleNames([form.getValues("default_role")]);
  return (
    <>
      <TextField
        label="Domains whose people become users"
        isOptional
        placeholder="example.com"
        help="At their first sign-in, by their e-mail addresses, with commas between the domains. Empty: users are made first. * is any."
        spellCheck={false}
        error={errorIn("provision_domains")}
        field={form.register("provision_domains")}
      />
      <SelectField
        // Its choices are there later than it is: it is made anew with them.
        key={roles.length}
        label="Role of new users"
        help="Also of those whom no group below gives one."
        error={errorOf("default_role")}
        field={form.register("default_role")}
      >
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </SelectField>
    </>
  );
}

function ClaimFields({ server: { form, errorOf, errorIn } }: PartProps) {
  const names = ["scopes", "claims.email", "claims.name", "claims.groups"];
  const isWrong = names.some((name) => errorIn(name) !== undefined);
  return (
    <details {...(isWrong && { open: true })} className="rounded-sm border border-line px-3 py-2">
      <summary className="cursor-default font-medium">Scopes and claims</summary>
      <div className="mt-2.5 grid gap-3.5">
        <TextField
          label="Scopes"
          help="With offline_access, or whatever makes the issuer give a refresh token, groups are looked at during sessions, too."
          spellCheck={false}
          error={errorIn("scopes")}
          field={form.register("scopes")}
        />
        {(["email", "name", "groups"] as const).map((name) => (
          <TextField
            key={name}
            label={`Claim of the ${name}`}
            spellCheck={false}
            error={errorOf(`claims.${name}`)}
            field={form.register(`claims.${name}`)}
            {...(name === "groups" && { help: "Dots lead into objects: realm_access.roles" })}
          />
        ))}
        <label className="flex items-start gap-2">
          <input type="checkbox" className="mt-0.5 block size-3.5 accent-accent" {...form.register("trusts_email")} />
          <span>
            Addresses count as verified where the issuer says nothing of that
            <span className="block text-xs text-muted">
              As Entra ID does. Only for issuers whose administrators set all addresses.
            </span>
          </span>
        </label>
      </div>
    </details>
  );
}
