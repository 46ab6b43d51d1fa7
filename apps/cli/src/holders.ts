// Who can have limits and budgets, by how people name them: a key by its public part, a user by the e-mail address, all others by a word
// and their name.

import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { CliError, exitCodes } from "./exit-codes.ts";
import {
  findAlias,
  findKey,
  findAliasTarget,
  findModel,
  findOrganisation,
  findProvider,
  findTeam,
  findUser,
} from "./lookup.ts";

type User = RouteAnswer<AdminRoutes["users"]["get"]>;
type Update = NonNullable<RouteInput<AdminRoutes["users"]["update"]>["body"]>;
export type Held = User["budgets"][number];
export type Limits = User["limits"];
export type GivenBudget = NonNullable<Update["budgets"]>[number];
export type GivenLimits = NonNullable<Update["limits"]>;

interface HeldTo {
  readonly budgets: readonly Held[];
  readonly limits: Limits;
}

interface Change {
  budgets?: GivenBudget[];
  limits?: GivenLimits;
}

export interface Holder extends HeldTo {
  readonly name: string;
  readonly change: (change: Change) => Promise<HeldTo>;
}

type Finder = (client: Client, name: string) => Promise<Holder>;

const finders: Readonly<Record<string, Finder>> = {
  model: modelHolder,
  target: targetHolder,
  team: async (client, given) => {
    const { id, name, budgets, limits } = await findTeam(client, given);
    return { name, budgets, limits, change: (body) => client.teams.update({ params: { id }, body }) };
  },
  organisation: async (client, given) => {
    const { id, name, budgets, limits } = await findOrganisation(client, given);
    return { name, budgets, limits, change: (body) => client.organisations.update({ params: { id }, body }) };
  },
  alias: async (client, given) => {
    const { id, name, budgets, limits } = await findAlias(client, given);
    return { name, budgets, limits, change: (body) => client.aliases.update({ params: { id }, body }) };
  },
  provider: async (client, given) => {
    const { id, name, budgets, limits } = await findProvider(client, given);
    return { name, budgets, limits, change: (body) => client.providers.update({ params: { id }, body }) };
  },
};

/** A model of a provider, which has limits by the minute and no budgets. */
async function modelHolder(client: Client, given: string): Promise<Holder> {
  const { id, provider, name, limits } = await findModel(client, given);
  return targetLike("A model", `${provider}/${name}`, limits, async (changed) => {
    const updated = await client.models.update({ params: { id }, body: { limits: changed } });
    return updated.limits;
  });
}

/** What an alias sends to one of its targets, named `target:ALIAS/PROVIDER/MODEL`. */
async function targetHolder(client: Client, given: string): Promise<Holder> {
  const { alias, place } = await findAliasTarget(client, given);
  const limits = alias.targets[place]?.limits ?? null;
  return targetLike("A target of an alias", given, limits, async (changed) => {
    const targets = alias.targets.map((target, at) => (at === place ? { ...target, limits: changed } : target));
    const updated = await client.aliases.update({ params: { id: alias.id }, body: { targets } });
    return updated.targets[place]?.limits ?? null;
  });
}

type TargetLimits = Awaited<ReturnType<typeof findModel>>["limits"];
type ChangedLimits = { readonly [Name in keyof NonNullable<TargetLimits>]: number | null | undefined };

/** It has limits by the minute and at a time, and no budgets. */
function targetLike(
  what: string,
  name: string,
  limits: TargetLimits,
  send: (limits: ChangedLimits) => Promise<TargetLimits>,
): Holder {
  const change = async ({ budgets, limits: changed = {} }: Change): Promise<HeldTo> => {
    if (budgets !== undefined)
      throw new CliError("not_held", `${what} has no budgets: its provider may have some`, exitCodes.usage);
    const { requests_per_minute, tokens_per_minute, concurrent_requests, ...others } = { ...limits, ...changed };
    const [other] = Object.keys(others);
    if (other !== undefined)
      throw new CliError("not_held", `${what} has no limit ${other}: its provider may have one`, exitCodes.usage);
    const updated = await send({ requests_per_minute, tokens_per_minute, concurrent_requests });
    return { budgets: [], limits: { ...unlimited, ...updated } };
  };
  return { name, budgets: [], limits: { ...unlimited, ...limits }, change };
}

const unlimited: Limits = {
  ...{ requests_per_minute: null, requests_per_hour: null, requests_per_day: null },
  ...{ tokens_per_minute: null, tokens_per_hour: null, tokens_per_day: null },
  ...{ cost_usd_per_minute: null, cost_usd_per_hour: null, cost_usd_per_day: null, concurrent_requests: null },
};

/** What has an @ in it is an e-mail address. */
export async function findHolder(client: Client, name: string): Promise<Holder> {
  const at = name.indexOf(":");
  const finder = finders[name.slice(0, Math.max(0, at))];
  if (finder !== undefined) return finder(client, name.slice(at + 1));
  if (name.includes("@")) return userHolder(client, name);
  if (name.startsWith("gk-")) return keyHolder(client, name);
  return keyHolder(client, name).catch(() => userHolder(client, name));
}

async function userHolder(client: Client, given: string): Promise<Holder> {
  const { id, email: name, budgets, limits } = await findUser(client, given);
  return { name, budgets, limits, change: (body) => client.users.update({ params: { id }, body }) };
}

async function keyHolder(client: Client, given: string): Promise<Holder> {
  const { id, public_id: name, budgets, limits } = await findKey(client, given);
  return { name, budgets, limits, change: (body) => client.apiKeys.update({ params: { id }, body }) };
}
