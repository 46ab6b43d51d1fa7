// Signing in at an issuer: whom it lets in, with which rights, and what it refuses. The issuer is a fake one where it must misbehave.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openAsk } from "./sign-in-support/ask.ts";
import { Browser } from "./sign-in-support/browser.ts";
import { client, FakeIssuer } from "./sign-in-support/fake-issuer.ts";

const password = "correct horse battery";
const asker = openAsk();

let plane: AdminPlane;
let issuer: FakeIssuer;
let methodId: string;
let serial = 0;

beforeAll(async () => {
  plane = await startAdminPlane({ ask: asker.ask });
  await plane.admin.users.create({ body: { email: "governor@example.com", role: "admin" } });
});
afterAll(async () => {
  await plane.close();
  await asker.close();
});

type MethodBody = Parameters<AdminPlane["admin"]["signInMethods"]["create"]>[0]["body"];

async function addMethod(changed: Partial<MethodBody> = {}): Promise<string> {
  serial += 1;
  const given = { label: `Issuer ${serial}`, issuer: issuer.url, client_id: client.id, client_secret: client.secret };
  return (await plane.admin.signInMethods.create({ body: { ...given, ...changed } })).id;
}

/** A new issuer for each test, by which people of example.com become users. */
beforeEach(async () => {
  issuer = await FakeIssuer.start();
  serial += 1;
  issuer.claims = {
    sub: `subject ${serial}`,
    email: `${serial}@example.com`,
    email_verified: true,
    name: "Ada Lovelace",
  };
  methodId = await addMethod({ provision_domains: ["example.com"] });
  return () => issuer.close();
});

const email = () => String(issuer.claims["email"]);
const updateMethod = (body: Parameters<AdminPlane["admin"]["signInMethods"]["update"]>[0]["body"]) =>
  plane.admin.signInMethods.update({ params: { id: methodId }, body });
const addUser = (role: "admin" | "member" = "member") =>
  plane.admin.users.create({ body: { email: email(), password, role } });

async function signIn(browser = new Browser(plane.url), to?: string) {
  const url = await browser.begin(methodId, to);
  return { browser, ...(await browser.finish(issuer.authorize(url))) };
}

async function userOf(found: string) {
  return (await plane.admin.users.list({ query: { limit: 500 } })).data.find((user) => user.email === found);
}

describe("who signs in at an issuer", () => {
  it("has a session of a browser, and comes to where he wanted", async () => {
    const { browser, status, body } = await signIn(undefined, "/requests?status=error");
    expect(status).toBe(201);
    expect(body).toMatchObject({ to: "/requests?status=error", user: { email: email(), username: "Ada Lovelace" } });
    expect(JSON.stringify(body)).not.toMatch(/eyJ|access token/);
    expect((await browser.me()).body).toMatchObject({ via: "session", user: { email: email(), has_password: false } });
    const { data } = await plane.admin.sessions.list({ query: { user_id: (await userOf(email()))?.id ?? "" } });
    expect(data).toMatchObject([{ method: "issuer", browser: true }]);
  });

  it("is asked for with a challenge, a state, a nonce and the scopes, and for nothing secret", async () => {
    await updateMethod({ scopes: ["openid", "email", "groups"] });
    const url = new URL(await new Browser(plane.url).begin(methodId));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ client_id: client.id, response_type: "code", scope: "openid email groups" },
      redirect_uri: `${plane.url}/console/sign-in/return`,
      ...{ code_challenge: expect.stringMatching(/^[\w-]{43}$/), code_challenge_method: "S256" },
      ...{ state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/) },
    });
  });

  it("is told of as the page offers it, by its label alone, while it is switched on", async () => {
    const { methods } = await plane.as(null).signIn.options();
    const { label } = await plane.admin.signInMethods.get({ params: { id: methodId } });
    expect(methods).toContainEqual({ id: methodId, label });
    await updateMethod({ is_active: false });
    expect((await plane.as(null).signIn.options()).methods).not.toContainEqual({ id: methodId, label });
    await expect(new Browser(plane.url).begin(methodId)).rejects.toThrow("no such way to sign in");
  });

  it("is led to the issuer's own end of its session when he signs out", async () => {
    const { browser } = await signIn();
    const back = `${plane.url}/console/sign-in`;
    const path = `/admin/sessions/current?return_url=${encodeURIComponent(back)}`;
    const { status, body } = await browser.send("DELETE", path);
    expect([status, body]).toEqual([200, { deleted: true, issuer_url: expect.any(String) }]);
    const url = new URL((body as { issuer_url: string }).issuer_url);
    expect([url.origin, url.pathname]).toEqual([issuer.url, "/logout"]);
    expect(url.searchParams.get("id_token_hint")).toMatch(/^eyJ/);
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe(back);
    expect((await browser.me()).status).toBe(401);
  });

  it("cannot be led to a page of others when he signs out", async () => {
    const { browser } = await signIn();
    const path = `/admin/sessions/current?return_url=${encodeURIComponent("https://evil.example.com/")}`;
    expect((await browser.send("DELETE", path)).status).toBe(400);
    expect((await browser.me()).status).toBe(200);
  });

  it("signs out also where the issuer is away, or has no such page", async () => {
    for (const spoil of [
      () => issuer.close(),
      async () => void (issuer.metadata = { end_session_endpoint: undefined }),
    ]) {
      const { browser } = await signIn();
      await spoil();
      plane.clock.nowMs += 11 * 60_000;
      const { status, body } = await browser.send("DELETE", "/admin/sessions/current");
      expect([status, body]).toEqual([200, { deleted: true, issuer_url: null }]);
      issuer = await FakeIssuer.start();
      methodId = await addMethod({ provision_domains: ["example.com"] });
      issuer.claims = { sub: "another", email: "another@example.com", email_verified: true };
    }
    await issuer.close();
  });
});

describe("who becomes a user", () => {
  it("is nobody where no domains are named", async () => {
    await updateMethod({ provision_domains: [] });
    const { status, body } = await signIn();
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain("none is made for you");
    expect(await userOf(email())).toBeUndefined();
  });

  it.each(["ada@example.com.evil.com", "ada@evil.com", "ada@sub.example.com"])(
    "is nobody of another domain: %s",
    async (other) => {
      issuer.claims = { ...issuer.claims, email: other };
      expect((await signIn()).status).toBe(403);
      expect(await userOf(other)).toBeUndefined();
    },
  );

  it("is anybody where * is named, with the role of the method", async () => {
    await updateMethod({ provision_domains: ["*"], default_role: "admin" });
    issuer.claims = { ...issuer.claims, email: "Grace@elsewhere.example" };
    expect((await signIn()).status).toBe(201);
    expect(await userOf("grace@elsewhere.example")).toMatchObject({ role: "admin" });
  });

  it.each([[false], ["false"], [undefined], [null]])(
    "is nobody whose address is not verified: %s",
    async (verified) => {
      issuer.claims = { ...issuer.claims, email_verified: verified };
      const { status, body } = await signIn();
      expect(status).toBe(403);
      expect(JSON.stringify(body)).toContain("has been verified");
    },
  );

  it("is a present user whose address it is, once, and from then on whom the issuer knows", async () => {
    const { id } = await addUser();
    const [known, address] = [issuer.claims, email()];
    const { browser } = await signIn();
    expect((await browser.me()).body).toMatchObject({ user: { id } });
    issuer.claims = { ...known, email: "new-address@example.com" };
    expect((await signIn()).body).toMatchObject({ user: { id, email: address } });
    // Somebody else has been given the address.
    issuer.claims = { ...known, sub: "somebody else", email: address };
    const { status, body } = await signIn();
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain("as somebody else");
  });

  it("is not a present user whose address the issuer has not verified", async () => {
    await addUser("admin");
    issuer.claims = { ...issuer.claims, email_verified: false };
    expect((await signIn()).status).toBe(403);
  });

  it("is one user where two tabs are as fast as each other", async () => {
    const browsers = [new Browser(plane.url), new Browser(plane.url)];
    const urls = await Promise.all(browsers.map((browser) => browser.begin(methodId)));
    const answers = await Promise.all(browsers.map((browser, at) => browser.finish(issuer.authorize(urls[at] ?? ""))));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    const { data } = await plane.admin.users.list({ query: { limit: 500 } });
    expect(data.filter((user) => user.email === email())).toHaveLength(1);
  });

  it("is nobody who was switched off", async () => {
    const { id } = await addUser();
    await signIn();
    await plane.admin.users.update({ params: { id }, body: { is_active: false } });
    const { status, body } = await signIn();
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain("switched off");
  });
});

describe("rights by groups", () => {
  beforeEach(() =>
    updateMethod({
      group_roles: [
        { group: "ghost-admins", role: "admin" },
        { group: "staff", role: "member" },
      ],
    }),
  );
  const inGroups = (...groups: readonly string[]) => void (issuer.claims = { ...issuer.claims, groups });

  it("are those of the first that one is in, at each sign-in anew", async () => {
    inGroups("staff", "ghost-admins");
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
    inGroups("staff");
    expect((await signIn()).body).toMatchObject({ user: { role: "member" } });
    inGroups("ghost-admins");
    const { browser } = await signIn();
    expect((await browser.send("GET", "/admin/users")).status).toBe(200);
    inGroups();
    await signIn();
    // Also in a session from before, and by keys.
    expect((await browser.send("GET", "/admin/users")).status).toBe(403);
  });

  it("are kept by the last who may change users, until there is another", async () => {
    inGroups("ghost-admins");
    await signIn();
    const own = (await userOf(email()))?.id;
    const { data } = await plane.admin.users.list({ query: { limit: 500 } });
    const others = data.filter(({ id, role, is_active: isActive }) => role === "admin" && isActive && id !== own);
    const switchTo = (is_active: boolean) =>
      Promise.all(others.map(({ id }) => plane.admin.users.update({ params: { id }, body: { is_active } })));
    inGroups();
    await switchTo(false);
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
    await switchTo(true);
    expect((await signIn()).body).toMatchObject({ user: { role: "member" } });
  });

  it("take people into teams, and out of them with the keys that they have there", async () => {
    const team = await plane.admin.teams.create({ body: { name: `Team of ${issuer.url}` } });
    const other = await plane.admin.teams.create({ body: { name: `Other of ${issuer.url}` } });
    const in_team = (group: string, role: "manager" | "member") => ({ group, team_id: team.id, role });
    await updateMethod({ group_teams: [in_team("leads", "manager"), in_team("staff", "member")] });
    const roleIn = async () =>
      (await plane.admin.teams.members({ params: { id: team.id } })).data.map(({ role }) => role);
    inGroups("staff");
    const { browser } = await signIn();
    expect(await roleIn()).toEqual(["member"]);
    const user_id = (await userOf(email()))?.id ?? "";
    await plane.admin.teams.addMember({ params: { id: other.id }, body: { user_id } });
    inGroups("staff", "leads");
    await signIn();
    expect(await roleIn()).toEqual(["manager"]);
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id, team_id: team.id } });
    expect((await plane.as(key).sessions.me()).user?.id).toBe(user_id);
    inGroups();
    await signIn();
    expect(await roleIn()).toEqual([]);
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject({ status: 401 });
    expect((await plane.admin.teams.members({ params: { id: other.id } })).data).toHaveLength(1);
    expect((await browser.me()).status).toBe(200);
  });

  it("are set by hand where no groups have any", async () => {
    await updateMethod({ group_roles: [] });
    await addUser("admin");
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
  });

  it("are read from the claim that is named, also within others", async () => {
    await updateMethod({ claims: { groups: "realm_access.roles" } });
    issuer.claims = { ...issuer.claims, realm_access: { roles: ["offline_access", "ghost-admins"] } };
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
  });

  it("are asked of the issuer where the token does not tell them", async () => {
    issuer.userinfo = { sub: issuer.claims["sub"], groups: ["ghost-admins"] };
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
    expect(issuer.asked.map(({ path }) => path)).toContain("/userinfo");
  });

  it("are not those of somebody else whom the issuer tells of", async () => {
    issuer.userinfo = { sub: "somebody else", groups: ["ghost-admins"] };
    expect((await signIn()).status).toBe(403);
  });

  it("are taken at once where a session can ask its issuer again", async () => {
    issuer.refreshTokens = true;
    inGroups("ghost-admins");
    const { browser } = await signIn();
    const { key } = await plane.admin.apiKeys.create({
      body: { name: "k", user_id: (await userOf(email()))?.id ?? "" },
    });
    inGroups("staff");
    expect((await browser.send("GET", "/admin/users")).status).toBe(200);
    plane.clock.nowMs += 61_000;
    expect((await browser.send("GET", "/admin/users")).status).toBe(403);
    await expect(plane.as(key).users.list()).rejects.toMatchObject({ status: 403 });
    expect((await browser.me()).status).toBe(200);
    // Each refresh token counts once: the next one is known.
    inGroups("ghost-admins");
    plane.clock.nowMs += 61_000;
    expect((await browser.send("GET", "/admin/users")).status).toBe(200);
  });

  it("end with the session that its issuer has ended, and not while the issuer is away", async () => {
    issuer.refreshTokens = true;
    const { browser } = await signIn();
    issuer.refusal = { status: 503, body: { error: "temporarily_unavailable" } };
    plane.clock.nowMs += 61_000;
    expect((await browser.me()).status).toBe(200);
    issuer.refusal = { status: 400, body: { error: "invalid_grant" } };
    expect((await browser.me()).status).toBe(200);
    plane.clock.nowMs += 61_000;
    expect((await browser.me()).status).toBe(401);
  });
});

describe("claims as vendors write them", () => {
  const adminsOf = (group: string) => ({ group_roles: [{ group, role: "admin" as const }] });

  it("Keycloak: groups with a way, and roles of the realm", async () => {
    await updateMethod(adminsOf("/ghostllm/admins"));
    issuer.claims = {
      ...{ sub: "f:8d5f6f3a:ada", typ: "ID", azp: client.id, sid: "b3", acr: "1", email_verified: true },
      ...{ name: "Ada Lovelace", preferred_username: "ada", given_name: "Ada", email: email() },
      groups: ["/staff", "/ghostllm/admins"],
    };
    expect((await signIn()).body).toMatchObject({ user: { role: "admin", username: "Ada Lovelace" } });
  });

  const entra = () => ({
    ...{ sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", tid: "9122040d-6c67-4c5b-b112-36a304b66dad" },
    ...{ oid: "00000000-0000-0000-66f3-3332eca7ea81", ver: "2.0", preferred_username: "ada@example.com", name: "Ada" },
    ...{ email: email(), groups: ["5b7a8e2c-1111-4c5b-b112-36a304b66dad"] },
  });

  it("Entra ID: nothing about addresses, which count only where the issuer is trusted with them", async () => {
    await updateMethod(adminsOf("5b7a8e2c-1111-4c5b-b112-36a304b66dad"));
    issuer.claims = entra();
    expect((await signIn()).status).toBe(403);
    await updateMethod({ trusts_email: true });
    expect((await signIn()).body).toMatchObject({ user: { role: "admin" } });
  });

  it.each([
    [true, 201],
    ["1", 201],
    [false, 403],
  ])("Entra ID: `xms_edov` (%s) says whether the owner of the domain has proven it", async (edov, status) => {
    issuer.claims = { ...entra(), xms_edov: edov };
    expect((await signIn()).status).toBe(status);
  });

  it("Entra ID: groups that are left out are not taken for none", async () => {
    await updateMethod({ ...adminsOf("5b7a8e2c-1111-4c5b-b112-36a304b66dad"), trusts_email: true });
    issuer.claims = entra();
    await signIn();
    const { groups: _, ...rest } = entra();
    issuer.claims = { ...rest, _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://x" } } };
    const { status, body } = await signIn();
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain("too many");
    expect(await userOf(email())).toMatchObject({ role: "admin" });
  });

  it("Google: a domain of its own, and no groups", async () => {
    issuer.claims = {
      ...{ azp: client.id, sub: "110169484474386276334", hd: "example.com", email: email(), email_verified: true },
      ...{ at_hash: "HK6E_P6Dh8Y93mRNtsDB1Q", name: "Ada Lovelace", picture: "https://example.com/p.jpg" },
    };
    expect((await signIn()).body).toMatchObject({ user: { role: "member", username: "Ada Lovelace" } });
  });

  it("a claim that is not the e-mail address proper is not verified by what is said of that", async () => {
    await updateMethod({ claims: { email: "upn" } });
    const upn = email();
    issuer.claims = { ...issuer.claims, upn, email: "other@example.com" };
    expect((await signIn()).status).toBe(403);
    await updateMethod({ trusts_email: true });
    expect((await signIn()).body).toMatchObject({ user: { email: upn } });
  });
});
