// What strangers try where people sign in: forged tokens, other people's pages, and questions that tell who is here.

import { createHash } from "node:crypto";
import { adminRouteList } from "@ghostllm/contract/routes";
import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPasswords } from "#control/sessions/passwords.ts";
import { postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { Browser } from "./sign-in-support/browser.ts";

const password = "correct horse battery";
/** Of startAdminPlane. */
const secret = "a secret of the tests";

let plane: AdminPlane;
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
});
afterAll(() => plane.close());

async function addUser(given: { readonly password?: string } = { password }, at = plane) {
  const email = `guarded${(serial += 1)}@example.com`;
  const { id } = await at.admin.users.create({ body: { email, role: "admin", ...given } });
  return { id, email };
}

async function sessionOf({ email }: { readonly email: string }) {
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  const [, payload = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
  return { token, claims };
}

const statusOf = async (token: string) =>
  (await fetch(`${plane.url}/admin/me`, { headers: { authorization: `Bearer ${token}` } })).status;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a token that is forged", () => {
  const sealedBy = (text: string) => createHash("sha256").update("ghostllm session").update(text).digest();
  const hs256 = { alg: "HS256", typ: "JWT" };

  it("is none without a signature, whatever it says of its algorithm", async () => {
    const { claims, token } = await sessionOf(await addUser());
    const [header = "", , signature = ""] = token.split(".");
    for (const alg of ["none", "None", "NONE", "", "HS256"])
      expect(await statusOf(`${part({ alg, typ: "JWT" })}.${part(claims)}.`)).toBe(401);
    expect(await statusOf(`${header}.${part({ ...claims, sub: "another" })}.${signature}`)).toBe(401);
    expect(await statusOf(token)).toBe(200);
  });

  it("is none by another algorithm or another key", async () => {
    const { claims } = await sessionOf(await addUser());
    const { privateKey } = await generateKeyPair("RS256");
    const forged = [
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "HS512" }).sign(sealedBy(secret)),
      await new SignJWT(claims).setProtectedHeader(hs256).sign(sealedBy("another secret")),
      // The secret itself is not the key: what else it may seal proves nothing here.
      await new SignJWT(claims).setProtectedHeader(hs256).sign(Buffer.from(secret)),
    ];
    for (const token of forged) expect(await statusOf(token)).toBe(401);
    // So these were refused for what they were to be.
    expect(await statusOf(await new SignJWT(claims).setProtectedHeader(hs256).sign(sealedBy(secret)))).toBe(200);
  });

  it("is none for another purpose, of another session or of another user, though it is signed rightly", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const [{ claims }, other] = [await sessionOf(ada), await sessionOf(bob)];
    const sign = (changed: Record<string, unknown>) =>
      new SignJWT({ ...claims, ...changed }).setProtectedHeader(hs256).sign(sealedBy(secret));
    const changes = [
      { aud: "another" },
      { iss: "another" },
      { jti: "made up" },
      { sub: bob.id },
      { jti: other.claims["jti"] },
    ];
    for (const change of [...changes, { exp: 1 }, { exp: undefined }, { jti: undefined }])
      expect([change, await statusOf(await sign(change))]).toEqual([change, 401]);
  });
});

describe("a session", () => {
  it("is a new one at each sign-in, whatever the browser had before", async () => {
    const [ada, attacker] = [await addUser(), await addUser()];
    const browser = new Browser(plane.url);
    await browser.send("POST", "/admin/browser-sessions", { email: attacker.email, password });
    const planted = new Map(browser.cookies);
    await browser.send("POST", "/admin/browser-sessions", { email: ada.email, password });
    expect([...browser.cookies.values()]).not.toEqual([...planted.values()]);
    const other = new Browser(plane.url);
    for (const [name, value] of planted) other.cookies.set(name, value);
    expect((await other.me()).body).toMatchObject({ user: { email: attacker.email } });
    expect((await browser.me()).body).toMatchObject({ user: { email: ada.email } });
  });

  const changing = adminRouteList.filter(({ method, permission }) => method !== "GET" && permission !== "public");

  it.each(changing.map(({ id, method, path }) => [id, method, path] as const))(
    "is of no use to pages of others: %s",
    async (_, method, path) => {
      const browser = new Browser(plane.url);
      await browser.send("POST", "/admin/browser-sessions", { email: (await anAdmin()).email, password });
      const foreign = { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" };
      const { status } = await browser.send(method, path.replace(/\{\w+\}/g, "none"), {}, foreign);
      expect(status).toBe(403);
    },
  );

  it("is shown to no page of others", async () => {
    const headers = { origin: "https://evil.example.com" };
    for (const path of ["/admin/me", "/admin/sign-in", "/scim/v2/Users"]) {
      const asked = await fetch(plane.url + path, { headers });
      expect([...asked.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      const preflight = { ...headers, "access-control-request-method": "POST" };
      const allowed = await fetch(plane.url + path, { method: "OPTIONS", headers: preflight });
      expect(allowed.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

let admin: Promise<{ readonly email: string }> | undefined;
function anAdmin() {
  admin ??= addUser();
  return admin;
}

describe("who is here", () => {
  const attempt = async (email: string, at = plane) => {
    const response = await fetch(`${at.url}/admin/sessions`, postJson({ email, password: "wrong password" }));
    return { status: response.status, text: await response.text() };
  };

  async function everybody(at = plane) {
    const [off, ...others] = [await addUser({ password }, at), await addUser({ password }, at), await addUser({}, at)];
    await at.admin.users.update({ params: { id: off.id }, body: { is_active: false } });
    return [...[off, ...others].map(({ email }) => email), `nobody${serial}@example.com`];
  }

  it("is told to nobody: the same answer for known, unknown, invited and switched off", async () => {
    const answers = [];
    for (const email of await everybody()) {
      const { status, text } = await attempt(email);
      answers.push(`${status} ${text}`);
    }
    expect(new Set(answers).size).toBe(1);
  });

  it("is not to be seen by how long an answer takes", async () => {
    const real = await startAdminPlane({ passwords: createPasswords() });
    const emails = await everybody(real);
    const least = new Map<string, number>();
    for (let round = 0; round < 2; round += 1) {
      for (const email of emails) {
        const before = process.cpuUsage();
        await attempt(email, real);
        const { user, system } = process.cpuUsage(before);
        least.set(email, Math.min(least.get(email) ?? Infinity, user + system));
      }
      // Whoever fails waits.
      real.clock.nowMs += 60_000;
    }
    await real.close();
    // By the work, which others on the machine do not change. A comparison takes a fifth of a second, and what is left out would be
    // missing as a whole.
    const work = [...least.values()];
    expect(Math.max(...work) / Math.min(...work)).toBeLessThan(3);
  });

  it("waits after failures whether it is somebody or nobody", async () => {
    for (const email of [(await addUser()).email, `nobody${serial}@example.com`]) {
      plane.clock.nowMs += 60_000;
      const statuses = [];
      for (let tries = 0; tries < 6; tries += 1) statuses.push((await attempt(email)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    }
  });
});
