// Whose a new key is, and of which team: what the caller may make it for, and nothing else.

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Caller } from "#api/me.ts";
import { SelectField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { KeyValues } from "./key-values.ts";

/** In place of an owner's id: the key is of the team itself. */
export const ofTeam = "team" as const;

interface Choice {
  readonly id: string;
  readonly name: string;
}

interface Choices {
  readonly choices: readonly Choice[];
  readonly isThere: boolean;
}

export function makesOwnKeys({ me }: Caller): boolean {
  return me.teams.some(({ makes_keys: makesKeys }) => makesKeys);
}

export function OwnerFields({ server: { form, errorOf } }: { readonly server: ServerForm<KeyValues> }) {
  const caller = useCaller();
  const teamId = form.watch("team_id");
  const teams = useTeams(caller);
  const owners = useOwners(caller, teamId);
  useKnown(teams, teamId, (id) => form.setValue("team_id", id));
  useKnown(owners, form.watch("user_id"), (id) => form.setValue("user_id", id));
  const mayDoWithout = caller.mayForAll("keys.create");
  return (
    <>
      {teams.choices.length > 1 || (teams.choices.length === 1 && !mayDoWithout) ? (
        // The choices of a field are there later than it is: it is made anew with them.
        <SelectField
          key={`teams ${teams.choices.length}`}
          label="Team"
          help="Its limits, budget and models hold as well. A key stays in its team."
          error={errorOf("team_id")}
          field={form.register("team_id")}
        >
          <Options of={teams} />
        </SelectField>
      ) : null}
      {owners.choices.length > 1 && (
        <SelectField
          key={`owners ${teamId} ${owners.choices.length}`}
          label="Owner"
          help="Whose limits and budget hold as well."
          error={errorOf("user_id")}
          field={form.register("user_id")}
        >
          <Options of={owners} />
        </SelectField>
      )}
    </>
  );
}

function Options({ of: { choices } }: { readonly of: Choices }) {
  return choices.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}

/** What is no choice, or not any more, gives way to the first one. */
function useKnown({ choices, isThere }: Choices, chosen: string, choose: (id: string) => void): void {
  const first = choices[0]?.id;
  const isKnown = choices.some(({ id }) => id === chosen);
  useEffect(() => {
    if (isThere && !isKnown && first !== undefined) choose(first);
  });
}

function useTeams(caller: Caller): Choices {
  const { queries } = useApi();
  const { me, may, mayForAll, mayInTeam } = caller;
  const ofAll = mayForAll("keys.create");
  const teams = useQuery({ ...queries.teams, enabled: ofAll && may("teams.read") });
  const isOpen = (team: (typeof me.teams)[number]): boolean => team.makes_keys || mayInTeam("keys.create", team.id);
  const own = me.teams.filter(isOpen).map(({ id, name }) => ({ id, name }));
  if (!ofAll) return { choices: own, isThere: true };
  const choices = [{ id: "", name: "of none" }, ...(teams.data?.items ?? [])];
  return { choices, isThere: teams.data !== undefined || !may("teams.read") };
}

function useOwners({ me, may, mayForAll, mayInTeam }: Caller, teamId: string): Choices {
  const { queries } = useApi();
  const isOfTeam = teamId !== "";
  const ofAll = mayForAll("keys.create");
  const ofAccounts = isOfTeam && mayInTeam("keys.create", teamId) && mayInTeam("service_accounts.read", teamId);
  const users = useQuery({ ...queries.users, enabled: !isOfTeam && ofAll && may("users.read") });
  const members = useQuery({ ...queries.teamMembers(teamId), enabled: isOfTeam && ofAll });
  const accounts = useQuery({ ...queries.serviceAccountsOfTeam(teamId), enabled: ofAccounts });
  const self = me.user === null ? [] : [{ id: me.user.id, name: me.user.email }];
  if (!isOfTeam) {
    const choices = users.data?.items.map(({ id, email }) => ({ id, name: email })) ?? self;
    return { choices: firstOf(choices, self), isThere: users.data !== undefined };
  }
  const people = ofAll ? (members.data?.items.map(({ user_id: id, email }) => ({ id, name: email })) ?? []) : self;
  const programs = accounts.data?.items.map(({ id, name }) => ({ id, name: `${name} (service account)` })) ?? [];
  const team = mayInTeam("keys.create", teamId) ? [{ id: ofTeam, name: "The team itself" }] : [];
  const isThere = (members.data !== undefined || !ofAll) && (accounts.data !== undefined || !ofAccounts);
  return { choices: [...firstOf(people, self), ...programs, ...team], isThere };
}

/** The caller himself comes first, where he is among them. */
function firstOf(choices: readonly Choice[], self: readonly Choice[]): readonly Choice[] {
  const [own] = self;
  return choices.toSorted((one, other) => Number(other.id === own?.id) - Number(one.id === own?.id));
}
