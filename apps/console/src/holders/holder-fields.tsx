// Whose requests something holds for: everybody's, or those of one key, user or team, by name.

import type { Permission } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import type { UseFormRegisterReturn } from "react-hook-form";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { SelectField } from "#parts/field.tsx";

/** As forms have it: the id is empty for everybody. */
export interface HolderValues {
  kind: string;
  id: string;
}

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

interface HolderFieldsProps {
  /** As it is chosen now. */
  readonly of: HolderValues;
  /** Of `applies_to.kind`, which empties the id, and of `applies_to.id`. */
  readonly fields: { readonly kind: UseFormRegisterReturn; readonly id: UseFormRegisterReturn };
  /** Who may do this only for his teams chooses among them. */
  readonly permission: Permission;
  readonly errorOf: (name: string) => string | undefined;
}

export function HolderFields({ of: { kind, id: chosen }, fields, permission, errorOf }: HolderFieldsProps) {
  const { mayForAll } = useCaller();
  const choices = useChoices(kind, permission);
  const isKnown = chosen === "" || choices.some(({ id }) => id === chosen);
  const offered = mayForAll(permission) ? kinds : kinds.filter(([name]) => name === "team");
  return (
    <>
      <SelectField label="Applies to" error={errorOf("applies_to.kind")} field={fields.kind}>
        {offered.map(([name, words]) => (
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
          field={fields.id}
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

/** What is wrong with a choice that was not made; true where it was. */
export function isHolderChosen(id: string, { applies_to: of }: { readonly applies_to: HolderValues }): string | true {
  return of.kind === "everyone" || id !== "" || "Choose one";
}

function nameOf(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Of this kind, as far as the caller may know them. */
function useChoices(kind: string, permission: Permission): readonly Choice[] {
  const { queries } = useApi();
  const { me, may, mayInTeam } = useCaller();
  const keys = useQuery({ ...queries.keys, enabled: kind === "key" && may("keys.read") });
  const users = useQuery({ ...queries.users, enabled: kind === "user" && may("users.read") });
  const teams = useQuery({ ...queries.teams, enabled: kind === "team" && may("teams.read") });
  const working = keys.data?.items.filter(({ is_active: isActive }) => isActive) ?? [];
  const choices: Readonly<Record<string, readonly Choice[] | undefined>> = {
    key: working.map(({ id, name, public_id: publicId }) => ({ id, name: `${name} (${publicId})` })),
    user: users.data?.items.map(({ id, email }) => ({ id, name: email })),
    team: (teams.data?.items ?? me.teams).filter(({ id }) => mayInTeam(permission, id)),
  };
  return choices[kind] ?? [];
}
