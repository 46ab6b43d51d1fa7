// The same with an issuer that is none of ours: oidc-provider, a certified implementation, in this process.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openAsk } from "./sign-in-support/ask.ts";
import { Browser } from "./sign-in-support/browser.ts";
import { CertifiedIssuer } from "./sign-in-support/certified-issuer.ts";

const asker = openAsk();

let plane: AdminPlane;
let issuer: CertifiedIssuer;
let methodId: string;

beforeAll(async () => {
  issuer = await CertifiedIssuer.start();
  plane = await startAdminPlane({ ask: asker.ask });
  await issuer.register(`${plane.url}/console`);
  const { url, client, scopes } = issuer;
  const body = { label: "Example Corp", issuer: url, ...client, scopes, provision_domains: ["example.com"] };
  const group_roles = [{ group: "ghost-admins", role: "admin" as const }];
  ({ id: methodId } = await plane.admin.signInMethods.create({ body: { ...body, group_roles } }));
});
afterAll(async () => {
  await plane.close();
  await asker.close();
  issuer.close();
});

/** Goes through the issuer's pages as a browser does, until it is led back. */
async function goThrough(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let at = url, steps = 0; steps < 10; steps += 1) {
    if (!at.startsWith(issuer.url)) return at;
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    at = new URL(location, at).href;
  }
  throw new Error("The issuer leads nowhere");
}

async function signIn() {
  const browser = new Browser(plane.url);
  const answered = await browser.finish(await goThrough(await browser.begin(methodId)));
  expect([answered.status, answered.body]).toMatchObject([201, { user: { email: "ada@example.com" } }]);
  return browser;
}

describe("a certified issuer", () => {
  it("is known by its address, and says that it wants to know of sign-outs", async () => {
    expect(await plane.admin.signInMethods.test({ params: { id: methodId } })).toEqual({
      ...{ ok: true, fault: null, issuer: issuer.url, signs_out: true },
    });
  });

  it("lets somebody in, by his groups, and again", async () => {
    issuer.groups = ["staff"];
    expect((await (await signIn()).me()).body).toMatchObject({ role: "member", user: { username: "Ada Lovelace" } });
    issuer.groups = ["staff", "ghost-admins"];
    expect((await (await signIn()).me()).body).toMatchObject({ role: "admin" });
  });

  it("takes no code twice", async () => {
    const browser = new Browser(plane.url);
    const begun = await browser.begin(methodId);
    const kept = new Map(browser.cookies);
    const url = await goThrough(begun);
    expect((await browser.finish(url)).status).toBe(201);
    const thief = new Browser(plane.url);
    for (const [name, value] of kept) thief.cookies.set(name, value);
    expect(await thief.finish(url)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("used up") } },
    });
  });

  it("takes rights away within a session, by refresh tokens that count once each", async () => {
    // Without another one, the last who governs would stay.
    await plane.admin.users.create({ body: { email: "other@example.com", role: "admin" } });
    issuer.groups = ["ghost-admins"];
    const browser = await signIn();
    for (const [now, status] of [
      [["staff"], 403],
      [["ghost-admins"], 200],
      [[], 403],
    ] as const) {
      issuer.groups = now;
      plane.clock.nowMs += 61_000;
      expect((await browser.send("GET", "/admin/users")).status).toBe(status);
    }
  });

  it("ends its own session when it is told of a sign-out", async () => {
    const browser = await signIn();
    const back = `${plane.url}/console/sign-in`;
    const { body } = await browser.send("DELETE", `/admin/sessions/current?return_url=${encodeURIComponent(back)}`);
    const response = await fetch((body as { issuer_url: string }).issuer_url, { redirect: "manual" });
    // Its page asks whether one wants to: it knows the client, the token and where to lead back to.
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("logout");
  });

  it("is known by new keys at once", async () => {
    await signIn();
    await issuer.renewKeys();
    expect((await (await signIn()).me()).status).toBe(200);
  });
});
