import { describe, expect, it } from "vitest";
import { findMembers } from "./json-members.ts";
import { leaveOutMember } from "./leave-out-member.ts";

function without(json: string, key: string): string {
  const body = Buffer.from(json);
  const members = findMembers(body) ?? [];
  const member = members.find((one) => one.key === key);
  if (member === undefined) throw new Error("no such member");
  return leaveOutMember(body, members, member).toString("utf8");
}

describe("leaving out a member", () => {
  it.each([
    ['{"own": {"a": [1, 2]}, "n": 1.0,  "s":"ü"}', '{ "n": 1.0,  "s":"ü"}'],
    ['{"n": 1.0,\n "own" : null ,"s":"ü"}', '{"n": 1.0 ,"s":"ü"}'],
    ['{ "n": 1e400, "own": "x" }', '{ "n": 1e400 }'],
    ['{"own":1}', "{}"],
  ])("%s", (before, after) => {
    expect(without(before, "own")).toBe(after);
  });
});
