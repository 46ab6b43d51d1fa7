import { roleNames, teamRoleNames } from "@ghostllm/contract";
import type { Grants } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { effectiveGrants, hasInTeam, lacking, reachesAllOf } from "./granting.ts";
import type { Entitled } from "./may.ts";
import { roles } from "./roles.ts";

const of = (userId: string, grants: Grants, memberships: Entitled["memberships"] = []): Entitled => {
  return { userId, grants, memberships };
};
const managing = (teamId: string) => ({ teamId, role: "manager" as const });

describe("what is lacking for another set of grants", () => {
  it("is nothing of one's own, and nothing for whoever has everything", () => {
    for (const name of roleNames) {
      expect(lacking(roles[name], roles[name])).toBeNull();
      expect(lacking(roles.admin, roles[name])).toBeNull();
      expect(lacking(roles[name], {})).toBeNull();
    }
  });

  it("is a permission that is not there, or does not go as far", () => {
    expect(lacking({ "keys.read": "own" }, { "keys.read": "all" })).toBe("keys.read");
    expect(lacking({ "keys.read": "own" }, { "keys.read": "team" })).toBe("keys.read");
    expect(lacking({ "keys.read": "all" }, { "keys.read": "own", "users.read": "team" })).toBe("users.read");
    expect(lacking(roles.auditor, { "views.manage": "own" })).toBe("views.manage");
  });

  it("is one's own for teams alone only where something is changed", () => {
    expect(lacking({ "keys.read": "team" }, { "keys.read": "own" })).toBeNull();
    expect(lacking({ "keys.create": "team" }, { "keys.create": "own" })).toBe("keys.create");
  });
});

describe("acting as somebody", () => {
  it("is for himself, and for whoever reaches all that he does", () => {
    const member = of("ada", roles.member);
    expect(reachesAllOf(member, member)).toBe(true);
    expect(reachesAllOf(of("root", roles.admin), member)).toBe(true);
    expect(reachesAllOf(of("bob", roles.member), member)).toBe(false);
    expect(reachesAllOf(of("bob", roles.member, [managing("t")]), of("ada", roles.member, [managing("t")]))).toBe(
      false,
    );
    expect(reachesAllOf(of("eve", roles.auditor), member)).toBe(false);
    expect(reachesAllOf(of("root", roles.admin), of("other", roles.admin, [managing("t")]))).toBe(true);
    const ofSessions = { "sessions.read": "all", "sessions.end": "all", "self.update": "all" } as const;
    const helpdesk: Grants = { "users.update": "all", "self.read": "all", "keys.read": "all", "usage.read": "all" };
    const ofLists = {
      ...({ "events.read": "all", "teams.read": "all", "consents.read": "all", "users.export": "all" } as const),
      "aliases.read": "all" as const,
    };
    expect(reachesAllOf(of("h", { ...helpdesk, ...ofLists, ...ofSessions }), of("v", roles.viewer))).toBe(true);
    expect(reachesAllOf(of("h", helpdesk), of("v", roles.viewer))).toBe(false);
  });
});

describe("what is had in a team", () => {
  it("is what somebody manages, there and nowhere else", () => {
    const manager = of("ada", roles.member, [managing("one"), { teamId: "two", role: "viewer" }]);
    for (const role of teamRoleNames) {
      expect(hasInTeam(manager, "one", role)).toBe(true);
      expect(hasInTeam(manager, "two", role)).toBe(role !== "manager");
      expect(hasInTeam(of("root", roles.admin), "three", role)).toBe(true);
    }
    expect(hasInTeam(manager, "three", "viewer")).toBe(false);
    expect(hasInTeam(of("bob", { "members.manage": "all" }), "one", "manager")).toBe(false);
  });
});

describe("effective grants", () => {
  it("are the farther of those of the role and those of the teams", () => {
    const both = effectiveGrants(of("ada", roles.member, [managing("one")]));
    expect(both).toMatchObject({ "self.read": "own", "keys.read": "team", "members.manage": "team" });
    expect(effectiveGrants(of("root", roles.admin, [managing("one")]))).toEqual(roles.admin);
    expect(effectiveGrants(of("ada", roles.member))).toEqual(roles.member);
  });
});
