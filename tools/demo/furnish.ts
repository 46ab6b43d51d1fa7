// Furnishes a fresh server for the demo by its admin API: vendors, aliases, people and their keys.

import type { Client } from "@ghostllm/contract/client";
import { demoAliases, demoProviders, demoTeams, demoUsers } from "./cast.ts";
import type { DemoKey, DemoModel } from "./cast.ts";

export interface FurnishedKey extends DemoKey {
  readonly userId: string;
  readonly teamId: string | null;
  readonly organisationId: string | null;
  readonly keyId: string;
  readonly secret: string;
}

export interface FurnishedModel {
  readonly providerId: string;
  readonly provider: string;
  readonly providerType: string;
  readonly modelId: string | null;
  readonly model: DemoModel;
}

export interface Furnished {
  readonly keys: readonly FurnishedKey[];
  readonly models: readonly FurnishedModel[];
}

export interface FurnishOptions {
  readonly baseUrls: ReadonlyMap<string, string>;
  /** Who is an admin already. */
  readonly adminEmail: string;
  readonly password: string;
}

export async function furnish(admin: Client, options: FurnishOptions): Promise<Furnished> {
  await removeFirstProviders(admin);
  const models: FurnishedModel[] = [];
  for (const { name, type, models: offered } of demoProviders) {
    const base_url = options.baseUrls.get(name) ?? null;
    const body = { name, provider_type: type, base_url, api_key: `sk-demo-${name}-of-the-fake-vendor` };
    const { id: providerId } = await admin.providers.create({ body });
    const { data } = await admin.models.list({ query: { provider_id: providerId, limit: 500 } });
    for (const model of offered) {
      const modelId = data.find((row) => row.name === model.name)?.id ?? null;
      models.push({ providerId, provider: name, providerType: type, modelId, model });
    }
  }
  for (const { targets, ...alias } of demoAliases)
    await admin.aliases.create({ body: { ...alias, targets: [...targets] } });
  return { models, keys: await enrollAll(admin, options) };
}

/** The one that comes with GhostLLM, and whatever the environment named. */
async function removeFirstProviders(admin: Client): Promise<void> {
  const { data } = await admin.providers.list({ query: { limit: 500 } });
  for (const { id } of data) await admin.providers.remove({ params: { id } });
}

async function enrollAll(admin: Client, { adminEmail, password }: FurnishOptions): Promise<readonly FurnishedKey[]> {
  const { data: known } = await admin.users.list();
  const keys: FurnishedKey[] = [];
  const teams = await createTeams(admin);
  for (const { name: username, email, role, limits, keys: owned, team: teamName = "" } of demoUsers) {
    const first = known.find((user) => user.email === adminEmail && email === adminEmail);
    const { id: userId } =
      first === undefined
        ? await admin.users.create({ body: { email, username, role, password, limits } })
        : await admin.users.update({ params: { id: first.id }, body: { username } });
    const { id: teamId = null, organisation_id: organisationId = null } = teams.get(teamName) ?? {};
    if (teamId !== null) await admin.teams.addMember({ params: { id: teamId }, body: { user_id: userId } });
    for (const key of owned) {
      const expires = key.expiresInDays === undefined ? {} : { expires_at: daysFromNow(key.expiresInDays) };
      const body = { user_id: userId, team_id: teamId, name: key.name, limits: key.limits, ...expires };
      const made = await admin.apiKeys.create({ body });
      keys.push({ ...key, userId, teamId, organisationId, keyId: made.id, secret: made.key });
    }
  }
  return keys;
}

/** By their names. */
async function createTeams(admin: Client) {
  const organisation = await admin.organisations.create({ body: { name: "Acme", budget_usd: "100000" } });
  const teams = await Promise.all(
    demoTeams.map((team) => admin.teams.create({ body: { ...team, organisation_id: organisation.id } })),
  );
  const [first] = teams;
  if (first !== undefined)
    await admin.serviceAccounts.create({ body: { name: "nightly-report", team_id: first.id, budget_usd: "500" } });
  const permissions = { "usage.read": "all", "teams.read": "all", "self.read": "own" } as const;
  await admin.roles.create({ body: { name: "reports", description: "Sees all usage", permissions } });
  return new Map<string, (typeof teams)[number]>(teams.map((team) => [team.name, team]));
}

function daysFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
