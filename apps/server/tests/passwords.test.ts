// Passwords that people set themselves: by a link, and by the one they know.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

const password = "correct horse battery";
const another = "staple staple staple";

let plane: AdminPlane;
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
});
afterAll(() => plane.close());

async function addUser(given: { readonly password?: string } = { password }) {
  const email = `link${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, ...given } });
  const signIn = async (tried: string) =>
    plane.as((await plane.as(null).sessions.create({ body: { email, password: tried } })).token);
  return { id, email, signIn };
}

const linkFor = (id: string, hours?: number) =>
  plane.admin.passwords.createLink({ params: { id }, body: { ...(hours !== undefined && { hours }) } });
const use = (token: string, chosen = another) =>
  plane.as(null).passwords.useLink({ body: { token, password: chosen } });
const usedUp = { status: 403, message: expect.stringContaining("used up or too old") };
const wrong = { status: 401, message: "The e-mail address or the password is wrong" };

describe("a link", () => {
  it("invites who has no password", async () => {
    const user = await addUser({});
    await expect(user.signIn(another)).rejects.toMatchObject(wrong);
    const { token, path } = await linkFor(user.id);
    expect(path).toBe(`/console/set-password#${token}`);
    expect(await use(token)).toEqual({ email: user.email });
    expect((await (await user.signIn(another)).sessions.me()).user?.id).toBe(user.id);
  });

  it("counts once, and ends all sessions of who has had another password", async () => {
    const user = await addUser();
    const session = await user.signIn(password);
    const { token } = await linkFor(user.id);
    expect((await session.sessions.me()).via).toBe("session");
    await use(token);
    await expect(session.sessions.me()).rejects.toMatchObject({ status: 401 });
    await expect(user.signIn(password)).rejects.toMatchObject(wrong);
    await expect(use(token, password)).rejects.toMatchObject(usedUp);
    expect((await (await user.signIn(another)).sessions.me()).via).toBe("session");
  });

  it("counts once also where it is used several times at once", async () => {
    const { token } = await linkFor((await addUser()).id);
    const tries = await Promise.allSettled([1, 2, 3].map(() => use(token)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("counts for as long as was said, and until there is a newer one", async () => {
    const { id } = await addUser();
    const first = await linkFor(id);
    const second = await linkFor(id, 1);
    await expect(use(first.token)).rejects.toMatchObject(usedUp);
    plane.clock.nowMs += 3_600_000;
    await expect(use(second.token)).rejects.toMatchObject(usedUp);
    expect((await use((await linkFor(id)).token)).email).toContain("link");
  });

  it("is refused a password that is too short, and counts still", async () => {
    const { token } = await linkFor((await addUser()).id);
    await expect(use(token, "short")).rejects.toMatchObject({ status: 400, param: "password" });
    expect((await use(token)).email).toContain("link");
  });

  it("is made by an administrator alone, and is nowhere to be read", async () => {
    const [ada, bob] = [await addUser(), await addUser()];
    const session = await ada.signIn(password);
    const attempt = session.passwords.createLink({ params: { id: bob.id }, body: {} });
    await expect(attempt).rejects.toMatchObject({ status: 403 });
    const { token } = await linkFor(bob.id);
    const stored = await plane.store.database.kysely.selectFrom("password_links").selectAll().execute();
    expect(JSON.stringify([stored, plane.logged])).not.toContain(token);
  });
});

describe("one's own password", () => {
  it("is changed by who knows it, and ends all sessions", async () => {
    const user = await addUser();
    const session = await user.signIn(password);
    const change = (present: string) => session.passwords.change({ body: { present, password: another } });
    await expect(change("wrong")).rejects.toMatchObject({ status: 400, param: "present" });
    expect((await session.sessions.me()).via).toBe("session");
    expect(await change(password)).toEqual({ changed: true });
    await expect(session.sessions.me()).rejects.toMatchObject({ status: 401 });
    expect((await (await user.signIn(another)).sessions.me()).via).toBe("session");
  });

  it("is not changed by a key", async () => {
    const { id } = await addUser();
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    const attempt = plane.as(key).passwords.change({ body: { present: password, password: another } });
    await expect(attempt).rejects.toMatchObject({ status: 400 });
  });

  it("is guessed by nobody who has a session", async () => {
    const user = await addUser();
    const session = await user.signIn(password);
    const failures = [];
    for (let tries = 0; tries < 15; tries += 1)
      failures.push(
        await session.passwords.change({ body: { present: "x", password: another } }).catch((error: unknown) => error),
      );
    expect(failures.at(-1)).toMatchObject({ status: 429 });
  });
});
