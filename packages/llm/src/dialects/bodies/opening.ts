// What a conversation opens with: all that was said to the model before its first answer. It is the same in each of its requests, and what
// vendors keep of a prompt begins with it. Read from the beginning of the body, however long that is.

import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { findMembers, skipSpace, skipValue } from "#wire/json-members.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";

export interface OpeningRules {
  /** The list of what was said. */
  readonly list: string;
  /** Members that stand before it for the model, such as what it is told of itself. */
  readonly before: readonly string[];
  /** Who speaks to the model; everybody else in the list is an answer. */
  readonly asking: readonly string[];
  /** An entry that says of nobody that he speaks is one of those. */
  readonly asksUnnamed?: true;
}

export interface Opening {
  /** All texts of it, in their order, however they are wrapped. */
  readonly texts: readonly string[];
  /** The model has answered before. */
  readonly isContinued: boolean;
}

/** An opening that is longer is not looked for. */
const mostBytes = 256 * 1024;

/** Null where there is none, or none that can be found. */
export function openingOf(
  { body, members }: Pick<ParsedRequest, "body" | "members">,
  rules: OpeningRules,
): Opening | null {
  const list = members?.find(({ key }) => key === rules.list);
  if (list === undefined || body[list.valueStart] !== 0x5b) return null;
  const before = (members ?? []).filter(
    ({ key, valueStart, valueEnd }) => rules.before.includes(key) && valueEnd - valueStart <= mostBytes,
  );
  const texts = before.flatMap(({ valueStart, valueEnd }) => textsAt(body, valueStart, valueEnd));
  const end = Math.min(list.valueEnd - 1, list.valueStart + mostBytes);
  for (let at = skipSpace(body, list.valueStart + 1); at < end;) {
    const entryEnd = skipValue(body.subarray(0, end), at);
    if (entryEnd < 0) return null;
    if (!isAsking(body.subarray(at, entryEnd), rules)) return { texts, isContinued: true };
    texts.push(...textsAt(body, at, entryEnd));
    const next = skipSpace(body, entryEnd);
    at = body[next] === 0x2c ? skipSpace(body, next + 1) : next + 1;
  }
  return list.valueEnd - list.valueStart > mostBytes ? null : { texts, isContinued: false };
}

function isAsking(entry: Buffer, { asking, asksUnnamed }: OpeningRules): boolean {
  const role = findMembers(entry)?.find(({ key }) => key === "role");
  if (role === undefined) return asksUnnamed === true;
  const named = parseJson(entry.toString("utf8", role.valueStart, role.valueEnd));
  return asking.some((name) => name === named);
}

/** Marks of what a vendor is to keep move from turn to turn. */
const unsaid = new Set(["cache_control", "role", "type"]);

function textsAt(body: Buffer, start: number, end: number): string[] {
  const found: string[] = [];
  gather(parseJson(body.toString("utf8", start, end)), found, 0);
  return found;
}

/** No text stands deeper. */
const deepest = 16;

function gather(value: unknown, found: string[], depth: number): void {
  if (depth > deepest) return;
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) for (const entry of value) gather(entry, found, depth + 1);
  else if (isObject(value))
    for (const key of Object.keys(value)) if (!unsaid.has(key)) gather(memberOf(value, key), found, depth + 1);
}
