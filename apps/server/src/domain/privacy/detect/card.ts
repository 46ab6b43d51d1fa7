import { isWordEnd, isWordStart } from "./characters.ts";
import type { Span } from "./finding.ts";
import type { Group } from "./numbers.ts";

interface Issuer {
  /** The first digits, from and to. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

const long = [16, 17, 18, 19];

/** By ISO/IEC 7812. https://en.wikipedia.org/wiki/Payment_card_number */
const issuers: readonly Issuer[] = [
  // Of 13 digits there have been none for long, while every German article has such a number.
  { from: 4, to: 4, lengths: [16, 19] },
  { from: 51, to: 55, lengths: [16] },
  { from: 2221, to: 2720, lengths: [16] },
  { from: 34, to: 34, lengths: [15] },
  { from: 37, to: 37, lengths: [15] },
  { from: 300, to: 305, lengths: [14, 16] },
  { from: 36, to: 36, lengths: [14] },
  { from: 38, to: 39, lengths: [14] },
  { from: 6011, to: 6011, lengths: long },
  { from: 644, to: 649, lengths: long },
  { from: 65, to: 65, lengths: long },
  { from: 3528, to: 3589, lengths: long },
  { from: 62, to: 62, lengths: long },
  { from: 81, to: 82, lengths: [16] },
  { from: 2200, to: 2204, lengths: long },
  { from: 5018, to: 5018, lengths: [16, 18, 19] },
  { from: 5020, to: 5020, lengths: [16, 18, 19] },
  { from: 5038, to: 5038, lengths: [16, 18, 19] },
  { from: 5067, to: 5067, lengths: [16] },
  { from: 508, to: 509, lengths: [16] },
  { from: 6062, to: 6062, lengths: [16] },
  { from: 6304, to: 6304, lengths: long },
  { from: 6759, to: 6763, lengths: long },
];

const shortest = 14;

/** Lengths of groups as cards and forms print them, the longest first. */
const groupings: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 4, 4, 3],
  [4, 6, 4],
];

/** The card whose number begins with the first group; null where there is none. */
export function cardIn(text: string, groups: readonly Group[]): Span | null {
  const [first] = groups;
  if (first === undefined || (first.digits.length !== 4 && first.digits.length < shortest)) return null;
  if (!isWordStart(text, first.start)) return null;
  if (isCard(first.digits) && isEnd(text, first.end)) return first;
  for (const lengths of groupings) {
    const own = groups.slice(0, lengths.length);
    const end = own.at(-1)?.end ?? 0;
    const isShaped = lengths.every((length, at) => own[at]?.digits.length === length) && isEven(own.slice(1));
    if (isShaped && isEnd(text, end) && isCard(own.map(({ digits }) => digits).join("")))
      return { start: first.start, end };
  }
  return null;
}

/** One and the same sign between all of them. */
function isEven(others: readonly Group[]): boolean {
  const sign = others[0]?.before ?? "";
  return (sign === " " || sign === "-" || sign === ".") && others.every(({ before }) => before === sign);
}

function isEnd(text: string, end: number): boolean {
  return isWordEnd(text, end) && !/^[-.,][0-9]/.test(text.slice(end, end + 2));
}

function isCard(digits: string): boolean {
  if (digits.length < shortest || digits.length > 19 || !passesLuhn(digits)) return false;
  return issuers.some(({ from, to, lengths }) => {
    const first = Number(digits.slice(0, String(from).length));
    return first >= from && first <= to && lengths.includes(digits.length);
  });
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
