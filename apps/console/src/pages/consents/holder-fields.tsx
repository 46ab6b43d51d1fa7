// Whose requests a policy holds: everybody's, or those of one key, user or team, by name.

import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { SelectField } from "#parts/field.tsx";
import type { PolicyPartProps } from "./policy-values.ts";

interface Choice {
  readonly id: string;
  readonly name: string;
}

const kinds = [
  ["everyone", "everybody"],
  ["key", "one key"],
  ["user", "one user"],
  ["team", "the keys of one team"],
] as const;

export function HolderFields({ server: { form, errorOf } }: PolicyPartProps) {
  const kind = form.watch("applies_to.kind");
  const chosen = form.watch("applies_to.id");
  const choices = useChoices(kind);
  const isKnown = chosen === "" || choices.some(({ id }) => id === chosen);
  return (
    <>
      <SelectField
        label="Applies to"
        error={errorOf("applies_to.kind")}
        field={form.register("applies_to.kind", { onChange: () => form.setValue("applies_to.id", "") })}
      >
        {kinds.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </SelectField>
      {kind !== "everyone" && (
        // Its choices are there later than it is: it is made anew with them.
        <SelectField
          key={`${kind} ${choices.length}`}
          label={nameOf(kind)}
          error={errorOf("applies_to.id")}
          field={form.register("applies_to.id", {
            validate: (id, { applies_to: of }) => of.kind === "everyone" || id !== "" || "Choose one",
          })}
        >
          <option value="">Choose one</option>
          {!isKnown && <option value={chosen}>{chosen}</option>}
          {choices.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </>
  );
}

function nameOf(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Of this kind, as far as the caller may know them. */
function useChoices(kind: string): readonly Choice[] {
  const { queries } = useApi();
  const { may } = useCaller();
  const keys = useQuery({ ...queries.keys, enabled: kind === "key" && may("keys.read") });
  const users = useQuery({ ...queries.users, enabled: kind === "user" && may("users.read") });
  const teams = useQuery({ ...queries.teams, enabled: kind === "team" && may("teams.read") });
  const working = keys.data?.items.filter(({ is_active: isActive }) => isActive) ?? [];
  const choices: Readonly<Record<string, readonly Choice[] | undefined>> = {
    key: working.map(({ id, name, public_id: publicId }) => ({ id, name: `${name} (${publicId})` })),
    user: users.data?.items.map(({ id, email }) => ({ id, name: email })),
    team: teams.data?.items,
  };
  return choices[kind] ?? [];
}
