import { promptPolicies } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Team } from "#api/queries.ts";
import { CheckField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import { linesOf } from "#parts/line-texts.ts";
import { storingWords } from "#parts/storing-words.ts";
import type { Call } from "#parts/versions.ts";

export interface TeamValues extends LimitedValues {
  name: string;
  /** Empty for none. */
  organisation_id: string;
  models: string;
  members_make_keys: boolean;
  store_prompts: string;
}

interface TeamFormProps {
  /** Null for a new one. */
  readonly present: Team | null;
  /** Of a new one. */
  readonly organisationId?: string | undefined;
  readonly action: string;
  readonly send: (values: TeamValues, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

function valuesOf(team: Team | null, organisationId: string): TeamValues {
  if (team === null) {
    const bounds = { models: "", members_make_keys: false, store_prompts: "nothing", ...noLimits };
    return { name: "", organisation_id: organisationId, ...bounds };
  }
  return {
    name: team.name,
    organisation_id: team.organisation_id ?? "",
    models: team.models?.join("\n") ?? "",
    members_make_keys: team.members_make_keys,
    store_prompts: team.store_prompts,
    ...limitsToTexts(team),
  };
}

/** As the admin API takes it, but for the organisation, which a team keeps. */
export function toBody({ name, models, members_make_keys, store_prompts, ...values }: TeamValues) {
  const { organisation_id: _, ...limited } = values;
  const storing = promptPolicies.find((policy) => policy === store_prompts) ?? "nothing";
  return { name, models: linesOf(models), members_make_keys, store_prompts: storing, ...textsToLimits(limited) };
}

export function TeamForm({ present, organisationId = "", action, send, onCancel }: TeamFormProps) {
  const server = useServerForm<TeamValues>({ present, defaultValues: valuesOf(present, organisationId), send });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="Name"
        autoFocus={present === null}
        autoComplete="off"
        placeholder="Research"
        error={errorOf("name")}
        field={form.register("name")}
      />
      {present === null && <OrganisationField server={server} />}
      <LimitsFields register={(name) => form.register(name)} errorOf={errorOf} holder="all keys of the team together" />
      <TextAreaField
        label="Models"
        isOptional
        rows={2}
        placeholder={"gpt-*\nclaude-*"}
        help="What its keys may use at most, one a line; * stands for any characters. Empty allows every model."
        error={errorOf("models")}
        field={form.register("models")}
      />
      <CheckField
        label="Its members make keys of their own"
        help="They are bounded by the budget, the limits and the models of the team."
        error={errorOf("members_make_keys")}
        field={form.register("members_make_keys")}
      />
      <SelectField
        label="Stored prompts"
        help="What is stored of the texts of requests of its keys, encrypted, where a key says nothing of it."
        error={errorOf("store_prompts")}
        field={form.register("store_prompts")}
      >
        {Object.entries(storingWords).map(([policy, word]) => (
          <option key={policy} value={policy}>
            {word}
          </option>
        ))}
      </SelectField>
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

function OrganisationField({ server: { form, errorOf } }: { readonly server: ServerForm<TeamValues> }) {
  const { may } = useCaller();
  const { queries } = useApi();
  const { data } = useQuery({ ...queries.organisations, enabled: may("organisations.read") });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    // Its choices are there later than it is: it is made anew with them.
    <SelectField
      key={items.length}
      label="Organisation"
      help="Its limits and its budget hold as well. A team stays in it."
      error={errorOf("organisation_id")}
      field={form.register("organisation_id")}
    >
      <option value="">of none</option>
      {items.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
