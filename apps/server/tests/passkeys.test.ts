// Passkeys over real HTTP, with an authenticator that does what a test asks of it: added, signed in with, refused, removed.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { availableEngines } from "./store-support/engines.ts";
import { Authenticator, type Options } from "./sign-in-support/authenticator.ts";
import { Browser } from "./sign-in-support/browser.ts";

const password = "correct horse battery";

let plane: AdminPlane;
let origin = "";
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
  origin = plane.url.replace("127.0.0.1", "localhost");
});
afterAll(() => plane.close());

const bodyOf = (answer: { readonly body: unknown }): Record<string, unknown> => answer.body as Record<string, unknown>;
const optionsOf = (answer: { readonly body: unknown }): Options => bodyOf(answer)["options"] as Options;
const errorOf = (answer: { readonly body: unknown }) => bodyOf(answer)["error"] as { code: string; message: string };

/** Somebody who has signed in, in a browser on a page by that name. */
async function arrive(role: "admin" | "member" = "member") {
  const email = `passkey${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const browser = new Browser(origin);
  expect((await browser.send("POST", "/admin/browser-sessions", { email, password })).status).toBe(201);
  return { id, email, browser };
}

async function begin(browser: Browser): Promise<Options> {
  const begun = await browser.send("POST", "/admin/passkeys/begin", { password });
  expect([begun.status, begun.body]).toEqual([200, { options: expect.any(Object) }]);
  return optionsOf(begun);
}

/** Somebody who has a passkey. */
async function enroll(how: { readonly counts?: boolean } = {}) {
  const user = await arrive();
  const device = new Authenticator(origin, how);
  const credential = device.make(await begin(user.browser));
  const added = await user.browser.send("POST", "/admin/passkeys", { name: "Laptop", credential });
  expect([added.status, added.body]).toEqual([201, expect.objectContaining({ name: "Laptop", rp_id: "localhost" })]);
  return { ...user, device, credential, passkeyId: String(bodyOf(added)["id"]) };
}

async function beginSignIn(browser: Browser): Promise<Options> {
  const begun = await browser.send("POST", "/admin/sign-in/passkey/begin");
  expect(begun.status).toBe(200);
  return optionsOf(begun);
}

const finish = (browser: Browser, credential: object) => browser.send("POST", "/admin/sign-in/passkey", { credential });

type Oddity = Parameters<Authenticator["sign"]>[1];

async function signIn(device: Authenticator, oddity: Oddity = {}, browser = new Browser(origin)) {
  const options = await beginSignIn(browser);
  return { browser, answer: await finish(browser, device.sign(options, oddity)) };
}

const refused = (answer: { readonly status: number; readonly body: unknown }) => [answer.status, errorOf(answer).code];
const wrong = [401, "invalid_api_key"];

/** What the audit log says of the last that has failed. */
async function lastFailure() {
  const { data } = await plane.admin.audit.list({ query: { action: "session.failed", limit: 1 } });
  return data[0];
}

describe("a passkey", () => {
  it("is asked for with all that makes it one, and signs in without a password or a code", async () => {
    const user = await arrive();
    const options = await begin(user.browser);
    expect(options).toMatchObject({
      rp: { id: "localhost" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
      excludeCredentials: [],
    });
    const device = new Authenticator(origin);
    const credential = device.make(options);
    await user.browser.send("POST", "/admin/passkeys", { name: "Phone", credential });
    const asked = await beginSignIn(new Browser(origin));
    expect(asked).toEqual({
      challenge: expect.any(String),
      rpId: "localhost",
      userVerification: "required",
      timeout: 300_000,
    });
    const { browser, answer } = await signIn(device);
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ expires_at: expect.any(String) })]);
    expect(bodyOf(await browser.me())).toMatchObject({ via: "session", user: { id: user.id } });
    const { data: sessions } = await plane.admin.sessions.list({ query: { user_id: user.id } });
    expect(sessions.map(({ method }) => method).toSorted()).toEqual(["passkey", "password"]);
    const { data } = await plane.admin.passkeys.ofUser({ params: { id: user.id } });
    expect(data).toMatchObject([{ name: "Phone", synced: false, last_used_at: expect.any(String) }]);
    const again = await begin(user.browser);
    expect(again["excludeCredentials"]).toEqual([{ id: credential.id, type: "public-key", transports: ["internal"] }]);
  });

  it("lets in who has a second factor as well, without a code", async () => {
    const { device, id } = await enroll();
    await plane.store.secondFactors.begin(id, "sealed");
    await plane.store.secondFactors.confirm(id, 1, ["hash"]);
    expect((await signIn(device)).answer.status).toBe(201);
  });

  it("that does not count is taken, again and again", async () => {
    const { device, id } = await enroll({ counts: false });
    expect((await signIn(device)).answer.status).toBe(201);
    expect((await signIn(device)).answer.status).toBe(201);
    expect((await plane.admin.passkeys.ofUser({ params: { id } })).data[0]?.synced).toBe(true);
  });

  it("is listed, renamed and removed by its owner, and by nobody else", async () => {
    const { browser, device, passkeyId } = await enroll();
    const stranger = await arrive();
    const path = `/admin/passkeys/${passkeyId}`;
    expect((await stranger.browser.send("PATCH", path, { name: "Mine" })).status).toBe(404);
    expect((await stranger.browser.send("DELETE", path)).status).toBe(404);
    expect((await browser.send("PATCH", path, { name: "Old laptop" })).status).toBe(200);
    expect(bodyOf(await browser.send("GET", "/admin/passkeys"))["data"]).toMatchObject([{ name: "Old laptop" }]);
    expect((await browser.send("DELETE", path)).status).toBe(200);
    expect(refused((await signIn(device)).answer)).toEqual(wrong);
    expect((await browser.me()).status).toBe(200);
  });

  it("is taken away by an administrator, and by nobody else", async () => {
    const { id, device, passkeyId } = await enroll();
    const path = `/admin/users/${id}/passkeys/${passkeyId}`;
    expect((await (await arrive()).browser.send("DELETE", path)).status).toBe(403);
    const other = await enroll();
    const params = { id: other.id, passkey_id: passkeyId };
    await expect(plane.admin.passkeys.removeOfUser({ params })).rejects.toMatchObject({ status: 404 });
    await plane.admin.passkeys.removeOfUser({ params: { id, passkey_id: passkeyId } });
    expect(refused((await signIn(device)).answer)).toEqual(wrong);
  });

  it("ends with its user: switched off it opens nothing, and again when he is back", async () => {
    const { id, device } = await enroll();
    const { browser } = await signIn(device);
    await plane.admin.users.update({ params: { id }, body: { is_active: false } });
    expect((await browser.me()).status).toBe(401);
    expect(refused((await signIn(device)).answer)).toEqual([403, "permission_denied"]);
    await plane.admin.users.update({ params: { id }, body: { is_active: true } });
    expect((await signIn(device)).answer.status).toBe(201);
    await plane.admin.users.remove({ params: { id } });
    expect(refused((await signIn(device)).answer)).toEqual(wrong);
  });

  it("is in what is handed out about its user, and gone with his erasure, also from the audit log", async () => {
    const { id, passkeyId, credential, browser } = await enroll();
    await browser.send("PATCH", `/admin/passkeys/${passkeyId}`, { name: "Ada's telling phone" });
    const told = await (await plane.request(`/admin/users/${id}/export`)).text();
    const kept = told.split("\n").filter((line) => line.startsWith('{"kind":"passkey"'));
    expect(kept).toHaveLength(1);
    expect(kept[0]).toContain(credential.id);
    await plane.admin.personalData.erase({ params: { id } });
    // As the server does by itself.
    while (await plane.store.erasures.step(id));
    const left = plane.store.database.kysely.selectFrom("passkeys").select("id").where("user_id", "=", id);
    expect(await left.execute()).toEqual([]);
    const { data } = await plane.admin.audit.list({ query: { limit: 100 } });
    expect(JSON.stringify(data)).not.toContain("telling phone");
  });

  it("ends with a directory that switches its user off", async () => {
    const { id, device } = await enroll();
    const { token } = await plane.admin.scim.createToken({ body: { name: "directory" } });
    const active = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] };
    const operation = { op: "replace", path: "active", value: false };
    const answer = await fetch(`${plane.url}/scim/v2/Users/${id}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: JSON.stringify({ ...active, Operations: [operation] }),
    });
    expect(answer.status).toBeLessThan(300);
    expect(refused((await signIn(device)).answer)).toEqual([403, "permission_denied"]);
  });

  it("is told of in the audit log, as are sign-ins with it", async () => {
    const { device, id, email, passkeyId, browser } = await enroll();
    await signIn(device);
    await browser.send("PATCH", `/admin/passkeys/${passkeyId}`, { name: "Desk" });
    await browser.send("DELETE", `/admin/passkeys/${passkeyId}`);
    await signIn(device);
    const { data } = await plane.admin.audit.list({ query: { limit: 12 } });
    const about = data.filter(({ object }) => object?.id === passkeyId);
    expect(about.map(({ action }) => action)).toEqual(["passkey.removed", "passkey.changed", "passkey.created"]);
    expect(about[0]?.actor.name).toBe(email);
    const session = data.find(({ action, object }) => action === "session.created" && object?.id === id);
    expect(session?.details).toMatchObject({ method: "passkey", browser: true });
    const failed = data.find(({ action }) => action === "session.failed");
    expect(failed?.details).toMatchObject({ method: "passkey", reason: "unknown" });
  });
});

describe("a passkey is not added", () => {
  it("without the password, by a key, by a program, or by who has no password", async () => {
    const { id, email, browser } = await arrive();
    const wrongly = await browser.send("POST", "/admin/passkeys/begin", { password: "wrong" });
    expect(refused(wrongly)).toEqual([400, "invalid_request_error"]);
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    const page = { origin, "sec-fetch-site": "same-origin" };
    const byKey = await fetch(`${plane.url}/admin/passkeys/begin`, {
      ...postJson({ password }),
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...page },
    });
    expect(byKey.status).toBe(400);
    const { token } = await plane.as(null).sessions.create({ body: { email, password } });
    await expect(plane.as(token).passkeys.begin({ body: { password } })).rejects.toMatchObject({ status: 403 });
    const other = await plane.admin.users.create({ body: { email: `no${(serial += 1)}@example.com` } });
    const without = await fetch(`${plane.url}/admin/passkeys/begin`, {
      ...postJson({ password }),
      headers: {
        ...{ authorization: `Bearer ${await plane.sessionOf(other.id)}`, "content-type": "application/json", ...page },
      },
    });
    expect([without.status, await without.text()]).toEqual([400, expect.stringContaining("who has a password")]);
  });

  it.each([
    ["of another page", { origin: "https://evil.example.com" }],
    ["with another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["for another host", { rpId: "example.com" }],
    ["without the device having verified its user", { isVerified: false }],
    ["without anybody there", { isPresent: false }],
    ["by what was signed to sign in", { type: "webauthn.get" }],
  ])("%s", async (_, oddity) => {
    const { browser } = await arrive();
    const credential = new Authenticator(origin).make(await begin(browser), oddity);
    const answer = await browser.send("POST", "/admin/passkeys", { name: "x", credential });
    expect(refused(answer)).toEqual([400, "invalid_request_error"]);
    expect(bodyOf(await browser.send("GET", "/admin/passkeys"))["data"]).toEqual([]);
  });

  it("twice, in another's browser, late, or with what was begun to sign in", async () => {
    const [{ browser }, other] = [await arrive(), await arrive()];
    const device = new Authenticator(origin);
    const [options, cookies] = [await begin(browser), new Map(browser.cookies)];
    const add = (by: Browser, made = device.make(options)) =>
      by.send("POST", "/admin/passkeys", { name: "x", credential: made });
    const restore = (to: Browser): void => {
      const attempt = [...cookies].filter(([name]) => name.includes("passkey"));
      expect(attempt).toHaveLength(1);
      for (const [name, value] of attempt) to.cookies.set(name, value);
    };
    restore(other.browser);
    expect(refused(await add(other.browser))).toEqual([400, "invalid_request_error"]);
    expect((await add(browser)).status).toBe(201);
    expect((await add(browser)).status).toBe(400);
    // The cookie was kept by who has it no more.
    restore(browser);
    expect([(await add(browser)).status, (await plane.store.passkeys.list(other.id)).length]).toEqual([400, 0]);
    const late = device.make(await begin(browser));
    plane.clock.nowMs += 5 * 60_000;
    expect((await add(browser, late)).status).toBe(400);
    const signing = await beginSignIn(browser);
    const odd = device.make({ ...options, challenge: signing["challenge"] });
    expect((await add(browser, odd)).status).toBe(400);
  });

  it("with a credential that another one has", async () => {
    const [{ credential }, { browser }] = [await enroll(), await arrive()];
    const same = new Authenticator(origin).make(await begin(browser), { credentialId: credential.id });
    const answer = await browser.send("POST", "/admin/passkeys", { name: "x", credential: same });
    expect(refused(answer)).toEqual([409, "conflict"]);
  });

  it("beyond twenty", async () => {
    const { id, browser } = await arrive();
    for (let index = 0; index < 20; index += 1) {
      const row = { userId: id, credentialId: `${id}-${index}`, publicKey: "x", rpId: "h", name: "n", counter: 0 };
      const challenge = { hash: `${id}-${index}`, expiresAt: 0 };
      await plane.store.passkeys.create({ ...row, transports: [], isSynced: false }, challenge);
    }
    const answer = await browser.send("POST", "/admin/passkeys/begin", { password });
    expect(refused(answer)).toEqual([409, "conflict"]);
  });
});

describe("nobody signs in", () => {
  it.each([
    ["from another page", { origin: "https://evil.example.com" }],
    ["with another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["for another host", { rpId: "example.com" }],
    ["where the device has not verified its user", { isVerified: false }],
    ["where nobody was there", { isPresent: false }],
    ["with what was made to add one", { type: "webauthn.create" }],
    ["as another user", { userHandle: Buffer.from("somebody else").toString("base64url") }],
  ])("%s", async (_, oddity) => {
    const { device, id, email } = await enroll();
    const { browser, answer } = await signIn(device, oddity);
    expect(refused(answer)).toEqual(wrong);
    expect((await browser.me()).status).toBe(401);
    expect(await lastFailure()).toMatchObject({
      ...{ outcome: "failed", object: { kind: "user", id, name: email } },
      details: { method: "passkey", reason: "not_verified" },
    });
    expect((await signIn(device)).answer.status).toBe(201);
  });

  it("with the credential of another user", async () => {
    const [mine, hers] = [await enroll(), await enroll()];
    const oddity = { credentialId: hers.credential.id, userHandle: Buffer.from(hers.id).toString("base64url") };
    expect(refused((await signIn(mine.device, oddity)).answer)).toEqual(wrong);
    expect(await lastFailure()).toMatchObject({ object: { id: hers.id } });
  });

  it("with one that nobody knows, and is told the same", async () => {
    const { device } = await enroll();
    const unknown = await signIn(device, { credentialId: "bm9ib2R5" });
    const known = await signIn(device, { isVerified: false });
    expect(unknown.answer).toMatchObject({ status: 401, body: known.answer.body as object });
  });

  it("by the same answer twice, also where the cookie was kept, and at once", async () => {
    for (const counts of [true, false]) {
      const { device } = await enroll({ counts });
      const browser = new Browser(origin);
      const answer = device.sign(await beginSignIn(browser));
      const kept = new Map(browser.cookies);
      const tries = Array.from({ length: 3 }, () => {
        const another = new Browser(origin);
        for (const [name, value] of kept) another.cookies.set(name, value);
        return finish(another, answer);
      });
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.toSorted((one, other) => one - other)).toEqual([201, 401, 401]);
      expect((await lastFailure())?.details).toMatchObject({ reason: "replayed" });
      expect((await finish(browser, answer)).status).toBe(401);
      expect(refused(await finish(browser, answer))).toEqual([400, "invalid_request_error"]);
    }
  });

  it("with a counter that has not gone on, which says that there is a copy", async () => {
    const { device } = await enroll();
    expect((await signIn(device, { counter: 7 })).answer.status).toBe(201);
    for (const counter of [7, 6, 0]) {
      expect(refused((await signIn(device, { counter })).answer)).toEqual(wrong);
      expect((await lastFailure())?.details).toMatchObject({ method: "passkey", reason: "behind" });
    }
    expect((await signIn(device, { counter: 8 })).answer.status).toBe(201);
  });

  it("late, or in another browser than the one that has begun", async () => {
    const { device } = await enroll();
    const browser = new Browser(origin);
    const options = await beginSignIn(browser);
    expect(refused(await finish(new Browser(origin), device.sign(options)))).toEqual([400, "invalid_request_error"]);
    plane.clock.nowMs += 5 * 60_000;
    expect(refused(await finish(browser, device.sign(options)))).toEqual([400, "invalid_request_error"]);
  });

  it("from a page of another site, by a program, or at a page without a name", async () => {
    const { device } = await enroll();
    const browser = new Browser(origin);
    const options = await beginSignIn(browser);
    const foreign = { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" };
    const body = { credential: device.sign(options) };
    expect((await browser.send("POST", "/admin/sign-in/passkey", body, foreign)).status).toBe(403);
    expect((await browser.send("POST", "/admin/sign-in/passkey/begin", undefined, foreign)).status).toBe(403);
    await expect(plane.as(null).signIn.beginPasskey()).rejects.toMatchObject({ status: 403 });
    const numbered = await new Browser(plane.url).send("POST", "/admin/sign-in/passkey/begin");
    expect([numbered.status, errorOf(numbered).message]).toEqual([403, expect.stringContaining("not by an address")]);
  });

  it("with a passkey of the same server by another name", async () => {
    const { device } = await enroll();
    const elsewhere = new Browser("http://ghost.localhost", plane.url);
    const options = await beginSignIn(elsewhere);
    expect(options["rpId"]).toBe("ghost.localhost");
    const signed = device.sign(
      { ...options, rpId: "localhost" },
      { rpId: "ghost.localhost", origin: elsewhere.origin },
    );
    expect(refused(await finish(elsewhere, signed))).toEqual(wrong);
  });

  it("by guessing: who fails waits, and its owner does not", async () => {
    const { device } = await enroll();
    const statuses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1)
      statuses.push((await signIn(device, { isVerified: false })).answer.status);
    expect(statuses).toContain(429);
    plane.clock.nowMs += 15 * 60_000;
    expect((await signIn(device)).answer.status).toBe(201);
  });
});

/** Of SQLite there is one instance. */
describe.each(availableEngines().filter(({ name }) => name === "postgres"))("at two instances on $name", (engine) => {
  it("what was begun at one is finished at the other, and at both at once counts once", async () => {
    const database = await engine.create();
    const [one, two] = [
      await startAdminPlane({ database }),
      await startAdminPlane({ database: { ...database, dispose: async () => {} } }),
    ];
    try {
      const at = (server: AdminPlane): Browser => new Browser(origin, server.url);
      const moved = (from: Browser, to: AdminPlane): Browser => {
        const browser = at(to);
        for (const [name, value] of from.cookies) browser.cookies.set(name, value);
        return browser;
      };
      await one.admin.users.create({ body: { email: "two@example.com", password } });
      const here = at(one);
      await here.send("POST", "/admin/browser-sessions", { email: "two@example.com", password });
      const device = new Authenticator(origin, { counts: false });
      const credential = device.make(await begin(here));
      expect((await moved(here, two).send("POST", "/admin/passkeys", { name: "x", credential })).status).toBe(201);
      const asking = at(one);
      const signed = device.sign(await beginSignIn(asking));
      const tries = [one, two, one, two].map((server) => finish(moved(asking, server), signed));
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.toSorted((less, more) => less - more)).toEqual([201, 401, 401, 401]);
    } finally {
      await two.close();
      await one.close();
    }
  });
});

describe("where the server has a public address", () => {
  it("passkeys are for pages there, whatever a request says of itself", async () => {
    const other = await startAdminPlane({ publicUrl: "https://ghost.example.com", trustedProxies: ["loopback"] });
    const at = (given: string, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${other.url}/admin/sign-in/passkey/begin`, {
        method: "POST",
        headers: { origin: given, "sec-fetch-site": "same-origin", ...headers },
      });
    try {
      expect((await other.as(null).signIn.options()).passkey_origin).toBe("https://ghost.example.com");
      const begun = await at("https://ghost.example.com");
      expect(await begun.json()).toMatchObject({ options: { rpId: "ghost.example.com" } });
      const odd = { "x-forwarded-host": "evil.example.com", forwarded: "host=evil.example.com" };
      expect(await (await at("https://ghost.example.com", odd)).json()).toMatchObject({
        options: { rpId: "ghost.example.com" },
      });
      expect((await at("https://evil.example.com")).status).toBe(403);
    } finally {
      await other.close();
    }
  });
});
