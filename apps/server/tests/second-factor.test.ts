// The second factor: set up, wanted where one signs in with a password, used once each, lost and reset.

import { Secret, TOTP } from "otpauth";
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

const nextPeriod = (): void => void (plane.clock.nowMs += 30_000);

async function addUser(role: "admin" | "member" = "member") {
  const email = `second${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { email, password, role } });
  const signIn = async (code?: string) => {
    const body = { email, password, ...(code !== undefined && { code }) };
    return plane.as((await plane.as(null).sessions.create({ body })).token);
  };
  return { id, email, signIn };
}

/** Somebody whose app has the secret. */
async function enroll() {
  const user = await addUser();
  const session = await user.signIn();
  const { secret, uri } = await session.secondFactor.begin({ body: { password } });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (aside = 0): string => app.generate({ timestamp: plane.clock.nowMs + aside });
  const { recovery_codes: recovery } = await session.secondFactor.confirm({ body: { code: code() } });
  nextPeriod();
  return { ...user, session, secret, uri, code, recovery };
}

const wanted = { status: 401, code: "second_factor_required" };
const wrong = { status: 401, code: "invalid_api_key" };

describe("a second factor", () => {
  it("is wanted from when it is confirmed, and the answer says so", async () => {
    const user = await addUser();
    const session = await user.signIn();
    const { secret, uri } = await session.secondFactor.begin({ body: { password } });
    expect(uri).toMatch(new RegExp(`^otpauth://totp/GhostLLM:${encodeURIComponent(user.email)}\\?.*secret=${secret}`));
    await user.signIn();
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plane.clock.nowMs });
    const { recovery_codes: codes } = await session.secondFactor.confirm({ body: { code } });
    expect(new Set(codes).size).toBe(10);
    for (const one of codes) expect(one).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    await expect(user.signIn()).rejects.toMatchObject(wanted);
    expect(await session.secondFactor.get()).toEqual({
      is_on: true,
      since: expect.any(String),
      recovery_codes_left: 10,
    });
    nextPeriod();
    const next = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plane.clock.nowMs });
    expect((await (await user.signIn(next)).sessions.me()).user?.id).toBe(user.id);
  });

  it("is not begun without the password, by a key, or while there is one", async () => {
    const { session, id } = await enroll();
    await expect(session.secondFactor.begin({ body: { password: "wrong" } })).rejects.toMatchObject({
      status: 400,
      param: "password",
    });
    await expect(session.secondFactor.begin({ body: { password } })).rejects.toMatchObject({ status: 409 });
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    await expect(plane.as(key).secondFactor.remove({ body: { password } })).rejects.toMatchObject({ status: 400 });
    await expect(plane.admin.secondFactor.get()).rejects.toMatchObject({ status: 400 });
  });

  it("tells nobody whether it is wanted who does not know the password", async () => {
    const { email } = await enroll();
    const attempt = plane.as(null).sessions.create({ body: { email, password: "wrong", code: "000000" } });
    await expect(attempt).rejects.toMatchObject({ ...wrong, message: "The e-mail address or the password is wrong" });
  });

  it("is in no list, no log and in the database under lock and key", async () => {
    const { secret, recovery } = await enroll();
    const kysely = plane.store.database.kysely;
    const stored = [
      ...(await kysely.selectFrom("second_factors").selectAll().execute()),
      ...(await kysely.selectFrom("recovery_codes").selectAll().execute()),
    ];
    const shown = JSON.stringify([stored, await plane.admin.users.list({ query: { limit: 500 } }), plane.logged]);
    for (const one of [secret, ...recovery]) expect(shown).not.toContain(one);
  });
});

describe("a code", () => {
  it("counts once", async () => {
    const { signIn, code } = await enroll();
    const used = code();
    await signIn(used);
    await expect(signIn(used)).rejects.toMatchObject({ ...wrong, message: expect.stringContaining("used already") });
    nextPeriod();
    await signIn(`${code().slice(0, 3)} ${code().slice(3)}`);
  });

  it("counts once also where it is tried many times at once", async () => {
    const { signIn, code } = await enroll();
    const tries = await Promise.allSettled(Array.from({ length: 3 }, () => signIn(code())));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("does not count when a later one was used", async () => {
    const { signIn, code } = await enroll();
    const earlier = code();
    await signIn(code(30_000));
    await expect(signIn(earlier)).rejects.toMatchObject(wrong);
  });

  it.each([
    [-30_000, true],
    [30_000, true],
    [-90_000, false],
    [90_000, false],
  ])("of a clock that is off by %s ms counts: %s", async (aside, counts) => {
    const { signIn, code } = await enroll();
    nextPeriod();
    const attempt = signIn(code(aside));
    if (counts) expect((await (await attempt).sessions.me()).via).toBe("session");
    else await expect(attempt).rejects.toMatchObject(wrong);
  });

  it("is guessed by nobody who knows the password", async () => {
    const { signIn, code } = await enroll();
    let refused = 0;
    for (let tries = 0; tries < 40; tries += 1) {
      const failure: unknown = await signIn("000000").catch((error: unknown) => error);
      if (failure instanceof Error && "status" in failure && failure.status === 429) refused += 1;
      plane.clock.nowMs += 1_000;
    }
    expect(refused).toBeGreaterThan(15);
    plane.clock.nowMs += 15 * 60_000;
    expect((await (await signIn(code())).sessions.me()).via).toBe("session");
  });
});

describe("who has lost the app", () => {
  it("comes in with a recovery code, once with each", async () => {
    const { signIn, recovery, session } = await enroll();
    const [first = "", second = ""] = recovery;
    await signIn(first);
    await expect(signIn(first)).rejects.toMatchObject(wrong);
    await signIn(second.toUpperCase().replaceAll("-", " "));
    expect((await session.secondFactor.get()).recovery_codes_left).toBe(8);
  });

  it("is let in by an administrator, and by nobody else", async () => {
    const { id, signIn } = await enroll();
    const stranger = await (await addUser()).signIn();
    await expect(stranger.secondFactor.reset({ params: { id } })).rejects.toMatchObject({ status: 403 });
    expect((await plane.admin.secondFactor.ofUser({ params: { id } })).is_on).toBe(true);
    await plane.admin.secondFactor.reset({ params: { id } });
    expect((await (await signIn()).sessions.me()).via).toBe("session");
  });

  it("removes it with the password", async () => {
    const { signIn, session } = await enroll();
    await expect(session.secondFactor.remove({ body: { password: "wrong" } })).rejects.toMatchObject({ status: 400 });
    await session.secondFactor.remove({ body: { password } });
    expect((await (await signIn()).sessions.me()).via).toBe("session");
    expect((await session.secondFactor.get()).is_on).toBe(false);
  });
});
