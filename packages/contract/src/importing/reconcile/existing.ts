// What there is at the server, by what an import knows it by.

import type { Client } from "#calls.ts";
import { listAll } from "#list-all.ts";
import type { Alias, ApiKey, Model, Organisation, Provider, Team, User } from "./rows.ts";

export interface Existing {
  readonly providers: Map<string, Provider>;
  /** By `provider/model`. */
  readonly models: Map<string, Model>;
  /** Everybody's. */
  readonly aliases: Map<string, Alias>;
  readonly organisations: Map<string, Organisation>;
  /** By address. */
  readonly users: Map<string, User>;
  readonly teams: Map<string, Team>;
  /** By public id. */
  readonly keys: Map<string, ApiKey>;
}

export const nothingThere = (): Existing => ({
  ...{ providers: new Map(), models: new Map(), aliases: new Map(), organisations: new Map() },
  ...{ users: new Map(), teams: new Map(), keys: new Map() },
});

export async function readExisting(client: Client): Promise<Existing> {
  const by = <Item>(items: readonly Item[], name: (item: Item) => string) =>
    new Map(items.map((item) => [name(item), item]));
  const aliases = await listAll((query) => client.aliases.list({ query }));
  const everybodys = aliases.filter(({ team_id: team }) => team === null);
  return {
    providers: by(await listAll((query) => client.providers.list({ query })), ({ name }) => name),
    models: await modelsOf(client),
    aliases: by(everybodys, ({ name }) => name),
    organisations: by(await listAll((query) => client.organisations.list({ query })), ({ name }) => name),
    users: by(await listAll((query) => client.users.list({ query })), ({ email }) => email),
    teams: by(await listAll((query) => client.teams.list({ query })), ({ name }) => name),
    keys: by(await listAll((query) => client.apiKeys.list({ query })), ({ public_id: id }) => id),
  };
}

export async function modelsOf(client: Client): Promise<Map<string, Model>> {
  const models = await listAll((query) => client.models.list({ query }));
  return new Map(models.map((model) => [`${model.provider}/${model.name}`, model]));
}
