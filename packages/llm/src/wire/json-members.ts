// Finds the members of a JSON object in its text without building values, so that one value can be read or replaced
// while every other byte of the document stays as it came. Strict enough to notice a document that is cut off.

export interface Member {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Members of the object that is the whole of `text` (or its part from `start`), in order. Null where it is no object,
 * is cut off, or has a key with escapes or a key twice: the caller then falls back to a real parser.
 */
export function findMembers(text: string, start = 0, end = text.length): readonly Member[] | null {
  let at = skipSpace(text, start);
  if (text.charCodeAt(at) !== openBrace) return null;
  const members: Member[] = [];
  const keys = new Set<string>();
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === closeBrace) return endsAt(text, at + 1, end) ? members : null;
  for (;;) {
    const member = readMember(text, at);
    if (member === null || keys.has(member.key)) return null;
    keys.add(member.key);
    members.push(member);
    at = skipSpace(text, member.valueEnd);
    const next = text.charCodeAt(at);
    if (next === closeBrace) return endsAt(text, at + 1, end) ? members : null;
    if (next !== comma) return null;
    at = skipSpace(text, at + 1);
  }
}

function readMember(text: string, at: number): Member | null {
  if (text.charCodeAt(at) !== quote) return null;
  const keyEnd = skipString(text, at);
  if (keyEnd < 0) return null;
  const key = text.slice(at + 1, keyEnd - 1);
  if (key.includes("\\")) return null;
  const separator = skipSpace(text, keyEnd);
  if (text.charCodeAt(separator) !== colon) return null;
  const valueStart = skipSpace(text, separator + 1);
  const valueEnd = skipValue(text, valueStart);
  return valueEnd <= valueStart ? null : { key, valueStart, valueEnd };
}

function endsAt(text: string, at: number, end: number): boolean {
  return skipSpace(text, at) >= end;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Index behind the value that starts at `at`, or -1 where it does not end. */
function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return skipString(text, at);
  return first === openBrace || first === openBracket ? skipNested(text, at) : skipScalar(text, at);
}

function skipString(text: string, at: number): number {
  let close = at;
  for (;;) {
    close = text.indexOf('"', close + 1);
    if (close < 0) return -1;
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
}

function skipNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = skipString(text, at) - 1;
      if (at < 0) return -1;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function skipScalar(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === comma || code === closeBrace || code === closeBracket || code <= 0x20) return at;
    at += 1;
  }
  return at;
}
