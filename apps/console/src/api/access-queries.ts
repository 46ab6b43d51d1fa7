// What is read of teams, organisations, roles, service accounts and keys.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";
import { listOptions } from "./whole-list.ts";

export type Team = RouteAnswer<AdminRoutes["teams"]["get"]>;
export type TeamMember = RouteAnswer<AdminRoutes["teams"]["addMember"]>;
export type Organisation = RouteAnswer<AdminRoutes["organisations"]["get"]>;
export type Role = RouteAnswer<AdminRoutes["roles"]["get"]>;
export type ServiceAccount = RouteAnswer<AdminRoutes["serviceAccounts"]["get"]>;

export function accessQueries(client: Client) {
  return {
    ...teamQueries(client),
    ...keyQueries(client),
    organisations: listOptions("organisations", (query, call) => client.organisations.list({ query }, call)),
    organisation: (id: string) =>
      queryOptions({
        queryKey: ["organisations", id],
        queryFn: ({ signal }) => client.organisations.get({ params: { id } }, { signal }),
      }),
    roles: queryOptions({
      queryKey: ["roles", "list"],
      queryFn: async ({ signal }) => (await client.roles.list({}, { signal })).data,
    }),
    role: (name: string) =>
      queryOptions({
        queryKey: ["roles", "one", name],
        queryFn: ({ signal }) => client.roles.get({ params: { name } }, { signal }),
      }),
    usersInRole: (name: string) =>
      listOptions("users", (query, call) => client.users.list({ query: { ...query, role: name } }, call), [
        ...["role", name],
      ]),
    serviceAccounts: listOptions("service-accounts", (query, call) => client.serviceAccounts.list({ query }, call)),
    serviceAccountsOfTeam: (id: string) =>
      listOptions(
        "service-accounts",
        (query, call) => client.serviceAccounts.list({ query: { ...query, team_id: id } }, call),
        ["team", id],
      ),
    serviceAccount: (id: string) =>
      queryOptions({
        queryKey: ["service-accounts", "one", id],
        queryFn: ({ signal }) => client.serviceAccounts.get({ params: { id } }, { signal }),
      }),
  };
}

function teamQueries(client: Client) {
  return {
    teams: listOptions("teams", (query, call) => client.teams.list({ query }, call)),
    teamsOfOrganisation: (id: string) =>
      listOptions("teams", (query, call) => client.teams.list({ query: { ...query, organisation_id: id } }, call), [
        ...["organisation", id],
      ]),
    teamsOfUser: (id: string) =>
      listOptions("teams", (query, call) => client.teams.list({ query: { ...query, user_id: id } }, call), [
        ...["user", id],
      ]),
    team: (id: string) =>
      queryOptions({
        queryKey: ["teams", "one", id],
        queryFn: ({ signal }) => client.teams.get({ params: { id } }, { signal }),
      }),
    teamMembers: (id: string) =>
      listOptions("teams", (query, call) => client.teams.members({ params: { id }, query }, call), ["members", id]),
  };
}

function keyQueries(client: Client) {
  return {
    keys: listOptions("keys", (query, call) => client.apiKeys.list({ query }, call)),
    keysOfTeam: (id: string) =>
      listOptions("keys", (query, call) => client.apiKeys.list({ query: { ...query, team_id: id } }, call), [
        ...["team", id],
      ]),
    keysOfUser: (id: string) =>
      listOptions("keys", (query, call) => client.apiKeys.list({ query: { ...query, user_id: id } }, call), [
        ...["user", id],
      ]),
  };
}
