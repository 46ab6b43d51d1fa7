// Organisations, teams and who is in them, as operators see to them; and the keys of a team.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
beforeEach(async () => {
  plane = await startAdminPlane();
});
afterEach(() => plane.close());

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const principalOf = (key: string) => plane.snapshots.current().keys.get(hashOf(key));

async function createUser(name: string): Promise<string> {
  return (await plane.admin.users.create({ body: { email: `${name}@example.com` } })).id;
}

/** A user in a team of an organisation, with a key of it. */
async function createTeam() {
  const organisation = await plane.admin.organisations.create({ body: { name: "Acme", budget_usd: "1000" } });
  const team = await plane.admin.teams.create({
    body: { name: "Research", organisation_id: organisation.id, limits: { requests_per_minute: 60 } },
  });
  const userId = await createUser("ada");
  await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: userId } });
  const key = await plane.admin.apiKeys.create({ body: { name: "ada's", user_id: userId, team_id: team.id } });
  return { organisation, team, userId, key };
}

describe("organisations", () => {
  it("are created, read, listed, changed and deleted, with exact amounts", async () => {
    const { organisations } = plane.admin;
    const created = await organisations.create({ body: { name: "Acme", budget_usd: "0.1" } });
    expect(created).toMatchObject({ name: "Acme", budget_usd: "0.1", spent_usd: "0" });
    expect(await organisations.get({ params: { id: created.id } })).toEqual(created);
    const body = { name: "Acme Ltd", budget_usd: null, limits: { tokens_per_minute: 9 } };
    const changed = await organisations.update({ params: { id: created.id }, body });
    expect(changed).toMatchObject({ name: "Acme Ltd", budget_usd: null, limits: { tokens_per_minute: 9 } });
    expect((await organisations.list()).data).toEqual([changed]);
    expect(await organisations.remove({ params: { id: created.id } })).toEqual({ id: created.id, deleted: true });
    await expect(organisations.get({ params: { id: created.id } })).rejects.toMatchObject({ status: 404 });
  });

  it("have names of their own", async () => {
    await plane.admin.organisations.create({ body: { name: "Acme" } });
    const again = plane.admin.organisations.create({ body: { name: "Acme" } });
    await expect(again).rejects.toMatchObject({ code: "conflict", param: "name" });
  });

  it("stay as long as they have teams", async () => {
    const { organisation, team, key } = await createTeam();
    const removal = () => plane.admin.organisations.remove({ params: { id: organisation.id } });
    await expect(removal()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("Research") });
    await plane.admin.apiKeys.revoke({ params: { id: key.id } });
    await plane.admin.teams.remove({ params: { id: team.id } });
    expect(await removal()).toMatchObject({ deleted: true });
  });
});

describe("teams", () => {
  it("are created, read, listed by organisation and by member, and changed", async () => {
    const { organisation, team, userId } = await createTeam();
    const other = await plane.admin.teams.create({ body: { name: "Sales", models: ["gpt-*"], budget_usd: "5" } });
    expect(other).toMatchObject({ organisation_id: null, models: ["gpt-*"], budget_usd: "5", members: 0 });
    const namesOf = async (query: { organisation_id?: string; user_id?: string }) =>
      (await plane.admin.teams.list({ query })).data.map(({ name }) => name);
    expect(await namesOf({})).toEqual(["Research", "Sales"]);
    expect(await namesOf({ organisation_id: organisation.id })).toEqual(["Research"]);
    expect(await namesOf({ user_id: userId })).toEqual(["Research"]);
    const counted = { name: "Research", members: 1, keys: 1 };
    expect(await plane.admin.teams.get({ params: { id: team.id } })).toMatchObject(counted);
    const body = { name: "R&D", models: ["claude-*"], limits: { concurrent_requests: 3 } };
    const changed = await plane.admin.teams.update({ params: { id: team.id }, body });
    expect(changed).toMatchObject({ ...body, limits: { requests_per_minute: 60, concurrent_requests: 3 } });
  });

  it("are of an organisation that there is, and have names of their own", async () => {
    const lost = plane.admin.teams.create({ body: { name: "x", organisation_id: "none" } });
    await expect(lost).rejects.toMatchObject({ status: 400, param: "organisation_id" });
    await plane.admin.teams.create({ body: { name: "Research" } });
    const again = plane.admin.teams.create({ body: { name: "Research" } });
    await expect(again).rejects.toMatchObject({ code: "conflict", param: "name" });
  });

  it("stay as long as their keys work; what was revoked stays without them", async () => {
    const { team, userId, key } = await createTeam();
    const removal = () => plane.admin.teams.remove({ params: { id: team.id } });
    await expect(removal()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(key.public_id),
    });
    await plane.admin.apiKeys.revoke({ params: { id: key.id } });
    expect(await removal()).toEqual({ id: team.id, deleted: true });
    expect(await plane.admin.apiKeys.get({ params: { id: key.id } })).toMatchObject({ team_id: null });
    expect(await plane.admin.users.get({ params: { id: userId } })).toMatchObject({ id: userId });
  });
});

describe("who is in a team", () => {
  it("is listed page by page, once each, with what each is there", async () => {
    const { team } = await createTeam();
    for (const name of ["bob", "cleo", "dan"]) {
      const body = { user_id: await createUser(name), role: "viewer" as const };
      expect(await plane.admin.teams.addMember({ params: { id: team.id }, body })).toMatchObject(body);
    }
    const first = await plane.admin.teams.members({ params: { id: team.id }, query: { limit: 3 } });
    const second = await plane.admin.teams.members({ params: { id: team.id }, query: { after: first.next ?? "" } });
    const told = [...first.data, ...second.data].map(({ email, role }) => `${email} ${role}`);
    expect(told).toEqual([
      "ada@example.com member",
      "bob@example.com viewer",
      "cleo@example.com viewer",
      "dan@example.com viewer",
    ]);
    expect(second.next).toBeNull();
  });

  it("is in it once, is a user that there is, and may be something else there from now on", async () => {
    const { team, userId } = await createTeam();
    const add = (user_id: string) => plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id } });
    await expect(add(userId)).rejects.toMatchObject({ code: "conflict", param: "user_id" });
    await expect(add("none")).rejects.toMatchObject({ status: 400, param: "user_id" });
    const bob = await createUser("bob");
    const addBy = (body: { email?: string; user_id?: string }) =>
      plane.admin.teams.addMember({ params: { id: team.id }, body });
    expect(await addBy({ email: " Bob@Example.com" })).toMatchObject({ user_id: bob, role: "member" });
    await expect(addBy({ email: "nobody@example.com" })).rejects.toMatchObject({ status: 400, param: "email" });
    await expect(addBy({})).rejects.toMatchObject({ status: 400, param: "user_id" });
    await expect(addBy({ email: "bob@example.com", user_id: bob })).rejects.toMatchObject({ param: "user_id" });
    const params = { id: team.id, user_id: userId };
    expect(await plane.admin.teams.updateMember({ params, body: { role: "manager" } })).toMatchObject({
      role: "manager",
    });
    const stranger = plane.admin.teams.updateMember({
      params: { ...params, user_id: "none" },
      body: { role: "viewer" },
    });
    await expect(stranger).rejects.toMatchObject({ status: 404 });
  });

  it("loses his keys of the team, and no others, when he leaves it", async () => {
    const { team, userId, key } = await createTeam();
    const own = await plane.admin.apiKeys.create({ body: { name: "his own", user_id: userId } });
    const bob = await createUser("bob");
    await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: bob } });
    const bobs = await plane.admin.apiKeys.create({ body: { name: "bob's", user_id: bob, team_id: team.id } });
    const leave = () => plane.admin.teams.removeMember({ params: { id: team.id, user_id: userId } });
    expect(await leave()).toEqual({ id: userId, deleted: true });
    expect([key, own, bobs].map((one) => principalOf(one.key) !== undefined)).toEqual([false, true, true]);
    await expect(leave()).rejects.toMatchObject({ status: 404 });
  });
});

describe("a key of a team", () => {
  it("counts by the key, its user, the team and its organisation, and is listed by team", async () => {
    const { organisation, team, userId, key } = await createTeam();
    expect(key.team_id).toBe(team.id);
    expect(principalOf(key.key)).toMatchObject({ teamId: team.id, organisationId: organisation.id });
    expect(principalOf(key.key)?.scopes).toMatchObject([
      { kind: "key", id: key.id },
      { kind: "user", id: userId },
      { kind: "team", id: team.id, limits: { requestsPerMinute: 60 } },
      { kind: "organisation", id: organisation.id, budgetNanos: 1_000_000_000_000 },
    ]);
    await plane.admin.apiKeys.create({ body: { name: "none", user_id: userId } });
    const listed = await plane.admin.apiKeys.list({ query: { team_id: team.id } });
    expect(listed.data.map(({ id }) => id)).toEqual([key.id]);
  });

  it("has two scopes where it is of no team", async () => {
    const { key } = await plane.admin.apiKeys.create({ body: { name: "own", user_id: await createUser("bob") } });
    expect(principalOf(key)?.scopes.map(({ kind }) => kind)).toEqual(["key", "user"]);
  });

  it("is of a team that its owner is in", async () => {
    const { team } = await createTeam();
    const body = { name: "x", user_id: await createUser("bob"), team_id: team.id };
    await expect(plane.admin.apiKeys.create({ body })).rejects.toMatchObject({ status: 400, param: "team_id" });
    const nowhere = plane.admin.apiKeys.create({ body: { ...body, team_id: "none" } });
    await expect(nowhere).rejects.toMatchObject({ status: 400, param: "team_id" });
  });

  it("follows changes of the team and of its organisation when the answer is there", async () => {
    const { organisation, team, key } = await createTeam();
    await plane.admin.teams.update({ params: { id: team.id }, body: { budget_usd: "2", models: ["gpt-*"] } });
    await plane.admin.organisations.update({ params: { id: organisation.id }, body: { budget_usd: "3" } });
    const principal = principalOf(key.key);
    expect(principal?.teamModels).toEqual(["gpt-*"]);
    expect(principal?.scopes.map(({ budgetNanos }) => budgetNanos)).toEqual([null, null, 2e9, 3e9]);
  });
});
