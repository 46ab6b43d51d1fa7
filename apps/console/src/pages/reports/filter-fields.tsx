// Whose usage, and of what, a report tells: chosen of what the caller may see.

import { useQuery } from "@tanstack/react-query";
import type { Permission } from "@ghostllm/contract";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { shortenId } from "#format/id.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import { filterNames } from "./report-values.ts";
import type { FilterName, ReportValues } from "./report-values.ts";

interface FilterProps {
  readonly server: ServerForm<ReportValues>;
}

export function FilterFields({ server }: FilterProps) {
  const { form, errorOf } = server;
  const present = form.formState.defaultValues?.filter;
  const isOpen = filterNames.some((name) => (present?.[name] ?? "") !== "");
  return (
    <details open={isOpen} className="rounded-sm border border-line px-3 py-2">
      <summary className="text-muted">Only some of the usage</summary>
      <div className="mt-3 grid gap-3.5">
        <Choices server={server} />
        <TextField
          label="Model"
          isOptional
          autoComplete="off"
          placeholder="all"
          help="The name that the model has at its provider."
          error={errorOf("filter.model")}
          field={form.register("filter.model")}
        />
      </div>
    </details>
  );
}

type ChosenName = Exclude<FilterName, "model">;
type Choice = readonly [id: string, name: string];

function Choices({ server }: FilterProps) {
  const { queries } = useApi();
  const { may } = useCaller();
  const enabled = (permission: Permission) => ({ enabled: may(permission) });
  const users = useQuery({ ...queries.users, ...enabled("users.read") }).data?.items;
  const teams = useQuery({ ...queries.teams, ...enabled("teams.read") }).data?.items;
  const organisations = useQuery({ ...queries.organisations, ...enabled("organisations.read") }).data?.items;
  const keys = useQuery({ ...queries.keys, ...enabled("keys.read") }).data?.items;
  const providers = useQuery({ ...queries.providers, ...enabled("providers.read") }).data?.items;
  return (
    <>
      <ChoiceField {...{ server }} name="user_id" label="User" choices={users?.map(({ id, email }) => [id, email])} />
      <ChoiceField {...{ server }} name="team_id" label="Team" choices={namesOf(teams)} />
      <ChoiceField {...{ server }} name="organisation_id" label="Organisation" choices={namesOf(organisations)} />
      <ChoiceField {...{ server }} name="api_key_id" label="Key" choices={namesOf(keys)} />
      <ChoiceField {...{ server }} name="provider_id" label="Provider" choices={namesOf(providers)} />
    </>
  );
}

function namesOf(items: readonly { readonly id: string; readonly name: string }[] | undefined): Choice[] | undefined {
  return items?.map(({ id, name }) => [id, name]);
}

interface ChoiceFieldProps extends FilterProps {
  readonly name: ChosenName;
  readonly label: string;
  /** Undefined where the caller may not see them. */
  readonly choices: readonly Choice[] | undefined;
}

/** Absent where there is nothing to choose. */
function ChoiceField({ server: { form, errorOf }, name, label, choices = [] }: ChoiceFieldProps) {
  const field = `filter.${name}` as const;
  const present = form.getValues(field);
  if (choices.length === 0 && present === "") return null;
  const isKnown = present === "" || choices.some(([id]) => id === present);
  return (
    // Its choices are there later than it is: it is made anew with them.
    <SelectField key={choices.length} label={label} isOptional error={errorOf(field)} field={form.register(field)}>
      <option value="">all</option>
      {!isKnown && <option value={present}>{shortenId(present)}</option>}
      {choices.map(([id, text]) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </SelectField>
  );
}
