// Cheap looks into the bytes of a request, to see whether it must be parsed. Words are searched as JSON writes them, in
// quotation marks: within a text these are escaped.

import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { mayHold } from "#wire/beginnings.ts";

type Text = Pick<ParsedRequest, "body" | "members">;

/** The bytes of a field's value, where it has one that can be told. */
export function valueOf({ body, members }: Text, name: string): Buffer | null {
  const member = members?.find(({ key }) => key === name);
  return member === undefined ? null : body.subarray(member.valueStart, member.valueEnd);
}

/** Has the request one of these fields? Yes where its fields are in doubt. */
export function hasField({ members }: Text, names: readonly string[]): boolean {
  return members === null || members.some(({ key }) => names.includes(key));
}

/** The texts of all fields of a name, as they are written: with their escapes. */
export function* textsOf(json: Buffer, name: string): Generator<string> {
  const field = `"${name}"`;
  if (!mayHold(json, field)) return;
  for (let at = json.indexOf(field); at >= 0; at = json.indexOf(field, at)) {
    at += field.length;
    while (json[at] === colon || isSpace(json[at])) at += 1;
    if (json[at] !== quote) continue;
    const start = at + 1;
    at = json.indexOf('"', start);
    if (at < 0) return;
    yield json.toString("latin1", start, at);
  }
}

const quote = 0x22;
const colon = 0x3a;

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** What a list of messages holds, as far as its words tell. */
export interface Signs {
  /** In the order in which they stand. */
  readonly roles: readonly string[];
  /** How often each word stands as a whole string, but for those that are told otherwise. */
  readonly counts: ReadonlyMap<string, number>;
  /** The texts of fields that are called so. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly hasEmpty: boolean;
}

export interface SignNames {
  readonly words: readonly string[];
  /** Fields whose short texts are read. */
  readonly texts: readonly string[];
  /** Fields that may hold an empty text or list. */
  readonly empties: readonly string[];
}

/** One expression for all of them, which takes one pass. */
export function signPattern({ words, texts, empties }: SignNames): RegExp {
  const choices = [
    '(?<field>role)"\\s*:\\s*"(?<text>\\w+)"',
    ...texts.map((name) => `${name}"\\s*:\\s*"(?<${name}>[^"\\\\]*)"`),
    ...(empties.length > 0 ? [`(?:${empties.join("|")})"\\s*:\\s*(?<empty>""|null|\\[\\s*\\])`] : []),
    ...(words.length > 0 ? [`(?<word>${words.join("|")})"`] : []),
  ];
  return new RegExp(`"(?:${choices.join("|")})`, "g");
}

export function readSigns(messages: Buffer, pattern: RegExp, textNames: readonly string[]): Signs {
  const roles: string[] = [];
  const counts = new Map<string, number>();
  const texts = new Map<string, string[]>(textNames.map((name) => [name, []]));
  let hasEmpty = false;
  for (const { groups = {} } of outlineOf(messages).matchAll(pattern)) {
    const { text, word, empty } = groups;
    if (text !== undefined) roles.push(text);
    else if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
    else if (empty !== undefined) hasEmpty = true;
    else for (const name of textNames) if (groups[name] !== undefined) texts.get(name)?.push(groups[name]);
  }
  return { roles, counts, texts, hasEmpty };
}

const stride = 4_096;

/** The text without long runs that have no quotation mark, such as pictures: no word stands in them. */
function outlineOf(text: Buffer): string {
  if (text.length < 16 * stride) return text.toString("latin1");
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += stride) {
    const next = text.indexOf(0x22, at);
    if (next >= 0 && next - at <= stride) continue;
    pieces.push(text.toString("latin1", from, at));
    from = next < 0 ? text.length : next;
    at = from - (from % stride);
  }
  return pieces.join("") + text.toString("latin1", from);
}

export function hasRole({ roles }: Signs, names: readonly string[]): boolean {
  return roles.some((role) => names.includes(role));
}

export function countOf({ counts }: Signs, word: string): number {
  return counts.get(word) ?? 0;
}

/** Do as many results answer as many calls, each one that is there? In which order they stand is not seen. */
export function arePaired(signs: Signs, calls: number, resultField: string): boolean {
  const results = signs.texts.get(resultField) ?? [];
  if (results.length !== calls) return false;
  const known = new Set(signs.texts.get("id"));
  return results.every((id) => known.has(id));
}
