// The same with an issuer that is none of ours: oidc-provider, a certified implementation, in this process.

import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Provider } from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openAsk } from "./sign-in-support/ask.ts";
import { Browser } from "./sign-in-support/browser.ts";

const asker = openAsk();
const client = { client_id: "ghostllm", client_secret: "a secret that the issuer made" };
const scopes = ["openid", "email", "profile", "groups", "offline_access"];
const accountId = "ada";

let plane: AdminPlane;
let groups: readonly string[] = ["staff"];
let issuerUrl = "";
let provider: Provider;
let methodId: string;

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  // Whoever comes to its page signs in as Ada, and consents to all that is asked.
  if (request.url?.startsWith("/interaction/") === true) void letIn(request, response);
  else void provider.callback()(request, response);
};
const server = createServer((request, response) => answer(request, response));

async function letIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const grant = new provider.Grant({ accountId, clientId: client.client_id });
  grant.addOIDCScope(scopes.join(" "));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}

async function makeProvider(): Promise<Provider> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: `key ${Math.random()}`, alg: "RS256", use: "sig" };
  return new Provider(issuerUrl, {
    clients: [
      {
        ...client,
        redirect_uris: [`${plane.url}/console/sign-in/return`],
        post_logout_redirect_uris: [`${plane.url}/console/sign-in`],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [key] },
    scopes,
    claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    conformIdTokenClaims: false,
    findAccount: async () => ({
      accountId,
      claims: async () => ({
        ...{ sub: accountId, email: "ada@example.com", email_verified: true, name: "Ada Lovelace" },
        groups: [...groups],
      }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    cookies: { keys: ["a key of the tests"] },
    ttl: { AccessToken: 60, IdToken: 300, Interaction: 300, Session: 300, Grant: 3_600 },
  });
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  issuerUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  plane = await startAdminPlane({ ask: asker.ask });
  provider = await makeProvider();
  const body = { label: "Example Corp", issuer: issuerUrl, ...client, scopes, provision_domains: ["example.com"] };
  const group_roles = [{ group: "ghost-admins", role: "admin" as const }];
  ({ id: methodId } = await plane.admin.signInMethods.create({ body: { ...body, group_roles } }));
});
afterAll(async () => {
  await plane.close();
  await asker.close();
  server.closeAllConnections();
  server.close();
});

/** Goes through the issuer's pages as a browser does, until it is led back. */
async function goThrough(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let at = url, steps = 0; steps < 10; steps += 1) {
    if (!at.startsWith(issuerUrl)) return at;
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
      ...{ ok: true, fault: null, issuer: issuerUrl, signs_out: true },
    });
  });

  it("lets somebody in, by his groups, and again", async () => {
    groups = ["staff"];
    expect((await (await signIn()).me()).body).toMatchObject({ role: "member", user: { username: "Ada Lovelace" } });
    groups = ["staff", "ghost-admins"];
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
    groups = ["ghost-admins"];
    const browser = await signIn();
    for (const [now, status] of [
      [["staff"], 403],
      [["ghost-admins"], 200],
      [[], 403],
    ] as const) {
      groups = now;
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
    provider = await makeProvider();
    expect((await (await signIn()).me()).status).toBe(200);
  });
});
