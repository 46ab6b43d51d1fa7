// Finds the members of a JSON object in its bytes without building values, so that one value can be read or replaced
// while every other byte of the document stays as it came. Strict enough to notice a document that is cut off.

import { endOfString } from "./json-strings.ts";
import { parseJson } from "./json.ts";

export interface Member {
  readonly key: string;
  /** Places in bytes. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Members of the object that is the whole of `json`, which is valid UTF-8, in order. Null where it is no object, is cut
 * off, or has a key with escapes or a key twice: the caller then falls back to a real parser. What is within the values
 * is not judged, but for its brackets and the ends of its strings.
 */
export function findMembers(json: Buffer): readonly Member[] | null {
  let at = skipSpace(json, 0);
  if (json[at] !== openBrace) return null;
  const members: Member[] = [];
  const keys = new Set<string>();
  at = skipSpace(json, at + 1);
  if (json[at] === closeBrace) return isEnd(json, at + 1) ? members : null;
  for (;;) {
    const member = readMember(json, at);
    if (member === null || keys.has(member.key)) return null;
    keys.add(member.key);
    members.push(member);
    at = skipSpace(json, member.valueEnd);
    if (json[at] === closeBrace) return isEnd(json, at + 1) ? members : null;
    if (json[at] !== comma) return null;
    at = skipSpace(json, at + 1);
  }
}

/** The names of the members, as a real parser reads them, also where they are escaped or there twice. Null where it is no object, or cut off. */
export function memberNames(json: Buffer): readonly string[] | null {
  let at = skipSpace(json, 0);
  if (json[at] !== openBrace) return null;
  const names: string[] = [];
  at = skipSpace(json, at + 1);
  while (json[at] === quote) {
    const keyEnd = skipString(json, at);
    const separator = keyEnd < 0 ? -1 : skipSpace(json, keyEnd);
    if (json[separator] !== colon) return null;
    const name = parseJson(json.toString("utf8", at, keyEnd));
    if (typeof name !== "string") return null;
    names.push(name);
    const valueStart = skipSpace(json, separator + 1);
    const valueEnd = skipValue(json, valueStart);
    if (valueEnd <= valueStart) return null;
    at = skipSpace(json, valueEnd);
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return json[at] === closeBrace ? names : null;
}

/** Places of the elements of the list that begins at `start`, in bytes. Null where it is no list, or is cut off. */
export function findElements(
  json: Buffer,
  start: number,
): readonly { readonly start: number; readonly end: number }[] | null {
  if (json[start] !== openBracket) return null;
  const elements: { start: number; end: number }[] = [];
  let at = skipSpace(json, start + 1);
  while (json[at] !== closeBracket) {
    const end = skipValue(json, at);
    if (end <= at) return null;
    elements.push({ start: at, end });
    at = skipSpace(json, end);
    if (json[at] === comma) at = skipSpace(json, at + 1);
    else if (json[at] !== closeBracket) return null;
  }
  return elements;
}

/** Text that takes the place of the bytes from `start` to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function spliceJson(json: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of [...splices].sort((a, b) => a.start - b.start)) {
    parts.push(json.subarray(from, start), Buffer.from(text));
    from = end;
  }
  return Buffer.concat([...parts, json.subarray(from)]);
}

function readMember(json: Buffer, at: number): Member | null {
  if (json[at] !== quote) return null;
  const keyEnd = skipString(json, at);
  if (keyEnd < 0) return null;
  const key = json.toString("utf8", at + 1, keyEnd - 1);
  if (key.includes("\\")) return null;
  const separator = skipSpace(json, keyEnd);
  if (json[separator] !== colon) return null;
  const valueStart = skipSpace(json, separator + 1);
  const valueEnd = skipValue(json, valueStart);
  return valueEnd <= valueStart ? null : { key, valueStart, valueEnd };
}

function isEnd(json: Buffer, at: number): boolean {
  return skipSpace(json, at) >= json.length;
}

/** Index of the first byte from there on that is no space. */
export function skipSpace(json: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = json[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/** Index behind the value that starts at `at`, or -1 where it does not end. */
export function skipValue(json: Buffer, at: number): number {
  const first = json[at];
  if (first === quote) return skipString(json, at);
  return first === openBrace || first === openBracket ? skipNested(json, at) : skipScalar(json, at);
}

function skipString(json: Buffer, at: number): number {
  return endOfString(json, at + 1);
}

function skipNested(json: Buffer, start: number): number {
  const closers: number[] = [];
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) {
      at = skipString(json, at) - 1;
      if (at < 0) return -1;
    } else if (byte === openBrace) {
      closers.push(closeBrace);
    } else if (byte === openBracket) {
      closers.push(closeBracket);
    } else if (byte === closeBrace || byte === closeBracket) {
      if (closers.pop() !== byte) return -1;
      if (closers.length === 0) return at + 1;
    }
  }
  return -1;
}

function skipScalar(json: Buffer, start: number): number {
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20) return at;
  }
  return json.length;
}
