// Every route of the admin API as every role, in and out of a team: let in or refused as the table of permissions says. What of other teams
// is told: security.other-teams.test.ts.

import { roleNames, teamRoleNames } from "@ghostllm/contract";
import type { Grants, Permission, TeamRoleName } from "@ghostllm/contract";
import type { Client } from "@ghostllm/contract/client";
import { adminRouteList } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reach, reachesNothing } from "#domain/access/may.ts";
import { roles, teamRoles } from "#domain/access/roles.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";

interface Caller {
  readonly name: string;
  readonly grants: Grants;
  readonly teamRole: TeamRoleName | null;
}

/** Who has been made by operators: may one thing for the teams that he manages, and another for all. */
const ownRole: Grants = { "self.read": "own", "keys.revoke": "team", "prices.read": "all" };

const callers: readonly Caller[] = [
  ...roleNames.map((name): Caller => ({ name, grants: roles[name], teamRole: null })),
  { name: "keeper", grants: ownRole, teamRole: null },
  ...teamRoleNames.map((teamRole): Caller => ({ name: "viewer", grants: roles.viewer, teamRole })),
  { name: "keeper", grants: ownRole, teamRole: "manager" },
  { name: "manager", grants: roles.manager, teamRole: "viewer" },
];

interface Side {
  readonly teamId: string;
  readonly userId: string;
  readonly keyId: string;
  readonly requestId: string;
  readonly accountId: string;
  readonly aliasId: string;
  readonly email: string;
}

let plane: AdminPlane;
let own: Side;
let other: Side;
const tokens = new Map<Caller, string>();

const targets = [{ provider: "openai", model: "gpt-4o" }];

async function addSide(name: string): Promise<Side> {
  const organisation = await plane.admin.organisations.create({ body: { name: `organisation-of-${name}` } });
  const body = { name: `team-${name}`, organisation_id: organisation.id, budget_usd: "5" };
  const { id: teamId } = await plane.admin.teams.create({ body });
  const email = `${name}@example.com`;
  const { id: userId } = await plane.admin.users.create({ body: { email } });
  await plane.admin.teams.addMember({ params: { id: teamId }, body: { user_id: userId } });
  const key = await plane.admin.apiKeys.create({
    body: { name: `key-${name}`, user_id: userId, team_id: teamId, budget_usd: "1" },
  });
  const facts = { userId, apiKeyId: key.id, teamId, organisationId: organisation.id, requestedModel: `asked-${name}` };
  const record = createRecord({ ...facts, createdAt: plane.clock.nowMs, costNanos: 2_000_000_000 });
  await plane.store.usage.insert([record]);
  const account = await plane.admin.serviceAccounts.create({ body: { name: `account-${name}`, team_id: teamId } });
  const alias = await plane.admin.aliases.create({ body: { name: `alias-${name}`, team_id: teamId, targets } });
  return { teamId, userId, keyId: key.id, requestId: record.id, accountId: account.id, aliasId: alias.id, email };
}

beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.providers.create({ body: { provider_type: "openai", api_key: "sk-of-the-vendor" } });
  [own, other] = [await addSide("own"), await addSide("other")];
  await plane.admin.roles.create({ body: { name: "keeper", permissions: ownRole } });
  for (const [index, caller] of callers.entries()) {
    const email = `caller${index}@example.com`;
    const { id } = await plane.admin.users.create({ body: { email, role: caller.name } });
    const { teamRole } = caller;
    if (teamRole !== null)
      await plane.admin.teams.addMember({ params: { id: own.teamId }, body: { user_id: id, role: teamRole } });
    tokens.set(caller, await plane.sessionOf(id));
  }
});
afterAll(() => plane.close());

const describeCaller = ({ name, teamRole }: Caller) =>
  teamRole === null ? `somebody with the role ${name}` : `somebody with the role ${name} who is ${teamRole} of a team`;

/** By the tables alone. */
function isLetIn({ grants, teamRole }: Caller, permission: Permission): boolean {
  const memberships = teamRole === null ? [] : [{ teamId: "own", role: teamRole }];
  const byTables = grants[permission] === "all" || grants[permission] === "own";
  const byTeam = teamRole !== null && teamRoles[teamRole][permission] !== undefined;
  const byManaging = grants[permission] === "team" && (teamRole === "manager" || permission.endsWith(".read"));
  const expected = byTables || byTeam || byManaging;
  expect(!reachesNothing(reach({ grants, userId: "x", memberships }, permission))).toBe(expected);
  return expected;
}

async function ask({ method, path }: AdminRoute, caller: Caller, ids: Readonly<Record<string, string>> = {}) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? "none");
  const headers = { authorization: `Bearer ${tokens.get(caller)}` };
  const response = await fetch(plane.url + filled, { method, headers });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isStream) await response.body?.cancel();
  return { status: response.status, text: isStream ? "" : await response.text() };
}

/** What ends the sessions of the callers is left out: the other test of routes has it. */
const routes = adminRouteList.filter(({ id, permission }) => permission !== "public" && id !== "sessions.end");

describe.each(callers.map((caller) => [describeCaller(caller), caller] as const))("%s", (_name, caller) => {
  it("is let in to each route, or refused, as the tables say", async () => {
    for (const route of routes) {
      if (route.permission === "public") continue;
      const { status } = await ask(route, caller);
      const wanted = isLetIn(caller, route.permission) ? [200, 400, 404, 409] : [403];
      expect(wanted, `${route.id}: ${status}`).toContain(status);
    }
  });
});

describe("who manages a team", () => {
  const manager = callers.find(({ teamRole }) => teamRole === "manager");
  const client = (): Client => plane.as(manager === undefined ? null : (tokens.get(manager) ?? null));
  const role = "viewer" as const;

  /** Each route by which something of a team is read or changed, asked for what is of one side. */
  const acts: Readonly<Record<string, (side: Side) => Promise<unknown>>> = {
    "users.get": ({ userId: id }) => client().users.get({ params: { id } }),
    "apiKeys.get": ({ keyId: id }) => client().apiKeys.get({ params: { id } }),
    "apiKeys.update": ({ keyId: id }) => client().apiKeys.update({ params: { id }, body: { name: "renamed" } }),
    "apiKeys.revoke": ({ keyId: id }) => client().apiKeys.revoke({ params: { id } }),
    "requests.get": ({ requestId: id }) => client().requests.get({ params: { id } }),
    "budgets.get of the team": ({ teamId: id }) => client().budgets.get({ params: { kind: "team", id } }),
    "budgets.get of the key": ({ keyId: id }) => client().budgets.get({ params: { kind: "key", id } }),
    "serviceAccounts.get": ({ accountId: id }) => client().serviceAccounts.get({ params: { id } }),
    "serviceAccounts.update": ({ accountId: id }) =>
      client().serviceAccounts.update({ params: { id }, body: { name: "renamed" } }),
    "serviceAccounts.remove": ({ accountId: id }) => client().serviceAccounts.remove({ params: { id } }),
    "aliases.get": ({ aliasId: id }) => client().aliases.get({ params: { id } }),
    "aliases.update": ({ aliasId: id }) =>
      client().aliases.update({ params: { id }, body: { strategy: "weighted" as const } }),
    "budgets.get of the alias": ({ aliasId: id }) => client().budgets.get({ params: { kind: "alias", id } }),
    "aliases.remove": ({ aliasId: id }) => client().aliases.remove({ params: { id } }),
    "teams.get": ({ teamId: id }) => client().teams.get({ params: { id } }),
    "teams.members": ({ teamId: id }) => client().teams.members({ params: { id } }),
    "teams.updateMember": ({ teamId: id, userId }) =>
      client().teams.updateMember({ params: { id, user_id: userId }, body: { role } }),
    "teams.removeMember": ({ teamId: id, userId }) => client().teams.removeMember({ params: { id, user_id: userId } }),
    "teams.addMember": ({ teamId: id, email }) => client().teams.addMember({ params: { id }, body: { email } }),
  };

  it.each(Object.entries(acts))("gets past %s for his own team alone", async (_name, act) => {
    await expect(act(other)).rejects.toMatchObject({ status: 404 });
    await act(own);
  });

  it("has changed nothing of the other team by that", async () => {
    const key = await plane.admin.apiKeys.get({ params: { id: other.keyId } });
    expect(key).toMatchObject({ name: "key-other", is_active: true });
    const { data } = await plane.admin.teams.members({ params: { id: other.teamId } });
    expect(data).toMatchObject([{ user_id: other.userId, role: "member" }]);
    const alias = await plane.admin.aliases.get({ params: { id: other.aliasId } });
    expect(alias).toMatchObject({ name: "alias-other", strategy: "ordered", team_id: other.teamId });
  });
});
