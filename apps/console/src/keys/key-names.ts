// What keys are of, by name: their owners and their teams, as far as the caller may know them.

import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { ApiKey } from "#api/queries.ts";

export interface KeyNames {
  /** Empty where it is not known. */
  ownerOf(key: ApiKey): string;
  teamOf(key: ApiKey): string;
}

export function useKeyNames(): KeyNames {
  const { queries } = useApi();
  const { me, may } = useCaller();
  const users = useQuery({ ...queries.users, enabled: may("users.read") });
  const accounts = useQuery({ ...queries.serviceAccounts, enabled: may("service_accounts.read") });
  const teams = useQuery({ ...queries.teams, enabled: may("teams.read") });
  const owners = new Map([
    ...(accounts.data?.items.map(({ id, name }) => [id, name] as const) ?? []),
    ...(users.data?.items.map(({ id, email }) => [id, email] as const) ?? []),
    ...(me.user === null ? [] : [[me.user.id, me.user.email] as const]),
  ]);
  const names = new Map(teams.data?.items.map(({ id, name }) => [id, name]));
  return {
    ownerOf: ({ owner, user_id: id }) => (owner === "team" ? "the team" : (owners.get(id) ?? "")),
    teamOf: ({ team_id: id }) => (id === null ? "" : (names.get(id) ?? "")),
  };
}
