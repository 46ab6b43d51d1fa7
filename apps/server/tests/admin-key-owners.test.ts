// Whose keys are: of people, of service accounts, of a team itself; and those that members make for themselves.

import { createHash } from "node:crypto";
import type { Client } from "@ghostllm/contract/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
beforeEach(async () => {
  plane = await startAdminPlane();
});
afterEach(() => plane.close());

const password = "correct horse battery";
const denied = { status: 403, code: "permission_denied" };
const principalOf = (key: string) => plane.snapshots.current().keys.get(createHash("sha256").update(key).digest("hex"));

interface Person {
  readonly id: string;
  readonly client: Client;
}

async function enroll(name: string, team: string, role: "manager" | "member" | "viewer"): Promise<Person> {
  const email = `${name}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, password } });
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  await plane.admin.teams.addMember({ params: { id: team }, body: { user_id: id, role } });
  return { id, client: plane.as(token) };
}

async function createTeams() {
  const own = await plane.admin.teams.create({ body: { name: "Own", budget_usd: "7", members_make_keys: true } });
  const other = await plane.admin.teams.create({ body: { name: "Other", members_make_keys: true } });
  return { own, other, mia: await enroll("mia", own.id, "manager") };
}

describe("what somebody is told that he may in his teams", () => {
  it("is of each team its own, and whether he makes keys there", async () => {
    const { own, other, mia } = await createTeams();
    await plane.admin.teams.addMember({ params: { id: other.id }, body: { user_id: mia.id, role: "viewer" } });
    const [managed, watched] = (await mia.client.sessions.me()).teams;
    expect(managed).toMatchObject({ id: own.id, name: "Own", role: "manager", makes_keys: true });
    expect(managed?.permissions).toEqual(expect.arrayContaining(["members.manage", "keys.create", "usage.read"]));
    expect(watched).toMatchObject({ id: other.id, name: "Other", role: "viewer", makes_keys: false });
    expect(watched?.permissions.toSorted()).toEqual([
      ...["aliases.read", "consents.read", "guardrails.read", "keys.read", "service_accounts.read"],
      ...["teams.read", "usage.read"],
    ]);
    const { teams } = await (await enroll("bob", own.id, "member")).client.sessions.me();
    expect(teams).toEqual([{ id: own.id, name: "Own", role: "member", permissions: [], makes_keys: true }]);
  });
});

describe("service accounts", () => {
  it("are made, listed, changed and deleted by whoever manages their team, with keys of the team", async () => {
    const { own, other, mia } = await createTeams();
    const { serviceAccounts, apiKeys } = mia.client;
    const body = { name: "ci", team_id: own.id, budget_usd: "3" };
    const account = await serviceAccounts.create({ body });
    expect(account).toMatchObject({ ...body, is_active: true, spent_usd: "0" });
    await expect(serviceAccounts.create({ body: { ...body, team_id: other.id } })).rejects.toMatchObject({
      param: "team_id",
    });
    expect((await serviceAccounts.list({ query: { team_id: own.id } })).data).toEqual([account]);
    const made = await apiKeys.create({ body: { name: "build", user_id: account.id } });
    expect(made).toMatchObject({ user_id: account.id, owner: "service_account", team_id: own.id });
    expect(principalOf(made.key)?.scopes.map(({ kind, id, budgetNanos }) => [kind, id, budgetNanos])).toEqual([
      ["key", made.id, null],
      ["user", account.id, 3_000_000_000],
      ["team", own.id, 7_000_000_000],
    ]);
    const params = { id: account.id };
    expect(await serviceAccounts.update({ params, body: { name: "ci 2", is_active: false } })).toMatchObject({
      ...{ name: "ci 2", is_active: false },
    });
    expect(principalOf(made.key)).toBeUndefined();
    await serviceAccounts.update({ params, body: { is_active: true } });
    expect(principalOf(made.key)).toBeDefined();
    expect(await serviceAccounts.remove({ params })).toEqual({ id: account.id, deleted: true });
    expect(principalOf(made.key)).toBeUndefined();
  });

  it("are no users, cannot sign in, and open nothing of the admin API", async () => {
    const { own } = await createTeams();
    const { id } = await plane.admin.serviceAccounts.create({ body: { name: "ci", team_id: own.id } });
    const { key } = await plane.admin.apiKeys.create({ body: { name: "build", user_id: id } });
    expect((await plane.admin.users.list()).data.map(({ email }) => email)).toEqual(["mia@example.com"]);
    await expect(plane.admin.users.get({ params: { id } })).rejects.toMatchObject({ status: 404 });
    const promoted = plane.admin.users.update({ params: { id }, body: { role: "admin", password: "a long password" } });
    await expect(promoted).rejects.toMatchObject({ status: 404 });
    await expect(plane.admin.users.remove({ params: { id } })).rejects.toMatchObject({ status: 404 });
    expect(await plane.store.credentials.find({ email: `service_account:${id}` })).toBeUndefined();
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject(denied);
    await expect(plane.as(key).apiKeys.list()).rejects.toMatchObject(denied);
    const member = plane.admin.teams.addMember({ params: { id: own.id }, body: { user_id: id, role: "manager" } });
    await expect(member).rejects.toMatchObject({ param: "user_id" });
    for (const role of ["service_account", "team"]) {
      const user = plane.admin.users.create({ body: { email: "x@example.com", role } });
      await expect(user).rejects.toMatchObject({ param: "role" });
      const shadow = plane.admin.roles.create({ body: { name: role, permissions: { "users.update": "all" } } });
      await expect(shadow).rejects.toMatchObject({ code: "conflict" });
    }
  });

  it("are of their team and of no other", async () => {
    const { own, other, mia } = await createTeams();
    const { id } = await plane.admin.serviceAccounts.create({ body: { name: "ci", team_id: other.id } });
    const elsewhere = { name: "x", user_id: id };
    await expect(mia.client.apiKeys.create({ body: { ...elsewhere, team_id: own.id } })).rejects.toMatchObject({
      status: 400,
    });
    await expect(plane.admin.apiKeys.create({ body: { ...elsewhere, team_id: own.id } })).rejects.toMatchObject({
      param: "team_id",
    });
  });
});

describe("keys of a team itself", () => {
  it("count by the team, stay when people leave, and are of one account that nobody sees", async () => {
    const { own, other, mia } = await createTeams();
    const make = (team_id: string) => mia.client.apiKeys.create({ body: { name: "shared", owner: "team", team_id } });
    const [one, two] = [await make(own.id), await make(own.id)];
    expect(one).toMatchObject({ owner: "team", team_id: own.id });
    expect(two.user_id).toBe(one.user_id);
    await expect(make(other.id)).rejects.toMatchObject({ param: "team_id" });
    expect((await plane.admin.serviceAccounts.list()).data).toEqual([]);
    const { data } = await plane.admin.budgets.list();
    expect(data.map(({ kind }) => kind).toSorted()).toEqual(["key", "key", "team", "team", "user"]);
    await plane.admin.users.remove({ params: { id: mia.id } });
    expect(principalOf(one.key)).toMatchObject({ teamId: own.id });
    await expect(plane.as(one.key).sessions.me()).rejects.toMatchObject(denied);
    await expect(plane.admin.teams.remove({ params: { id: own.id } })).rejects.toMatchObject({ code: "conflict" });
    for (const { id } of [one, two]) await plane.admin.apiKeys.revoke({ params: { id } });
    expect(await plane.admin.teams.remove({ params: { id: own.id } })).toMatchObject({ deleted: true });
  });
});

describe("keys that members make for themselves", () => {
  it("are their own, in a team that lets them, and seen to by them", async () => {
    const { own } = await createTeams();
    const ada = await enroll("ada", own.id, "member");
    const made = await ada.client.ownKeys.create({ body: { name: "laptop", team_id: own.id, budget_usd: "1" } });
    expect(made).toMatchObject({ user_id: ada.id, team_id: own.id, owner: "user", budget_usd: "1" });
    expect(principalOf(made.key)?.scopes.map(({ kind }) => kind)).toEqual(["key", "user", "team"]);
    const params = { id: made.id };
    expect(await ada.client.ownKeys.update({ params, body: { name: "desk" } })).toMatchObject({ name: "desk" });
    const raised = plane.as(null).ownKeys.update({ params, body: { name: "x" } });
    await expect(raised).rejects.toMatchObject({ status: 401 });
    expect(await ada.client.ownKeys.revoke({ params })).toEqual({ id: made.id, deleted: true });
    expect(principalOf(made.key)).toBeUndefined();
  });

  it("are made in no other team, by nobody who looks on, and not where the team does not let them", async () => {
    const { own, other } = await createTeams();
    const [ada, vic] = [await enroll("ada", own.id, "member"), await enroll("vic", own.id, "viewer")];
    const make = ({ client }: Person, team_id: string) => client.ownKeys.create({ body: { name: "x", team_id } });
    await expect(make(ada, other.id)).rejects.toMatchObject({ param: "team_id" });
    await expect(make(vic, own.id)).rejects.toMatchObject(denied);
    await plane.admin.teams.update({ params: { id: own.id }, body: { members_make_keys: false } });
    await expect(make(ada, own.id)).rejects.toMatchObject(denied);
    await expect(ada.client.apiKeys.create({ body: { name: "x", team_id: own.id } })).rejects.toMatchObject(denied);
  });

  it("of others are none to them, whatever team they are of", async () => {
    const { own, mia } = await createTeams();
    const ada = await enroll("ada", own.id, "member");
    const { id } = await mia.client.ownKeys.create({ body: { name: "mia's", team_id: own.id } });
    await expect(ada.client.ownKeys.update({ params: { id }, body: { name: "x" } })).rejects.toMatchObject({
      status: 404,
    });
    await expect(ada.client.ownKeys.revoke({ params: { id } })).rejects.toMatchObject({ status: 404 });
  });
});
