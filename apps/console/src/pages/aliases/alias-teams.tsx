// Whose aliases are: the names of teams, as far as the caller may know them, and for which of them he may do something.

import { useQuery } from "@tanstack/react-query";
import type { Permission } from "@ghostllm/contract";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Caller } from "#api/me.ts";

interface Choice {
  /** Empty for everybody's. */
  readonly id: string;
  readonly name: string;
}

function useTeams(): readonly Choice[] {
  const { queries } = useApi();
  const { me, may } = useCaller();
  const teams = useQuery({ ...queries.teams, enabled: may("teams.read") });
  return teams.data?.items ?? me.teams;
}

/** The name of a team; empty where it is not known. */
export function useTeamName(): (teamId: string) => string {
  const names = new Map(useTeams().map(({ id, name }) => [id, name]));
  return (teamId) => names.get(teamId) ?? "";
}

/** Whose an alias may be that the caller writes. */
export function useTeamChoices(permission: Permission): readonly Choice[] {
  const { mayForAll, mayInTeam } = useCaller();
  const teams = useTeams().filter(({ id }) => mayInTeam(permission, id));
  return mayForAll(permission) ? [{ id: "", name: "Everybody" }, ...teams] : teams;
}

/** Of whatever team, or everybody's. */
export function mayCreateAliases({ me, mayForAll, mayInTeam }: Caller): boolean {
  return mayForAll("aliases.create") || me.teams.some(({ id }) => mayInTeam("aliases.create", id));
}
