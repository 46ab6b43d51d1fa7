// A second factor that is asked of people: who has none sets one up before anything else, whatever he may otherwise.

import { adminRouteList } from "@ghostllm/contract/routes";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DemandedOf } from "#control/sessions/factor-demand.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { LivePage } from "./support/live-page.ts";
import { Authenticator, type Options } from "./sign-in-support/authenticator.ts";
import { Browser } from "./sign-in-support/browser.ts";
import { waitFor } from "./support/stage.ts";

const password = "correct horse battery";
const planes = new Map<DemandedOf, AdminPlane>();
let serial = 0;
beforeAll(async () => {
  for (const of of ["none", "admins", "all"] as const)
    planes.set(of, await startAdminPlane({ requireSecondFactor: of }));
});
afterAll(() => Promise.all([...planes.values()].map((plane) => plane.close())));

function planeOf(of: DemandedOf): AdminPlane {
  const plane = planes.get(of);
  if (plane === undefined) throw new Error(of);
  return plane;
}

async function addUser(plane: AdminPlane, role = "member") {
  const email = `asked${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const signIn = async (code?: string) => {
    const body = { email, password, ...(code !== undefined && { code }) };
    const { token } = await plane.as(null).sessions.create({ body });
    return { token, client: plane.as(token) };
  };
  const mustSetUp = async () => (await (await signIn()).client.sessions.me()).must_set_up_second_factor;
  return { id, email, signIn, mustSetUp };
}

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof addUser>>["signIn"]>>["client"];

/** Answers what the app shows from the next period on. */
async function setUpApp(plane: AdminPlane, client: Client): Promise<() => string> {
  const { secret } = await client.secondFactor.begin({ body: { password } });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (): string => app.generate({ timestamp: plane.clock.nowMs });
  await client.secondFactor.confirm({ body: { code: code() } });
  plane.clock.nowMs += 30_000;
  return code;
}

const bodyOf = (answer: { readonly body: unknown }) => answer.body as Record<string, unknown>;

/** In a browser, on a page by a name. */
async function browse(plane: AdminPlane, email: string) {
  const browser = new Browser(plane.url.replace("127.0.0.1", "localhost"));
  const signedIn = await browser.send("POST", "/admin/browser-sessions", { email, password });
  return { browser, signedIn };
}

async function addPasskey(browser: Browser, device: Authenticator) {
  const begun = await browser.send("POST", "/admin/passkeys/begin", { password });
  if (begun.status !== 200) return begun;
  const credential = device.make(bodyOf(begun)["options"] as Options);
  return browser.send("POST", "/admin/passkeys", { name: "Laptop", credential });
}

async function useIt(browser: Browser, device: Authenticator) {
  const begun = await browser.send("POST", "/admin/sign-in/passkey/begin");
  const credential = device.sign(bodyOf(begun)["options"] as Options);
  return browser.send("POST", "/admin/sign-in/passkey", { credential });
}

const setUpRequired = { status: 403, code: "second_factor_setup_required" };

describe("who has none", () => {
  const open = [
    ...["sessions.end", "sessions.me", "secondFactor.get", "secondFactor.begin", "secondFactor.confirm"],
    ...["passkeys.list", "passkeys.begin", "passkeys.create"],
  ];
  const guarded = adminRouteList.filter(({ permission }) => permission !== "public");

  it("may see who he is, set one up and sign out", () => {
    expect(guarded.filter((route) => route.duringSetUp === true).map(({ id }) => id)).toEqual(open);
  });

  it.each(["admin", "member"])("is refused by every other route, as %s", async (role) => {
    const plane = planeOf("all");
    const { token } = await (await addUser(plane, role)).signIn();
    for (const { id, method, path } of guarded.filter((route) => !open.includes(route.id))) {
      const response = await plane.request(path.replaceAll(/\{\w+\}/g, "none"), {
        ...{ method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } },
        ...(method !== "GET" && { body: "{}" }),
      });
      const { error } = (await response.json()) as { readonly error: { readonly code: string } };
      expect([id, response.status, error.code]).toEqual([id, 403, setUpRequired.code]);
    }
  });

  it("has no rights meanwhile, and all of them from when one is set up", async () => {
    const plane = planeOf("all");
    const user = await addUser(plane, "admin");
    const { client } = await user.signIn();
    expect(await client.sessions.me()).toMatchObject({
      ...{ must_set_up_second_factor: true, permissions: { "self.read": "own", "self.update": "own" }, teams: [] },
    });
    await expect(client.users.list()).rejects.toMatchObject(setUpRequired);
    const code = await setUpApp(plane, client);
    expect(await client.sessions.me()).toMatchObject({ must_set_up_second_factor: false });
    expect((await client.users.list()).data.length).toBeGreaterThan(0);
    await expect(user.signIn()).rejects.toMatchObject({ status: 401, code: "second_factor_required" });
    expect((await (await user.signIn(code())).client.users.list()).data.length).toBeGreaterThan(0);
  });

  it("may set up a passkey as well, and signs in with it from then on", async () => {
    const plane = planeOf("all");
    const { email, id } = await addUser(plane, "admin");
    const { browser } = await browse(plane, email);
    expect((await browser.send("GET", "/admin/users")).status).toBe(403);
    const device = new Authenticator(browser.origin);
    expect((await addPasskey(browser, device)).status).toBe(201);
    expect((await browser.send("GET", "/admin/users")).status).toBe(200);
    const again = (await browse(plane, email)).signedIn;
    expect([again.status, bodyOf(again)["error"]]).toEqual([
      401,
      expect.objectContaining({ code: "passkey_required" }),
    ]);
    const another = new Browser(browser.origin);
    expect((await useIt(another, device)).status).toBe(201);
    expect((await another.send("GET", "/admin/users")).status).toBe(200);
    // Who has lost it is led to set up another one.
    const [passkey] = (await plane.admin.passkeys.ofUser({ params: { id } })).data;
    await plane.admin.passkeys.removeOfUser({ params: { id, passkey_id: passkey?.id ?? "" } });
    const after = await browse(plane, email);
    expect((await after.browser.send("GET", "/admin/users")).status).toBe(403);
  });

  it("sees nothing happen on an open page", async () => {
    const plane = planeOf("all");
    const { token } = await (await addUser(plane, "admin")).signIn();
    const page = new LivePage(plane.url);
    await waitFor(() => page.isOpen);
    page.send({ type: "auth", token });
    await waitFor(() => page.closing !== null);
    expect(page.messages).toMatchObject([{ type: "error", code: setUpRequired.code }]);
    page.close();
  });

  it("is told of in the audit log when he tries", async () => {
    const plane = planeOf("all");
    const { id, signIn } = await addUser(plane);
    // So much was refused here that no more of it is noted for a minute.
    plane.clock.nowMs += 61_000;
    await expect((await signIn()).client.apiKeys.list()).rejects.toMatchObject(setUpRequired);
    const noted = async () =>
      (await plane.admin.audit.list({ query: { action: "permission.refused", limit: 1 } })).data;
    await expect.poll(async () => (await noted())[0]?.actor.id).toBe(id);
  });
});

describe("who knows the password alone", () => {
  it("comes by nothing when somebody else has set one up meanwhile", async () => {
    const plane = planeOf("all");
    const { email, signIn } = await addUser(plane, "admin");
    const [thief, owner] = [await signIn(), await signIn()];
    const atPage = await browse(plane, email);
    await setUpApp(plane, owner.client);
    await expect(thief.client.users.list()).rejects.toMatchObject(setUpRequired);
    await expect(thief.client.secondFactor.begin({ body: { password } })).rejects.toMatchObject({ status: 403 });
    await expect(thief.client.secondFactor.remove({ body: { password } })).rejects.toMatchObject(setUpRequired);
    const added = await addPasskey(atPage.browser, new Authenticator(atPage.browser.origin));
    expect([added.status, bodyOf(added)["error"]]).toMatchObject([403, { code: "permission_denied" }]);
  });

  it("nor when that was a passkey", async () => {
    const plane = planeOf("all");
    const { email, signIn } = await addUser(plane);
    const [thief, atPage, { browser }] = [await signIn(), await browse(plane, email), await browse(plane, email)];
    expect((await addPasskey(browser, new Authenticator(browser.origin))).status).toBe(201);
    await expect(thief.client.secondFactor.begin({ body: { password } })).rejects.toMatchObject({ status: 403 });
    expect((await addPasskey(atPage.browser, new Authenticator(browser.origin))).status).toBe(403);
  });

  it("adds no passkey beside an app, also where nothing is asked of anybody", async () => {
    const plane = planeOf("none");
    const { email, signIn } = await addUser(plane);
    const { browser } = await browse(plane, email);
    await setUpApp(plane, (await signIn()).client);
    expect((await addPasskey(browser, new Authenticator(browser.origin))).status).toBe(403);
  });
});

describe("a second factor that is asked for", () => {
  it("is not taken away by its user while it is the only one, but by an admin", async () => {
    const plane = planeOf("all");
    const { id, email, signIn, mustSetUp } = await addUser(plane);
    const { browser } = await browse(plane, email);
    const device = new Authenticator(browser.origin);
    const added = await addPasskey(browser, device);
    const path = `/admin/passkeys/${String(bodyOf(added)["id"])}`;
    expect((await browser.send("DELETE", path)).status).toBe(409);
    const begun = await browser.send("POST", "/admin/second-factor", { password });
    const app = new TOTP({ secret: Secret.fromBase32(String(bodyOf(begun)["secret"])) });
    const code = app.generate({ timestamp: plane.clock.nowMs });
    expect((await browser.send("POST", "/admin/second-factor/confirm", { code })).status).toBe(200);
    expect((await browser.send("DELETE", path)).status).toBe(200);
    expect((await browser.send("POST", "/admin/second-factor/remove", { password })).status).toBe(409);
    await expect(signIn()).rejects.toMatchObject({ code: "second_factor_required" });
    await plane.admin.secondFactor.reset({ params: { id } });
    expect(await mustSetUp()).toBe(true);
  });

  it("of admins is asked of whoever may change what is everybody's, by whatever role, and of nobody else", async () => {
    const plane = planeOf("admins");
    const permissions = { "self.read": "own", "users.read": "all", "models.update": "all" } as const;
    await plane.admin.roles.create({ body: { name: "pricing", permissions } });
    const readers = { name: "readers", permissions: { "self.read": "own", "users.read": "all" } } as const;
    await plane.admin.roles.create({ body: readers });
    for (const [role, isAsked] of [
      ...([
        ["admin", true],
        ["pricing", true],
        ["readers", false],
        ["auditor", false],
      ] as const),
      ...([
        ["manager", false],
        ["member", false],
        ["viewer", false],
      ] as const),
    ])
      expect([role, await (await addUser(plane, role)).mustSetUp()]).toEqual([role, isAsked]);
  });

  it("is asked at once of who is made an admin", async () => {
    const plane = planeOf("admins");
    const { id, signIn } = await addUser(plane);
    const { client } = await signIn();
    await client.apiKeys.list();
    await plane.admin.users.update({ params: { id }, body: { role: "admin" } });
    await expect(client.apiKeys.list()).rejects.toMatchObject(setUpRequired);
  });

  it("is asked of nobody who comes by an issuer, a key or the admin key", async () => {
    const plane = planeOf("all");
    const { id } = await addUser(plane, "admin");
    const token = await plane.sessionOf(id);
    const sessions = plane.store.database.kysely.updateTable("sessions").set({ method: "issuer-1" });
    await expect(plane.as(token).users.list()).rejects.toMatchObject(setUpRequired);
    await sessions.where("user_id", "=", id).execute();
    expect((await plane.as(token).users.list()).data.length).toBeGreaterThan(0);
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    expect((await plane.as(key).users.list()).data.length).toBeGreaterThan(0);
    expect((await plane.admin.sessions.me()).must_set_up_second_factor).toBe(false);
  });

  it("is everybody's own choice where none is asked for", async () => {
    const plane = planeOf("none");
    const { email, mustSetUp } = await addUser(plane, "admin");
    expect(await mustSetUp()).toBe(false);
    const { browser } = await browse(plane, email);
    const device = new Authenticator(browser.origin);
    const added = await addPasskey(browser, device);
    expect((await browse(plane, email)).signedIn.status).toBe(201);
    expect((await browser.send("DELETE", `/admin/passkeys/${String(bodyOf(added)["id"])}`)).status).toBe(200);
  });
});
