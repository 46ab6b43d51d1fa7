// Sessions as they are listed and ended, and users who are switched off.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

const password = "correct horse battery";

let plane: AdminPlane;
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
});
afterAll(() => plane.close());

async function addUser(role: "admin" | "member" = "member") {
  serial += 1;
  const email = `${serial}@example.com`;
  const user = await plane.admin.users.create({ body: { email, password, role } });
  const signIn = async () => plane.as((await plane.as(null).sessions.create({ body: { email, password } })).token);
  return { ...user, signIn };
}

const ended = { status: 401, code: "invalid_api_key" };

describe("sessions", () => {
  it("are listed with when, from where and by what, each user his own", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const session = await ada.signIn();
    await bob.signIn();
    const { data } = await session.sessions.list();
    expect(data).toEqual([
      {
        ...{ id: expect.any(String), user_id: ada.id, method: "password", browser: false, is_current: true },
        ...{ address: "127.0.0.1", user_agent: "node" },
        ...{ created_at: expect.any(String), seen_at: expect.any(String), expires_at: expect.any(String) },
      },
    ]);
    const ofBob = await plane.admin.sessions.list({ query: { user_id: bob.id } });
    expect(ofBob.data).toMatchObject([{ user_id: bob.id, is_current: false }]);
    expect((await session.sessions.list({ query: { user_id: bob.id } })).data).toEqual([]);
  });

  it("tell when they were used last, to within a minute", async () => {
    const ada = await addUser();
    const session = await ada.signIn();
    plane.clock.nowMs += 120_000;
    await session.sessions.me();
    const seen = async () => Date.parse((await session.sessions.list()).data[0]?.seen_at ?? "");
    await expect.poll(seen).toBeGreaterThan(plane.clock.nowMs - 60_000);
  });

  it("are ended one by one, by their user and by admins, and by nobody else", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const [one, two, stranger] = [await ada.signIn(), await ada.signIn(), await bob.signIn()];
    const listed = (await one.sessions.list()).data;
    const [first, second] = [listed.find(({ is_current }) => is_current), listed.find(({ is_current }) => !is_current)];
    const end = (client: typeof one, id = "") => client.sessions.remove({ params: { id } });
    await expect(end(stranger, first?.id)).rejects.toMatchObject({ status: 404 });
    expect(await end(one, second?.id)).toEqual({ id: second?.id, user_id: ada.id, deleted: true });
    await expect(two.sessions.me()).rejects.toMatchObject(ended);
    expect((await one.sessions.me()).via).toBe("session");
    await end(plane.admin, first?.id);
    await expect(one.sessions.me()).rejects.toMatchObject(ended);
    await expect(end(plane.admin, first?.id)).rejects.toMatchObject({ status: 404 });
  });

  it("are ended all at once", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const [one, two, stranger] = [await ada.signIn(), await ada.signIn(), await bob.signIn()];
    await expect(stranger.sessions.removeOfUser({ params: { id: ada.id } })).rejects.toMatchObject({ status: 404 });
    expect(await plane.admin.sessions.removeOfUser({ params: { id: ada.id } })).toEqual({ user_id: ada.id, ended: 2 });
    for (const session of [one, two]) await expect(session.sessions.me()).rejects.toMatchObject(ended);
    expect(await stranger.sessions.removeOfUser({ params: { id: bob.id } })).toEqual({ user_id: bob.id, ended: 1 });
  });
});

describe("a user who is switched off", () => {
  const switchOff = (id: string) => plane.admin.users.update({ params: { id }, body: { is_active: false } });
  const switchOn = (id: string) => plane.admin.users.update({ params: { id }, body: { is_active: true } });

  it("loses his sessions and keys at once, and has keys and password again when he is switched on", async () => {
    const ada = await addUser("admin");
    await addUser("admin");
    const session = await ada.signIn();
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: ada.id } });
    expect((await switchOff(ada.id)).is_active).toBe(false);
    await expect(session.sessions.me()).rejects.toMatchObject(ended);
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject(ended);
    await expect(ada.signIn()).rejects.toMatchObject({ status: 403, message: expect.stringContaining("switched off") });
    expect((await switchOn(ada.id)).is_active).toBe(true);
    expect((await plane.as(key).sessions.me()).user?.id).toBe(ada.id);
    expect((await (await ada.signIn()).sessions.me()).via).toBe("session");
    await expect(session.sessions.me()).rejects.toMatchObject(ended);
  });

  it("is told so only where the password is right", async () => {
    const ada = await addUser();
    await switchOff(ada.id);
    const attempt = plane.as(null).sessions.create({ body: { email: ada.email, password: "another password" } });
    await expect(attempt).rejects.toMatchObject({ ...ended, message: "The e-mail address or the password is wrong" });
  });

  it("has keys that nobody can use, also such as are made meanwhile", async () => {
    const ada = await addUser();
    await switchOff(ada.id);
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: ada.id } });
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject(ended);
    await switchOn(ada.id);
    expect((await plane.as(key).sessions.me()).via).toBe("api_key");
  });

  it("is not the last admin who may sign in", async () => {
    const others = (await plane.admin.users.list({ query: { limit: 500 } })).data.filter(
      ({ role }) => role === "admin",
    );
    const last = await addUser("admin");
    for (const { id } of others) await switchOff(id);
    await expect(switchOff(last.id)).rejects.toMatchObject({ status: 409, code: "conflict" });
    for (const { id } of others) await switchOn(id);
    expect((await switchOff(last.id)).is_active).toBe(false);
  });
});
