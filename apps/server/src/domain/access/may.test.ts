import { permissions, roleNames } from "@ghostllm/contract";
import type { Permission, RoleName } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { actorOf, adminKeyActor } from "./actor.ts";
import { may, reach, reachesNothing } from "./may.ts";
import { governs, roles } from "./roles.ts";
import type { Scope } from "./scope.ts";

const session = { id: "one", expiresAt: 1 };
const standing = (userId: string, role: RoleName) => {
  return { userId, email: `${userId}@example.com`, role, grants: roles[role], memberships: [] };
};
const ada = actorOf(standing("ada", "member"), session);
const root = actorOf(standing("root", "admin"), session);
const user = (id: string): Scope => ({ kind: "user", id });
const key = (id: string): Scope => ({ kind: "key", id });

describe("reach", () => {
  it("is everything for admins and the admin key, whatever is asked", () => {
    for (const name of Object.keys(permissions) as Permission[]) {
      expect(reach(root, name)).toBe("all");
      expect(reach(adminKeyActor, name)).toBe("all");
    }
  });

  it("is what is one's own, or nothing, for users", () => {
    expect(reach(ada, "self.read")).toEqual([user("ada")]);
    expect(reach(ada, "keys.read")).toEqual([user("ada")]);
    expect(reach(ada, "keys.create")).toEqual([]);
    expect(reachesNothing(reach(ada, "keys.create"))).toBe(true);
    expect(reachesNothing(reach(ada, "self.read"))).toBe(false);
    expect(reachesNothing("all")).toBe(false);
  });

  it("follows any set of grants, not only those that have a name", () => {
    const reader = { userId: "ada", grants: { "keys.read": "own", "usage.read": "all" } } as const;
    expect(reach(reader, "keys.read")).toEqual([user("ada")]);
    expect(reach(reader, "usage.read")).toBe("all");
    expect(reach(reader, "users.update")).toEqual([]);
  });

  it("of one's own is nothing for whom nothing belongs to", () => {
    expect(reach({ userId: null, grants: { "keys.read": "own" } }, "keys.read")).toEqual([]);
  });
});

describe("reach by teams", () => {
  const memberships = [
    { teamId: "own", role: "manager" },
    { teamId: "seen", role: "viewer" },
    { teamId: "in", role: "member" },
  ] as const;
  const manager = actorOf({ ...standing("mia", "member"), memberships }, session);
  const team = (id: string): Scope => ({ kind: "team", id });

  it("is what somebody manages, what he looks on in, and nothing for being in a team alone", () => {
    expect(reach(manager, "keys.read")).toEqual([user("mia"), team("own"), team("seen")]);
    expect(reach(manager, "keys.update")).toEqual([team("own")]);
    expect(reach(manager, "members.manage")).toEqual([team("own")]);
    expect(reach(manager, "teams.update")).toEqual([]);
  });

  it("of a role that grants something for teams is for those that one manages, and to read also one's own", () => {
    const grants = { "usage.read": "team", "keys.update": "team", "events.read": "own" } as const;
    const who = { userId: "mia", grants, memberships };
    expect(reach(who, "usage.read")).toEqual([user("mia"), team("own"), team("seen")]);
    expect(reach(who, "keys.update")).toEqual([team("own")]);
    expect(reach({ ...who, memberships: [] }, "keys.update")).toEqual([]);
    expect(reach({ ...who, grants: { "usage.read": "all" } }, "usage.read")).toBe("all");
  });
});

describe("may", () => {
  it("asks of one's own whom the thing belongs to, of which one suffices", () => {
    expect(may(ada, "account_objects.manage", [user("ada")])).toBe(true);
    expect(may(ada, "account_objects.manage", [key("k"), user("ada")])).toBe(true);
    expect(may(ada, "account_objects.manage", [user("bob")])).toBe(false);
    expect(may(ada, "account_objects.manage", [key("ada")])).toBe(false);
    expect(may(ada, "account_objects.manage", [])).toBe(false);
    expect(may(root, "account_objects.manage", [user("bob")])).toBe(true);
  });

  it("asks of what all have in common for the grant alone", () => {
    expect(may(ada, "status.read")).toBe(false);
    expect(may(root, "status.read")).toBe(true);
  });
});

describe("roles", () => {
  it("grant only what there is", () => {
    for (const name of roleNames)
      for (const granted of Object.keys(roles[name])) expect(permissions).toHaveProperty([granted]);
  });

  it("that govern are those of admins", () => {
    expect(roleNames.filter((name) => governs(roles[name]))).toEqual(["admin"]);
  });
});
