// Two teams, each with one of everything that belongs to somebody, and whoever may something of the one.

import { extentsOf, permissionNames, roleNames, teamRoleNames } from "@ghostllm/contract";
import type { Grants, TeamRoleName } from "@ghostllm/contract";
import { roles } from "#domain/access/roles.ts";
import type { AdminPlane } from "../admin-plane.ts";
import { createRecord } from "../store-support/records.ts";

/** By the names that fields and parameters have. */
export interface Side {
  readonly ids: Readonly<Record<string, string>>;
  /** What nobody else is told. */
  readonly words: readonly string[];
  readonly token: string;
}

export interface Asker {
  readonly name: string;
  readonly grants: Grants;
  readonly teamRole: TeamRoleName | null;
  readonly token: string;
}

/** Of a provider that the plane has. */
const targets = [{ provider: "openai", model: "gpt-4o" }];

export async function addSide(plane: AdminPlane, name: string): Promise<Side> {
  const { admin } = plane;
  const organisation = await admin.organisations.create({ body: { name: `organisation-${name}` } });
  const body = { name: `team-${name}`, organisation_id: organisation.id, budget_usd: "5", members_make_keys: true };
  const { id: teamId } = await admin.teams.create({ body });
  const email = `person-${name}@example.com`;
  const { id: userId } = await admin.users.create({ body: { email, budget_usd: "3" } });
  await admin.teams.addMember({ params: { id: teamId }, body: { user_id: userId } });
  const token = await plane.sessionOf(userId);
  const person = plane.as(token);
  const key = await person.ownKeys.create({ body: { name: `key-${name}`, team_id: teamId, budget_usd: "1" } });
  const account = await admin.serviceAccounts.create({ body: { name: `account-${name}`, team_id: teamId } });
  const facts = { userId, apiKeyId: key.id, teamId, organisationId: organisation.id, requestedModel: `model-${name}` };
  const record = createRecord({ ...facts, createdAt: plane.clock.nowMs, costNanos: 2_000_000_000 });
  await plane.store.usage.insert([record]);
  const alias = await admin.aliases.create({ body: { name: `alias-${name}`, team_id: teamId, targets } });
  const view = await person.views.create({ body: { page: "keys", name: `view-${name}`, search: {} } });
  const [session] = (await person.sessions.list({})).data;
  return {
    ids: {
      ...{ user_id: userId, team_id: teamId, organisation_id: organisation.id, api_key_id: key.id },
      ...{ request_id: record.id, service_account_id: account.id, view_id: view.id, session_id: session?.id ?? "" },
      ...{ alias_id: alias.id, email },
    },
    words: ["organisation", "team", "person", "key", "account", "model", "view", "alias"].map(
      (word) => `${word}-${name}`,
    ),
    token,
  };
}

/** Everything that can be had for less than all. */
const everythingOf = (extent: "team" | "own"): Grants =>
  Object.fromEntries(
    permissionNames.flatMap((name) => {
      const [narrower] = extentsOf(name).filter((one) => one !== "all");
      const had = extentsOf(name).find((one) => one === extent) ?? narrower;
      return had === undefined ? [] : [[name, had]];
    }),
  );

/** Of the own side: each built-in role and each role in a team, and who has all that goes no further than his teams or himself. */
export async function addAskers(plane: AdminPlane, { ids }: Side): Promise<readonly Asker[]> {
  const made = { "all-of-teams": everythingOf("team"), "all-of-own": everythingOf("own") };
  for (const [name, permissions] of Object.entries(made))
    await plane.admin.roles.create({ body: { name, permissions } });
  const wanted: readonly (readonly [string, Grants, TeamRoleName | null])[] = [
    ...roleNames.map((name) => [name, roles[name], null] as const),
    ...teamRoleNames.map((teamRole) => ["member", roles.member, teamRole] as const),
    ["manager", roles.manager, "manager"],
    ["all-of-teams", made["all-of-teams"], "manager"],
    ["all-of-own", made["all-of-own"], null],
  ];
  const askers: Asker[] = [];
  for (const [role, grants, teamRole] of wanted) {
    const email = `asker${askers.length}@example.com`;
    const { id } = await plane.admin.users.create({ body: { email, role } });
    if (teamRole !== null)
      await plane.admin.teams.addMember({
        params: { id: ids["team_id"] ?? "" },
        body: { user_id: id, role: teamRole },
      });
    const token = await plane.sessionOf(id);
    const name = teamRole === null ? `${role} of no team` : `${role} who is ${teamRole} of a team`;
    askers.push({ name, grants, teamRole, token });
  }
  return askers;
}
