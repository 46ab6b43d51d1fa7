// Nobody comes by more than he has: by whom he changes, invites or lets in, by a team, an account, a key, a directory or an issuer.
// Roles and memberships: admin-roles.test.ts.

import bcrypt from "bcrypt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { permissionNames } from "@ghostllm/contract";
import { createPasswords } from "#control/sessions/passwords.ts";
import { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
});
afterAll(() => plane.close());

const denied = { status: 403, code: "permission_denied" };
const isLesser = (name: string): boolean => !/^(?:roles|sign_in_methods|scim)\./.test(name);

async function addUser(role = "member") {
  const email = `user${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, role } });
  return { id, email, client: plane.as(await plane.sessionOf(id)) };
}

/** May do everything but what gives rights to all: the most that is less than an administrator. */
async function addDeputy() {
  const name = `deputy${(serial += 1)}`;
  const permissions = Object.fromEntries(permissionNames.filter(isLesser).map((one) => [one, "all" as const]));
  await plane.admin.roles.create({ body: { name, permissions } });
  return addUser(name);
}

describe("whoever may do nearly everything", () => {
  it.each([true, false])(
    "does not come in as somebody who may more, whether he is switched on (%s) or not",
    async (isActive) => {
      const { client } = await addDeputy();
      const { id } = await addUser("admin");
      await addUser("admin");
      await plane.admin.users.update({ params: { id }, body: { is_active: isActive } });
      await expect(client.passwords.createLink({ params: { id }, body: {} })).rejects.toMatchObject(denied);
      await expect(client.secondFactor.reset({ params: { id } })).rejects.toMatchObject(denied);
      await expect(client.apiKeys.create({ body: { name: "k", user_id: id } })).rejects.toMatchObject(denied);
      for (const body of [
        { password: "another password" },
        { email: "e@example.com" },
        { is_active: true },
        { role: "member" },
      ])
        await expect(client.users.update({ params: { id }, body })).rejects.toMatchObject(denied);
      const key = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
      await expect(client.apiKeys.rotate({ params: { id: key.id }, body: {} })).rejects.toMatchObject(denied);
    },
  );

  it("makes no administrator, by a user, an invitation, an issuer or a directory", async () => {
    const { id, client } = await addDeputy();
    await expect(client.users.create({ body: { email: "new@example.com", role: "admin" } })).rejects.toMatchObject(
      denied,
    );
    await expect(client.users.update({ params: { id }, body: { role: "admin" } })).rejects.toMatchObject(denied);
    const name = `identity${(serial += 1)}`;
    const permissions = {
      "sign_in_methods.create": "all",
      "sign_in_methods.update": "all",
      "scim.update": "all",
    } as const;
    await plane.admin.roles.create({ body: { name, permissions } });
    const identity = await addUser(name);
    const group_roles = [{ group: "everybody", role: "admin" }];
    const issuer = { label: name, issuer: "https://issuer.example.com", client_id: "c" };
    await expect(identity.client.signInMethods.create({ body: { ...issuer, group_roles } })).rejects.toMatchObject(
      denied,
    );
    const method = await plane.admin.signInMethods.create({ body: issuer });
    for (const body of [
      { group_roles },
      { default_role: "admin" },
      { trusts_email: true },
      { issuer: "https://mine.example.com" },
    ])
      await expect(identity.client.signInMethods.update({ params: { id: method.id }, body })).rejects.toMatchObject(
        denied,
      );
    await expect(identity.client.scim.createToken({ body: { name: "mine" } })).rejects.toMatchObject(denied);
    for (const body of [{ group_roles }, { default_role: "admin" }, { group_teams: [] }])
      await expect(identity.client.scim.updateRoles({ body })).rejects.toMatchObject(denied);
  });
});

describe("a directory", () => {
  it("gives by its own words no role, no password and no key, and no other door opens by its token", async () => {
    const { token } = await plane.admin.scim.createToken({ body: { name: "directory" } });
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
    const userName = `scim${(serial += 1)}@example.com`;
    const roles = [{ value: "admin", primary: true }];
    const body = JSON.stringify({
      userName,
      roles,
      entitlements: roles,
      role: "admin",
      password: "a password of its own",
    });
    const made = await fetch(`${plane.url}/scim/v2/Users`, { method: "POST", headers, body });
    const { id } = (await made.json()) as { id: string };
    expect(await plane.admin.users.get({ params: { id } })).toMatchObject({ role: "member", has_password: false });
    await expect(plane.as(token).users.list()).rejects.toMatchObject({ status: 401 });
  });
});

describe("a team", () => {
  it("gives nobody in it who only looks on or is a member more than that", async () => {
    const team = await plane.admin.teams.create({ body: { name: `Team ${(serial += 1)}` } });
    const other = await plane.admin.teams.create({ body: { name: `Team ${(serial += 1)}` } });
    for (const role of ["member", "viewer"] as const) {
      const { id, client } = await addUser();
      const params = { id: team.id, user_id: id };
      await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: id, role } });
      await expect(client.teams.updateMember({ params, body: { role: "manager" } })).rejects.toMatchObject(denied);
      await expect(client.teams.addMember({ params: { id: other.id }, body: { user_id: id } })).rejects.toMatchObject(
        denied,
      );
      await expect(client.serviceAccounts.create({ body: { name: "a", team_id: team.id } })).rejects.toMatchObject(
        denied,
      );
      await expect(client.ownKeys.create({ body: { name: "k", team_id: team.id } })).rejects.toMatchObject(denied);
    }
  });

  it("lets its manager make accounts and keys there alone, of which none opens the admin API", async () => {
    const team = await plane.admin.teams.create({ body: { name: `Team ${(serial += 1)}` } });
    const other = await plane.admin.teams.create({ body: { name: `Team ${(serial += 1)}` } });
    const { id, client } = await addUser();
    await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: id, role: "manager" } });
    const elsewhere = { name: "k", team_id: other.id };
    await expect(client.apiKeys.create({ body: { ...elsewhere, owner: "team" } })).rejects.toMatchObject({
      status: 400,
      param: "team_id",
    });
    await expect(client.serviceAccounts.create({ body: elsewhere })).rejects.toMatchObject({ status: 400 });
    const account = await client.serviceAccounts.create({ body: { name: "a", team_id: team.id } });
    const bodies = [
      { name: "k", user_id: account.id },
      { name: "k", owner: "team" as const, team_id: team.id },
    ];
    for (const body of bodies) {
      const { key } = await client.apiKeys.create({ body });
      await expect(plane.as(key).users.list()).rejects.toMatchObject(denied);
      await expect(plane.as(key).apiKeys.create({ body: { name: "more", team_id: team.id } })).rejects.toMatchObject(
        denied,
      );
    }
  });
});

describe("a key", () => {
  const held = [
    { budget_usd: "1" },
    { limits: { requests_per_minute: 1 } },
    { expires_at: "2099-01-01T00:00:00Z" },
    { permissions: { models: ["gpt-4o-mini"] } },
    { permissions: { addresses: ["127.0.0.1"] } },
    { permissions: { endpoints: ["admin"] } },
  ];

  it.each(held)("that is held to %j makes none that is not, and frees none", async (bounds) => {
    const team = await plane.admin.teams.create({ body: { name: `Team ${(serial += 1)}`, members_make_keys: true } });
    const { id } = await addUser("admin");
    await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: id } });
    const { key, id: own } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id, ...bounds } });
    const finder = plane.as(key);
    await expect(finder.ownKeys.create({ body: { name: "more", team_id: team.id } })).rejects.toMatchObject(denied);
    await expect(finder.apiKeys.create({ body: { name: "more" } })).rejects.toMatchObject(denied);
    await expect(finder.apiKeys.import({ body: { name: "more", sha256: "a".repeat(64) } })).rejects.toMatchObject(
      denied,
    );
    const free = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    for (const changed of [own, free.id])
      await expect(
        finder.apiKeys.update({ params: { id: changed }, body: { budget_usd: null, name: "mine" } }),
      ).rejects.toMatchObject(denied);
    const rotation = { overlap_seconds: 0 };
    await expect(finder.apiKeys.rotate({ params: { id: free.id }, body: rotation })).rejects.toMatchObject(denied);
    // Its own next secret is held to the same.
    const next = await finder.apiKeys.rotate({ params: { id: own }, body: rotation });
    await expect(plane.as(next.key).apiKeys.create({ body: { name: "more" } })).rejects.toMatchObject(denied);
    expect(await plane.as(free.key).ownKeys.create({ body: { name: "more", team_id: team.id } })).toMatchObject({
      user_id: id,
    });
  });
});

describe("how long it takes to be refused", () => {
  const passwords = createPasswords();

  const workOf = async (hash: string | null): Promise<number> => {
    const before = process.cpuUsage();
    await passwords.verify("a wrong password", hash);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };

  it("is long: a guess costs what a server of an operator takes for it", async () => {
    expect(await passwords.hash("a password")).toMatch(/^\$2b\$12\$/);
  });

  /** By the work, which others on the machine do not change, and the least of several. */
  it("is the work of one comparison, whether there is such a user or not", async () => {
    const present = bcrypt.hashSync("a password", 12);
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 4; round += 1) {
      known.push(await workOf(present));
      unknown.push(await workOf(null));
    }
    expect(Math.min(...unknown) / Math.min(...known)).toBeGreaterThan(0.6);
    expect(Math.min(...unknown) / Math.min(...known)).toBeLessThan(1.6);
  });

  it("tells nothing of a key: what is compared are digests of one length, all of them to the end", () => {
    const set = new SecretSet([new Secret("one-secret"), new Secret("another-secret-that-is-longer")]);
    for (const wrong of ["", "one-secre", "one-secret ", "another-secret-that-is-longe", "x".repeat(10_000)])
      expect(set.has(wrong)).toBe(false);
    for (const right of ["one-secret", "another-secret-that-is-longer"]) expect(set.has(right)).toBe(true);
  });
});
