// Cheap looks into the bytes of a request, to see whether it must be parsed. Words are searched as JSON writes them, in
// quotation marks: within a text these are escaped.

import { skipSpace } from "#wire/json-members.ts";
import type { ParsedRequest } from "#dialects/dialect.ts";

type Text = Pick<ParsedRequest, "body" | "members">;

/** Has the request one of these fields? Yes where its fields are in doubt. */
export function hasField({ members }: Text, names: ReadonlySet<string> | readonly string[]): boolean {
  if (members === null) return true;
  const known = names instanceof Set ? names : new Set(names);
  return members.some(({ key }) => known.has(key));
}

/** Does one of the words stand anywhere? */
export function hasWord(body: Buffer, words: readonly string[]): boolean {
  return words.some((word) => body.includes(`"${word}"`));
}

export function countOfWord(body: Buffer, word: string): number {
  const sought = `"${word}"`;
  let count = 0;
  for (let at = body.indexOf(sought); at >= 0; at = body.indexOf(sought, at + sought.length)) count += 1;
  return count;
}

/** The texts that fields of this name have, wherever they stand, without what is escaped in them. */
export function textsOf(body: Buffer, name: string): readonly string[] {
  const sought = `"${name}"`;
  const texts: string[] = [];
  for (let at = body.indexOf(sought); at >= 0; at = body.indexOf(sought, at + sought.length)) {
    const colon = skipSpace(body, at + sought.length);
    const open = skipSpace(body, colon + 1);
    if (body[colon] === colonByte && body[open] === quoteByte)
      texts.push(body.toString("latin1", open + 1, body.indexOf('"', open + 1)));
  }
  return texts;
}

const colonByte = 0x3a;
const quoteByte = 0x22;

/** Do as many results answer as many calls, each one that is there? In which order they stand is not seen. */
export function arePaired(results: readonly string[], calls: number, ids: readonly string[]): boolean {
  if (results.length !== calls) return false;
  const known = new Set(ids);
  return results.every((id) => known.has(id));
}

/** The bytes of a field's value, where it has one that can be told. */
export function valueOf({ body, members }: Text, name: string): Buffer | null {
  const member = members?.find(({ key }) => key === name);
  return member === undefined ? null : body.subarray(member.valueStart, member.valueEnd);
}

/** The word behind the first or the last `"role"` of a list. */
export function roleAt(messages: Buffer, place: "first" | "last"): string | null {
  const at = place === "first" ? messages.indexOf('"role"') : messages.lastIndexOf('"role"');
  const found = at < 0 ? null : /^"role"\s*:\s*"(\w+)"/.exec(messages.toString("latin1", at, at + 40));
  return found?.[1] ?? null;
}
