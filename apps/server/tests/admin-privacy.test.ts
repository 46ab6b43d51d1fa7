import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
beforeEach(async () => {
  plane = await startAdminPlane();
});
afterEach(() => plane.close());

const pattern = { name: "staff", pattern: "E-[0-9]{6}", action: "mask" } as const;

describe("a privacy policy", () => {
  it("is set on a user and on a key, shown, changed and taken away, and the stricter of both is in force", async () => {
    const user = await plane.admin.users.create({
      body: { email: "ada@example.com", privacy: { classes: { email: "replace", card: "mask" }, patterns: [pattern] } },
    });
    expect(user.privacy).toEqual({
      classes: { email: "replace", card: "mask" },
      patterns: [pattern],
      unreadable: "allow",
    });
    const { id, key, privacy } = await plane.admin.apiKeys.create({
      body: { name: "k", user_id: user.id, privacy: { classes: { card: "block" }, unreadable: "refuse" } },
    });
    expect(privacy).toEqual({ classes: { card: "block" }, patterns: [], unreadable: "refuse" });
    const hash = createHash("sha256").update(key).digest("hex");
    const inForce = () => plane.snapshots.current().keys.get(hash)?.privacy;
    expect(inForce()).toMatchObject({
      classes: { email: "replace", card: "block", phone: "allow" },
      patterns: [pattern],
      unreadable: "refuse",
    });
    await plane.admin.users.update({ params: { id: user.id }, body: { privacy: { classes: { email: "block" } } } });
    expect(inForce()).toMatchObject({ classes: { email: "block", card: "block" }, patterns: [] });
    await plane.admin.users.update({ params: { id: user.id }, body: { username: "Ada" } });
    expect(inForce()?.classes.email).toBe("block");
    expect((await plane.admin.users.update({ params: { id: user.id }, body: { privacy: null } })).privacy).toBeNull();
    expect(inForce()).toEqual({ classes: { card: "block" }, patterns: [], unreadable: "refuse" });
    expect((await plane.admin.apiKeys.update({ params: { id }, body: { privacy: null } })).privacy).toBeNull();
    expect(inForce()).toBeNull();
  });

  it("of a team and of its organisation holds for the keys of the team", async () => {
    const organisation = await plane.admin.organisations.create({
      body: { name: "all", privacy: { classes: { secret: "block" } } },
    });
    const team = await plane.admin.teams.create({
      body: { name: "few", organisation_id: organisation.id, privacy: { classes: { email: "mask" } } },
    });
    expect([organisation.privacy?.classes, team.privacy?.classes]).toEqual([{ secret: "block" }, { email: "mask" }]);
    const user = await plane.admin.users.create({ body: { email: "tom@example.com" } });
    await plane.admin.teams.addMember({ params: { id: team.id }, body: { user_id: user.id } });
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: user.id, team_id: team.id } });
    const hash = createHash("sha256").update(key).digest("hex");
    const inForce = () => plane.snapshots.current().keys.get(hash)?.privacy;
    expect(inForce()?.classes).toMatchObject({ secret: "block", email: "mask" });
    await plane.admin.organisations.update({ params: { id: organisation.id }, body: { privacy: null } });
    expect(inForce()?.classes).toEqual({ email: "mask" });
    await plane.admin.teams.update({ params: { id: team.id }, body: { privacy: { classes: { email: "block" } } } });
    expect(inForce()?.classes).toEqual({ email: "block" });
  });

  it("is none where a user and a key are made without one", async () => {
    const user = await plane.admin.users.create({ body: { email: "bob@example.com" } });
    const key = await plane.admin.apiKeys.create({ body: { name: "k", user_id: user.id } });
    expect([user.privacy, key.privacy]).toEqual([null, null]);
  });

  it("is refused with a pattern that cannot be matched in linear time, or matches nothing, and says which", async () => {
    const user = await plane.admin.users.create({ body: { email: "eve@example.com" } });
    for (const wrong of ["(a)\\1", "(?=a)b", "a(", "[z-a]", "a*"]) {
      const patterns = [pattern, { ...pattern, pattern: wrong }];
      const update = plane.admin.users.update({ params: { id: user.id }, body: { privacy: { patterns } } });
      await expect(update, wrong).rejects.toMatchObject({ status: 400, param: "privacy.patterns[1].pattern" });
    }
    const unknown = { classes: { nonsense: "block" } } as object;
    const update = plane.admin.users.update({ params: { id: user.id }, body: { privacy: unknown } });
    await expect(update).rejects.toMatchObject({ status: 400 });
    expect((await plane.admin.users.get({ params: { id: user.id } })).privacy).toBeNull();
  });
});
