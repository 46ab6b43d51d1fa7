// People name things by what they see in lists; the API knows them by id.

import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { listAll } from "@ghostllm/contract/list-all";
import { CliError, exitCodes, notFound } from "./exit-codes.ts";

export type User = RouteAnswer<AdminRoutes["users"]["get"]>;
export type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;
export type Organisation = RouteAnswer<AdminRoutes["organisations"]["get"]>;
export type Team = RouteAnswer<AdminRoutes["teams"]["get"]>;
export type ServiceAccount = RouteAnswer<AdminRoutes["serviceAccounts"]["get"]>;
export type TeamMember = RouteAnswer<AdminRoutes["teams"]["addMember"]>;
export type Alias = RouteAnswer<AdminRoutes["aliases"]["get"]>;
export type Provider = RouteAnswer<AdminRoutes["providers"]["get"]>;
export type Model = RouteAnswer<AdminRoutes["models"]["get"]>;

export async function findUser(client: Client, name: string): Promise<User> {
  const users = await listAll((query) => client.users.list({ query }));
  return pick(users, (user) => user.id === name || user.email === name.toLowerCase(), "user", name);
}

export async function findKey(client: Client, name: string): Promise<ApiKey> {
  const keys = await listAll((query) => client.apiKeys.list({ query }));
  // A whole key may be pasted too: it begins with its public part.
  return pick(
    keys,
    (key) => key.id === name || name === key.public_id || name.startsWith(`${key.public_id}-`),
    "API key",
    name,
  );
}

export async function findOrganisation(client: Client, name: string): Promise<Organisation> {
  const organisations = await listAll((query) => client.organisations.list({ query }));
  return pick(organisations, (one) => one.id === name || one.name === name, "organisation", name);
}

export async function findTeam(client: Client, name: string): Promise<Team> {
  const teams = await listAll((query) => client.teams.list({ query }));
  return pick(teams, (team) => team.id === name || team.name === name, "team", name);
}

export async function findServiceAccount(client: Client, name: string): Promise<ServiceAccount> {
  const accounts = await listAll((query) => client.serviceAccounts.list({ query }));
  return pick(accounts, (one) => one.id === name || one.name === name, "service account", name);
}

/** By what lists of members show, which whoever manages a team may see. */
export async function findMember(client: Client, teamId: string, name: string): Promise<TeamMember> {
  const members = await listAll((query) => client.teams.members({ params: { id: teamId }, query }));
  return pick(members, (one) => one.user_id === name || one.email === name.toLowerCase(), "member", name);
}

/** Teams may have aliases of the same name: then the name alone says too little. */
export async function findAlias(client: Client, name: string): Promise<Alias> {
  const aliases = await listAll((query) => client.aliases.list({ query }));
  const meant = aliases.filter((alias) => alias.id === name || alias.name === name);
  if (meant.length < 2) return pick(meant, () => true, "alias", name);
  const ids = meant.map(({ id, team_id: team }) => `${id} (team ${team})`).join(", ");
  throw new CliError("ambiguous", `Several aliases are called ${name}, give an id: ${ids}`, exitCodes.usage);
}

/** `ALIAS/PROVIDER/MODEL`; all three may have slashes but the provider. */
export async function findAliasTarget(client: Client, name: string): Promise<{ alias: Alias; place: number }> {
  const aliases = await listAll((query) => client.aliases.list({ query }));
  const meant = aliases.flatMap((alias) => {
    const place = alias.targets.findIndex(({ provider, model }) => {
      const path = `/${provider}/${model}`;
      return name === alias.name + path || name === alias.id + path;
    });
    return place < 0 ? [] : [{ alias, place }];
  });
  if (meant.length < 2) return pick(meant, () => true, "target of an alias", name);
  const ids = meant.map(({ alias: { id, team_id: team } }) => `${id} (team ${team})`).join(", ");
  throw new CliError(
    "ambiguous",
    `Several aliases have ${name}, give an id in place of the name: ${ids}`,
    exitCodes.usage,
  );
}

export async function findProvider(client: Client, name: string): Promise<Provider> {
  const providers = await listAll((query) => client.providers.list({ query }));
  return pick(providers, (provider) => provider.id === name || provider.name === name, "provider", name);
}

/** As `provider/model`. */
export async function findModel(client: Client, name: string): Promise<Model> {
  const models = await listAll((query) => client.models.list({ query }));
  return pick(models, (model) => model.id === name || `${model.provider}/${model.name}` === name, "model", name);
}

function pick<Item>(items: readonly Item[], isMeant: (item: Item) => boolean, what: string, name: string): Item {
  const found = items.find(isMeant);
  // A whole API key may have been given, which belongs into no message.
  if (found === undefined) throw notFound(what, name.slice(0, 60).replace(/^(gk-[0-9a-f]{12}-).*/, "$1..."));
  return found;
}
