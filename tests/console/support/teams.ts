// A team for pages to show: of an organisation, with people, a service account and keys; and a role of operators.

import type { Client } from "@ghostllm/contract/client";
import { password } from "./people.ts";

export const manager = "mia@example.com";
export const member = "bo@example.com";

export interface FurnishedTeam {
  readonly organisationId: string;
  readonly teamId: string;
  readonly accountId: string;
}

/** `manager` manages it, and `member` may make keys in it. */
export async function furnishTeam(client: Client): Promise<FurnishedTeam> {
  const organisation = await client.organisations.create({ body: { name: "Acme", budget_usd: "5000" } });
  const team = await client.teams.create({
    body: {
      ...{ name: "Research", organisation_id: organisation.id, models: ["gpt-*", "fake-*"], members_make_keys: true },
      ...{ budget_usd: "400", limits: { requests_per_minute: 600, concurrent_requests: 40 } },
    },
  });
  for (const [email, role] of [
    [manager, "manager"],
    [member, "member"],
  ] as const) {
    await client.users.create({ body: { email, password } });
    await client.teams.addMember({ params: { id: team.id }, body: { email, role } });
  }
  const account = await client.serviceAccounts.create({ body: { name: "nightly-report", team_id: team.id } });
  await client.apiKeys.create({ body: { name: "report-job", user_id: account.id } });
  await client.apiKeys.create({ body: { name: "build-server", owner: "team", team_id: team.id } });
  const targets = ["gpt-4o", "gpt-4o-mini"].map((model) => ({ provider: "openai", model }));
  await client.aliases.create({ body: { name: "house", team_id: team.id, targets } });
  const permissions = { "usage.read": "all", "self.read": "own" } as const;
  await client.roles.create({ body: { name: "reports", description: "Sees all usage", permissions } });
  return { organisationId: organisation.id, teamId: team.id, accountId: account.id };
}
