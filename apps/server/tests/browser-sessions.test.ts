// The session of a browser: what its cookie is like, and who may use it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

const password = "correct horse battery";
const credentials = { email: "ada@example.com", password };
const chromium = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
const safari = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
const own = { "sec-fetch-site": "same-origin" };

let plane: AdminPlane;
beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.users.create({ body: { ...credentials, role: "admin" } });
});
afterAll(() => plane.close());

type Headers = Readonly<Record<string, string>>;

function signIn(headers: Headers): Promise<Response> {
  const { method, body, headers: json } = postJson(credentials);
  const init = { headers: { ...(json as Headers), ...headers }, ...(method && { method }), ...(body && { body }) };
  return fetch(`${plane.url}/admin/browser-sessions`, init);
}

/** What a browser would send back. */
async function cookieOf(headers: Headers = { origin: plane.url, ...own }): Promise<string> {
  const [cookie = ""] = (await signIn(headers)).headers.getSetCookie();
  return cookie.split(";", 1)[0] ?? "";
}

const ask = async (cookie: string, headers: Headers, method = "GET", path = "/admin/me") =>
  fetch(plane.url + path, { method, headers: { cookie, ...headers } });

describe("the cookie", () => {
  it.each([
    ["https://ghost.example.com", chromium, true],
    ["https://ghost.example.com", safari, true],
    ["http://localhost:8080", chromium, true],
    ["http://127.0.0.1:8080", chromium, true],
    ["http://[::1]:8080", chromium, true],
    ["http://localhost:8080", safari, false],
    ["http://ghost.example.com", chromium, false],
    ["http://127.0.0.1.example.com", chromium, false],
  ])("of a page at %s is what that browser takes", async (origin, agent, isGuarded) => {
    const response = await signIn({ origin, "user-agent": agent, ...own });
    const [cookie = "", ...others] = response.headers.getSetCookie();
    expect(response.status).toBe(201);
    expect(others).toEqual([]);
    const secure = isGuarded ? "Secure; " : "";
    const name = isGuarded ? "__Host-ghostllm-session" : "ghostllm-session";
    expect(cookie).toMatch(
      new RegExp(`^${name}=[\\w.-]{100,}; Path=/; Max-Age=4(?:3200|319\\d); ${secure}HttpOnly; SameSite=Strict$`),
    );
  });

  it("holds the token, which no answer holds", async () => {
    const response = await signIn({ origin: plane.url, ...own });
    const body = await response.text();
    expect(JSON.parse(body)).toEqual({ expires_at: expect.any(String), user: expect.any(Object) });
    expect(body).not.toMatch(/eyJ/);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("opens what its user may do", async () => {
    const response = await ask(await cookieOf(), own);
    expect(await response.json()).toMatchObject({ via: "session", user: { email: "ada@example.com" } });
  });

  it("counts for less than a key that is sent beside it", async () => {
    const response = await ask(await cookieOf(), { ...own, authorization: "Bearer wrong" });
    expect(response.status).toBe(401);
  });

  it("ends when it is signed out, and is taken away", async () => {
    const cookie = await cookieOf();
    const ended = await ask(cookie, own, "DELETE", "/admin/sessions/current");
    expect(ended.status).toBe(200);
    for (const taken of ended.headers.getSetCookie()) expect(taken).toContain("=; Path=/; Max-Age=0;");
    expect(ended.headers.getSetCookie()).toHaveLength(2);
    const after = await ask(cookie, own);
    expect(after.status).toBe(401);
    expect(JSON.stringify(await after.json())).toContain("sign in again");
  });

  it("holds nothing but a session: no key opens by it", async () => {
    const { key } = await plane.admin.apiKeys.create({
      body: { name: "x", user_id: (await plane.admin.users.list()).data[0]?.id ?? "" },
    });
    expect((await ask(`__Host-ghostllm-session=${key}`, own)).status).toBe(401);
  });
});

describe("pages of others", () => {
  const foreign: readonly (readonly [string, string, Headers])[] = [
    ["another site, reading", "GET", { "sec-fetch-site": "cross-site" }],
    ["another host of the same site", "GET", { "sec-fetch-site": "same-site" }],
    ["another site, changing", "DELETE", { "sec-fetch-site": "cross-site" }],
    ["an address that was typed, changing", "DELETE", { "sec-fetch-site": "none" }],
    ["another origin in an old browser", "DELETE", { origin: "https://evil.example.com" }],
    ["another port in an old browser", "DELETE", { origin: "http://127.0.0.1:1" }],
    ["an origin that is none", "DELETE", { origin: "null" }],
    ["no origin at all, changing", "DELETE", {}],
    ["another origin, reading", "GET", { origin: "https://evil.example.com" }],
  ];

  it.each(foreign)("may not use it: %s", async (_, method, headers) => {
    const cookie = await cookieOf();
    const path = method === "GET" ? "/admin/me" : "/admin/sessions/current";
    const response = await ask(cookie, headers, method, path);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "permission_denied" } });
    expect((await ask(cookie, own)).status).toBe(200);
  });

  it.each(foreign.filter(([, method]) => method === "DELETE"))(
    "may not sign anybody in: %s",
    async (_, __, headers) => {
      const response = await signIn(headers);
      expect(response.status).toBe(403);
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  it("are told from own ones by the origin, where a browser says nothing else", async () => {
    const cookie = await cookieOf({ origin: plane.url });
    expect((await ask(cookie, { origin: plane.url }, "POST", "/admin/users")).status).toBe(400);
    expect((await ask(cookie, {})).status).toBe(200);
  });
});
