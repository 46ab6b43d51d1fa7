import { skipSpace } from "./json-members.ts";
import type { Member } from "./json-members.ts";

const comma = 0x2c;

/** The object without one of its members, of which `members` are all. Every other byte of it stays as it was written. */
export function leaveOutMember(json: Buffer, members: readonly Member[], member: Member): Buffer {
  const before = members[members.indexOf(member) - 1];
  const start = before === undefined ? json.indexOf("{") + 1 : before.valueEnd;
  const next = skipSpace(json, member.valueEnd);
  const end = before === undefined && json[next] === comma ? next + 1 : member.valueEnd;
  return Buffer.concat([json.subarray(0, start), json.subarray(end)]);
}
