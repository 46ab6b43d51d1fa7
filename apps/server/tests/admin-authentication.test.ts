import { permissions } from "@ghostllm/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminKey, postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
const password = "correct horse battery";

beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.users.create({ body: { email: "Ada@Example.com", password, role: "admin" } });
  await plane.admin.users.create({ body: { email: "bob@example.com", password } });
});
afterAll(() => plane.close());

async function keyOf(email: string, expiresAt: string | null = null) {
  const { data } = await plane.admin.users.list();
  const owner = data.find((user) => user.email === email);
  return plane.admin.apiKeys.create({
    body: { name: "test", expires_at: expiresAt, ...(owner && { user_id: owner.id }) },
  });
}

describe("without a valid credential", () => {
  it.each([
    ["nothing", {}],
    ["a wrong admin key", { authorization: "Bearer wrong" }],
    ["an unknown key", { authorization: `Bearer gk-000000000000-${"0".repeat(64)}` }],
    ["a forged token", { authorization: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0." }],
    ["basic authentication", { authorization: `Basic ${btoa(`admin:${adminKey}`)}` }],
  ])("refuses %s with 401", async (_, headers) => {
    const response = await fetch(`${plane.url}/admin/users`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toMatchObject({
      error: { type: "authentication_error", code: "invalid_api_key", param: null },
    });
  });

  it("does not read the body of a stranger", async () => {
    const response = await fetch(`${plane.url}/admin/users`, postJson({ not: "a user" }));
    expect(response.status).toBe(401);
  });
});

describe("the admin key", () => {
  it("is accepted as x-api-key too", async () => {
    const response = await fetch(`${plane.url}/admin/me`, { headers: { "x-api-key": adminKey } });
    const permitted = Object.fromEntries(Object.keys(permissions).map((name) => [name, "all"]));
    const nobodys = { user: null, expires_at: null, teams: [], must_set_up_second_factor: false };
    expect(await response.json()).toEqual({ via: "admin_key", role: "admin", permissions: permitted, ...nobodys });
  });
});

describe("keys of users", () => {
  it("lets an admin's key in", async () => {
    const { key } = await keyOf("ada@example.com");
    expect(await plane.as(key).sessions.me()).toMatchObject({
      via: "api_key",
      role: "admin",
      user: { email: "ada@example.com" },
    });
    expect((await plane.as(key).users.list()).data).toHaveLength(2);
  });

  it("answers 403 to the key of somebody who is no admin, except about himself", async () => {
    const { key } = await keyOf("bob@example.com");
    await expect(plane.as(key).users.list()).rejects.toMatchObject({ status: 403, code: "permission_denied" });
    expect((await plane.as(key).sessions.me()).user?.email).toBe("bob@example.com");
  });

  it("tells a user what is his own and what he may not", async () => {
    await plane.admin.users.create({ body: { email: "eve@example.com", password } });
    const { key } = await keyOf("eve@example.com");
    const session = await plane.as(null).sessions.create({ body: { email: "eve@example.com", password } });
    const byKey = await plane.as(key).sessions.me();
    const bySession = await plane.as(session.token).sessions.me();
    expect(byKey.permissions).toMatchObject({ "self.read": "own", "keys.read": "own", "usage.read": "own" });
    expect(byKey.permissions).not.toHaveProperty(["users.read"]);
    expect(bySession.permissions).toEqual(byKey.permissions);
    expect([byKey.expires_at, bySession.expires_at]).toEqual([null, session.expires_at]);
    const keys = await plane.as(key).apiKeys.list();
    expect(new Set(keys.data.map(({ user_id }) => user_id))).toEqual(new Set([byKey.user?.id]));
    await plane.admin.users.remove({ params: { id: byKey.user?.id ?? "" } });
  });

  it("refuses an expired key", async () => {
    const { key } = await keyOf("ada@example.com", new Date(plane.clock.nowMs + 60_000).toISOString());
    expect((await plane.as(key).sessions.me()).role).toBe("admin");
    plane.clock.nowMs += 60_001;
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject({ status: 401 });
  });
});

describe("sessions", () => {
  it("opens one with e-mail and password, for twelve hours", async () => {
    const session = await plane.as(null).sessions.create({ body: { email: "ADA@example.com", password } });
    expect(Date.parse(session.expires_at) - plane.clock.nowMs).toBeGreaterThan(11.9 * 3_600_000);
    expect(await plane.as(session.token).sessions.me()).toMatchObject({ via: "session", role: "admin" });
    plane.clock.nowMs += 12 * 3_600_000 + 1000;
    await expect(plane.as(session.token).sessions.me()).rejects.toMatchObject({ status: 401 });
  });

  it("tells a wrong password and an unknown user alike", async () => {
    const attempt = async (email: string) =>
      (await fetch(`${plane.url}/admin/sessions`, postJson({ email, password: "wrong" }))).text();
    expect(await attempt("ada@example.com")).toBe(await attempt("nobody@example.com"));
  });

  it("ends when it is signed out, and no other with it", async () => {
    const signIn = () => plane.as(null).sessions.create({ body: { email: "ada@example.com", password } });
    const [one, other] = [await signIn(), await signIn()];
    expect(await plane.as(one.token).sessions.end()).toEqual({ deleted: true, issuer_url: null });
    await expect(plane.as(one.token).sessions.me()).rejects.toMatchObject({ status: 401 });
    expect(await plane.as(other.token).sessions.me()).toMatchObject({ via: "session" });
    await expect(plane.admin.sessions.end()).rejects.toMatchObject({ status: 400, code: "invalid_request_error" });
  });

  it("ends when the password changes", async () => {
    const user = await plane.admin.users.create({ body: { email: "carol@example.com", password, role: "admin" } });
    const { token } = await plane.as(null).sessions.create({ body: { email: "carol@example.com", password } });
    await plane.admin.users.update({ params: { id: user.id }, body: { password: "another long password" } });
    await expect(plane.as(token).sessions.me()).rejects.toMatchObject({ status: 401 });
  });

  it("loses its rights when the user loses the role", async () => {
    const user = await plane.admin.users.create({ body: { email: "dan@example.com", password, role: "admin" } });
    const { token } = await plane.as(null).sessions.create({ body: { email: "dan@example.com", password } });
    await plane.admin.users.update({ params: { id: user.id }, body: { role: "member" } });
    await expect(plane.as(token).users.list()).rejects.toMatchObject({ status: 403 });
  });

  it("slows down who guesses, also with the right password, until the wait is over", async () => {
    const attempt = (tried: string) =>
      plane.as(null).sessions.create({ body: { email: "bob@example.com", password: tried } });
    for (let tries = 0; tries < 5; tries += 1) await expect(attempt("wrong")).rejects.toMatchObject({ status: 401 });
    await expect(attempt(password)).rejects.toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    plane.clock.nowMs += 2000;
    expect((await attempt(password)).user.email).toBe("bob@example.com");
  });

  it("compares all of a password longer than what bcrypt reads", async () => {
    const long = "x".repeat(100);
    await plane.admin.users.create({ body: { email: "eve@example.com", password: `${long}a` } });
    const attempt = (tried: string) =>
      plane.as(null).sessions.create({ body: { email: "eve@example.com", password: tried } });
    await expect(attempt(`${long}b`)).rejects.toMatchObject({ status: 401 });
    expect((await attempt(`${long}a`)).user.has_password).toBe(true);
  });
});
