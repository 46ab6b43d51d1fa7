// Roles that operators make, and that nobody hands on more than he has: by a role, by changing one, by a membership, a key or a password.

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

interface Person {
  readonly id: string;
  readonly client: Client;
}

async function enroll(name: string, role = "member"): Promise<Person> {
  const email = `${name}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  return { id, client: plane.as(token) };
}

/** Sees to users, and may not do all that they may. */
async function enrollHelpdesk(): Promise<Person> {
  const permissions = {
    "users.read": "all",
    "users.create": "all",
    "users.update": "all",
    "users.remove": "all",
  } as const;
  const more = { "keys.create": "all", "roles.read": "all", "roles.create": "all", "roles.update": "all" } as const;
  await plane.admin.roles.create({
    body: { name: "helpdesk", permissions: { ...permissions, ...more, "self.read": "all" } },
  });
  return enroll("helen", "helpdesk");
}

const denied = { status: 403, code: "permission_denied" };

describe("roles", () => {
  it("are listed with those that come with GhostLLM, made, changed and deleted", async () => {
    const { roles } = plane.admin;
    const made = await roles.create({
      body: { name: "reports", permissions: { "usage.read": "all", "self.read": "own" } },
    });
    expect(made).toMatchObject({ name: "reports", is_built_in: false, users: 0 });
    const names = (await roles.list()).data.map(({ name }) => name);
    expect(names).toEqual(["admin", "manager", "member", "viewer", "auditor", "reports"]);
    const { id } = await enroll("ada", "reports");
    expect(await roles.get({ params: { name: "reports" } })).toMatchObject({ users: 1 });
    expect(await roles.get({ params: { name: "member" } })).toMatchObject({ is_built_in: true, users: 0 });
    await expect(roles.remove({ params: { name: "reports" } })).rejects.toMatchObject({ code: "conflict" });
    await plane.admin.users.update({ params: { id }, body: { role: "viewer" } });
    expect(await roles.remove({ params: { name: "reports" } })).toEqual({ name: "reports", deleted: true });
    await expect(roles.get({ params: { name: "reports" } })).rejects.toMatchObject({ status: 404 });
  });

  it("are in force for who has them, by session, key and at the gateway, when a change is answered", async () => {
    const { roles } = plane.admin;
    const body = { name: "reports", permissions: { "usage.read": "all", "self.read": "own" } } as const;
    await roles.create({ body });
    const ada = await enroll("ada", "reports");
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: ada.id } });
    const principal = () => plane.snapshots.current().keys.get(createHash("sha256").update(key).digest("hex"));
    expect(principal()?.grants).toEqual(body.permissions);
    for (const client of [ada.client, plane.as(key)]) {
      await client.usage.summary();
      await expect(client.users.list()).rejects.toMatchObject(denied);
    }
    const permissions = { "users.read": "all", "self.read": "own" } as const;
    await roles.update({ params: { name: "reports" }, body: { permissions } });
    expect(principal()?.grants).toEqual(permissions);
    for (const client of [ada.client, plane.as(key)]) {
      await client.users.list();
      await expect(client.usage.summary()).rejects.toMatchObject(denied);
    }
    expect((await ada.client.sessions.me()).permissions).toEqual(permissions);
  });

  it("grant permissions that there are, as far as these go, under a name of their own", async () => {
    const create = (name: string, permissions: object) =>
      plane.request("/admin/roles", {
        ...{ method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify({ name, permissions }),
      });
    for (const permissions of [
      { "no.such": "all" },
      { "users.update": "own" },
      { "members.manage": "own" },
      { "keys.read": "most" },
    ])
      expect((await create("x", permissions)).status).toBe(400);
    expect((await create("Not A Name", {})).status).toBe(400);
    for (const name of ["admin", "member"]) expect((await create(name, {})).status).toBe(409);
    expect((await create("x", {})).status).toBe(201);
    expect((await create("x", {})).status).toBe(409);
    const builtIn = plane.admin.roles.update({ params: { name: "viewer" }, body: { permissions: {} } });
    await expect(builtIn).rejects.toMatchObject({ code: "conflict" });
  });

  it("that nobody knows are given to nobody", async () => {
    for (const role of ["user", "root"]) {
      const creation = plane.admin.users.create({ body: { email: "a@example.com", role } });
      await expect(creation).rejects.toMatchObject({ status: 400, param: "role" });
    }
  });
});

describe("whoever sees to users and has not all that they may", () => {
  it("gives no role with more than his own, to nobody, himself included", async () => {
    const { id, client } = await enrollHelpdesk();
    const { id: ada } = await enroll("ada", "viewer");
    for (const role of ["admin", "auditor", "member"]) {
      await expect(client.users.create({ body: { email: "x@example.com", role } })).rejects.toMatchObject(denied);
      await expect(client.users.update({ params: { id }, body: { role } })).rejects.toMatchObject(denied);
      await expect(client.users.update({ params: { id: ada }, body: { role } })).rejects.toMatchObject(denied);
    }
    expect((await plane.admin.users.get({ params: { id } })).role).toBe("helpdesk");
  });

  it("makes and changes no role beyond his own, his own role included", async () => {
    const { client } = await enrollHelpdesk();
    await plane.admin.roles.create({ body: { name: "strong", permissions: { "providers.update": "all" } } });
    const more = { "providers.update": "all" } as const;
    await expect(client.roles.create({ body: { name: "x", permissions: more } })).rejects.toMatchObject(denied);
    const update = (name: string, permissions: Readonly<Record<string, "all">>) =>
      client.roles.update({ params: { name }, body: { permissions } });
    await expect(update("helpdesk", more)).rejects.toMatchObject(denied);
    await expect(update("strong", {})).rejects.toMatchObject(denied);
    expect(await client.roles.create({ body: { name: "less", permissions: { "users.read": "all" } } })).toMatchObject({
      name: "less",
    });
  });

  it("changes, signs in as and removes nobody who may more", async () => {
    const { client } = await enrollHelpdesk();
    const { id: root } = await enroll("root", "admin");
    const { id: ada } = await enroll("ada", "member");
    for (const id of [root, ada]) {
      for (const body of [{ password: "another password" }, { email: "e@example.com" }, { budget_usd: "1" }])
        await expect(client.users.update({ params: { id }, body })).rejects.toMatchObject(denied);
      await expect(client.users.remove({ params: { id } })).rejects.toMatchObject(denied);
      await expect(client.apiKeys.create({ body: { name: "x", user_id: id } })).rejects.toMatchObject(denied);
    }
    expect((await plane.admin.users.list()).data).toHaveLength(3);
  });

  it("sets no password of somebody who manages a team, whose rights that would give him", async () => {
    const { id: other, client } = await enrollHelpdesk();
    await plane.admin.roles.create({ body: { name: "little", permissions: { "self.read": "own" } } });
    const { id } = await enroll("tom", "little");
    const reset = () => client.users.update({ params: { id }, body: { password: "another password" } });
    expect(await reset()).toMatchObject({ id });
    const team = await plane.admin.teams.create({ body: { name: "Research" } });
    await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: id, role: "manager" } });
    await expect(reset()).rejects.toMatchObject(denied);
    // His own is his to change.
    await client.users.update({ params: { id: other }, body: { password: "another password" } });
  });
});

describe("a sign-in method", () => {
  it("is for whoever may do everything, since its issuer says who somebody is", async () => {
    const permissions = { "sign_in_methods.create": "all", "self.read": "own" } as const;
    await plane.admin.roles.create({ body: { name: "identity", permissions } });
    const { client } = await enroll("ivy", "identity");
    const body = { label: "Mine", issuer: "https://issuer.example.com", client_id: "x" };
    await expect(client.signInMethods.create({ body })).rejects.toMatchObject(denied);
  });

  it("keeps the roles that it gives, which there are", async () => {
    await plane.admin.roles.create({ body: { name: "reports", permissions: { "usage.read": "all" } } });
    const body = { label: "Mine", issuer: "https://issuer.example.com", client_id: "x" };
    const unknown = plane.admin.signInMethods.create({ body: { ...body, default_role: "nothing" } });
    await expect(unknown).rejects.toMatchObject({ status: 400, param: "default_role" });
    const group_roles = [{ group: "staff", role: "reports" }];
    const made = await plane.admin.signInMethods.create({ body: { ...body, group_roles } });
    expect(made).toMatchObject({ group_roles, default_role: "member" });
    await expect(plane.admin.roles.remove({ params: { name: "reports" } })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("the last who may change users", () => {
  it("keeps it, though the role of all who have it is changed or the user is", async () => {
    const grants = { "users.update": "all", "users.read": "all", "self.read": "own" } as const;
    await plane.admin.roles.create({ body: { name: "people", permissions: grants } });
    const { id } = await enroll("helen", "people");
    const weaken = () =>
      plane.admin.roles.update({ params: { name: "people" }, body: { permissions: { "users.read": "all" } } });
    await expect(weaken()).rejects.toMatchObject({ code: "conflict" });
    await expect(plane.admin.users.update({ params: { id }, body: { role: "viewer" } })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(plane.admin.users.remove({ params: { id } })).rejects.toMatchObject({ code: "conflict" });
    await enroll("root", "admin");
    expect(await weaken()).toMatchObject({ permissions: { "users.read": "all" } });
  });

  it("is one of two, though the one and the role of the other are changed at once", async () => {
    await plane.admin.roles.create({ body: { name: "people", permissions: { "users.update": "all" } } });
    await enroll("helen", "people");
    const { id } = await enroll("root", "admin");
    const outcomes = await Promise.allSettled([
      plane.admin.roles.update({ params: { name: "people" }, body: { permissions: {} } }),
      plane.admin.users.remove({ params: { id } }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("a manager of a team", () => {
  async function createTeams() {
    const [own, other] = [
      await plane.admin.teams.create({ body: { name: "Own" } }),
      await plane.admin.teams.create({ body: { name: "Other" } }),
    ];
    const [mia, ada, bob] = [await enroll("mia"), await enroll("ada"), await enroll("bob")];
    const add = (team: string, user_id: string, role: "manager" | "member" | "viewer") =>
      plane.admin.teams.addMember({ params: { id: team }, body: { user_id, role } });
    await add(own.id, mia.id, "manager");
    await add(own.id, ada.id, "member");
    await add(other.id, mia.id, "viewer");
    await add(other.id, bob.id, "manager");
    return { own, other, mia, ada, bob };
  }

  it("sees to who is in it, also as manager, and to nobody in a team where he only looks on", async () => {
    const { own, other, mia, ada, bob } = await createTeams();
    const { teams } = mia.client;
    expect(
      await teams.updateMember({ params: { id: own.id, user_id: ada.id }, body: { role: "manager" } }),
    ).toMatchObject({ role: "manager" });
    const takeIn = (body: Parameters<typeof teams.addMember>[0]["body"]) =>
      teams.addMember({ params: { id: own.id }, body });
    // Whom he cannot see he knows by the address, or not at all.
    const refused = { status: 400, param: "user_id", message: `user_id: There is no user ${bob.id}` };
    await expect(takeIn({ user_id: bob.id })).rejects.toMatchObject(refused);
    await expect(takeIn({ email: "bob@example" })).rejects.toMatchObject({ status: 400, param: "email" });
    for (const body of [{}, { user_id: ada.id, email: "ada@example.com" }])
      await expect(takeIn(body)).rejects.toMatchObject({ status: 400, param: "user_id" });
    expect(await takeIn({ email: " BOB@example.com " })).toMatchObject({ user_id: bob.id, role: "member" });
    expect(await teams.removeMember({ params: { id: own.id, user_id: bob.id } })).toMatchObject({ deleted: true });
    const elsewhere = { id: other.id, user_id: mia.id };
    await expect(teams.updateMember({ params: elsewhere, body: { role: "manager" } })).rejects.toMatchObject({
      status: 404,
    });
    await expect(teams.removeMember({ params: { id: other.id, user_id: bob.id } })).rejects.toMatchObject({
      status: 404,
    });
    await expect(teams.addMember({ params: { id: other.id }, body: { user_id: ada.id } })).rejects.toMatchObject({
      status: 404,
    });
    expect((await teams.members({ params: { id: other.id } })).data).toHaveLength(2);
    await expect(teams.update({ params: { id: own.id }, body: { budget_usd: null } })).rejects.toMatchObject(denied);
  });

  it("makes, changes and revokes keys of it, and none that would let him act as somebody else", async () => {
    const { own, other, mia, ada } = await createTeams();
    const { apiKeys } = mia.client;
    const body = { name: "k", team_id: own.id };
    const made = await apiKeys.create({ body });
    expect(made).toMatchObject({ user_id: mia.id, team_id: own.id });
    await expect(apiKeys.create({ body: { ...body, user_id: ada.id } })).rejects.toMatchObject(denied);
    for (const team_id of [other.id, null, "none"])
      await expect(apiKeys.create({ body: { ...body, team_id } })).rejects.toMatchObject({
        status: 400,
        param: "team_id",
      });
    const adas = await plane.admin.apiKeys.create({ body: { name: "ada's", user_id: ada.id, team_id: own.id } });
    const params = { id: adas.id };
    expect(await apiKeys.update({ params, body: { budget_usd: "1" } })).toMatchObject({ budget_usd: "1" });
    expect(await apiKeys.revoke({ params })).toMatchObject({ deleted: true });
    const beyond = [
      await plane.admin.apiKeys.create({ body: { name: "of none", user_id: ada.id } }),
      await plane.admin.apiKeys.create({ body: { name: "of the other", user_id: mia.id, team_id: other.id } }),
    ];
    for (const { id } of beyond) {
      await expect(apiKeys.update({ params: { id }, body: { budget_usd: null } })).rejects.toMatchObject({
        status: 404,
      });
      await expect(apiKeys.revoke({ params: { id } })).rejects.toMatchObject({ status: 404 });
    }
  });

  it("loses all of it at once when he is one no more", async () => {
    const { own, mia } = await createTeams();
    await mia.client.users.list();
    await plane.admin.teams.updateMember({ params: { id: own.id, user_id: mia.id }, body: { role: "member" } });
    await expect(mia.client.users.list()).rejects.toMatchObject(denied);
    await expect(mia.client.apiKeys.create({ body: { name: "k", team_id: own.id } })).rejects.toMatchObject(denied);
  });
});

describe("an auditor", () => {
  it("reads everything and changes nothing", async () => {
    const { client } = await enroll("olga", "auditor");
    await client.users.list();
    await client.organisations.list();
    await client.roles.list();
    await client.system.configuration();
    await expect(client.users.create({ body: { email: "x@example.com" } })).rejects.toMatchObject(denied);
    await expect(client.apiKeys.create({ body: { name: "x" } })).rejects.toMatchObject(denied);
    await expect(client.views.create({ body: { page: "keys", name: "x", search: {} } })).rejects.toMatchObject(denied);
  });
});
