// Digits in groups, as people write long numbers: what stands between the groups is part of what tells a phone from a date.

import { digitOf, isDigit } from "./characters.ts";

export interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  /** What stands before it, behind the group before; empty for the first one. */
  readonly before: string;
}

const mostGroups = 12;
/** No number of any class has more. */
export const mostDigits = 24;
const longestSeparator = 3;

/** Reads the groups of a text from left to right: what has been read once is not read again for the next group. */
export class GroupReader {
  readonly #text: string;
  #groups: Group[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Beginning with the group at `from`, which is no longer than any number. */
  from(from: number): readonly Group[] {
    const known = this.#groups.findIndex(({ start }) => start === from);
    this.#groups = known < 0 ? [this.#read(from, "")] : this.#groups.slice(known);
    while (this.#groups.length < mostGroups) {
      const next = this.#readNext();
      if (next === null) break;
      this.#groups.push(next);
    }
    return this.#groups;
  }

  #readNext(): Group | null {
    const end = this.#groups.at(-1)?.end ?? 0;
    const start = nextGroup(this.#text, end);
    if (start < 0 || endOfDigits(this.#text, start) - start > mostDigits) return null;
    return this.#read(start, plainSeparator(this.#text, end, start));
  }

  #read(start: number, before: string): Group {
    const end = endOfDigits(this.#text, start);
    return { digits: digitsIn(this.#text, start, end), start, end, before };
  }
}

/** Not looked at digit by digit where they are many: nobody has so many. */
export function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function digitsIn(text: string, start: number, end: number): string {
  if (text.charCodeAt(start) < 128 && text.charCodeAt(end - 1) < 128) return text.slice(start, end);
  let digits = "";
  for (let at = start; at < end; at += 1) digits += digitOf(text.charCodeAt(at));
  return digits;
}

/** Where the next group begins; -1 where none does. */
function nextGroup(text: string, end: number): number {
  let at = end;
  while (at - end < longestSeparator && isSeparator(text.charCodeAt(at))) at += 1;
  return at > end && isDigit(text.charCodeAt(at)) ? at : -1;
}

const separators = new Map<number, string>([
  ...[0x20, 0xa0, 0x2009, 0x202f, 0x3000].map((code) => [code, " "] as const),
  ...[0x2d, 0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xff0d].map((code) => [code, "-"] as const),
  ...[".", "/", "(", ")"].map((sign) => [sign.charCodeAt(0), sign] as const),
  ...([
    [0xff08, "("],
    [0xff09, ")"],
  ] as const),
]);

function isSeparator(code: number): boolean {
  return separators.has(code);
}

/** With signs that mean the same written the same. */
function plainSeparator(text: string, start: number, end: number): string {
  if (end - start === 1) return separators.get(text.charCodeAt(start)) ?? "";
  let plain = "";
  for (let at = start; at < end; at += 1) plain += separators.get(text.charCodeAt(at)) ?? "";
  return plain;
}
