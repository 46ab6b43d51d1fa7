// How people of a country write the numbers of its phones. A new country is a further line.

import type { Group } from "./numbers.ts";

type Length = number | readonly [least: number, most: number];

export interface NationalForm {
  readonly where: string;
  readonly shapes: readonly (readonly Length[])[];
  /** By all of its digits. */
  isBegun(digits: string): boolean;
  /** By what stands between its groups. */
  isSigned(signs: readonly string[], isBracketed: boolean): boolean;
  /** It could be anything, so that the text must say what it is. */
  readonly needsWord?: true;
}

const begins = (pattern: RegExp) => (digits: string) => pattern.test(digits);

/** One and the same between all groups, the first one in brackets or not. */
function even(...allowed: readonly string[]) {
  return (signs: readonly string[], isBracketed: boolean): boolean => {
    const others = isBracketed ? signs.slice(1) : signs;
    if (isBracketed && !/^\)[ -]?$/.test(signs[0] ?? "")) return false;
    return others.every((sign) => sign === others[0] && allowed.includes(sign));
  };
}

/** The first sign sets the area apart, the others may differ from it. */
function apart(first: readonly string[], others: readonly string[]) {
  return (signs: readonly string[], isBracketed: boolean): boolean => {
    const [area = "", ...rest] = signs;
    if (isBracketed ? !/^\) ?-?$/.test(area) : !first.includes(area)) return false;
    return rest.every((sign) => sign === rest[0] && others.includes(sign));
  };
}

const noSigns = (signs: readonly string[]): boolean => signs.length === 0;

const nationalForms: readonly NationalForm[] = [
  { where: "US, CA", shapes: [[3, 3, 4]], isBegun: begins(/^[2-9]\d\d[2-9]\d{6}$/), isSigned: even("-", ".", " ") },
  { where: "US, CA", shapes: [[1, 3, 3, 4]], isBegun: begins(/^1[2-9]\d\d[2-9]\d{6}$/), isSigned: withOne },
  {
    where: "FR",
    shapes: [[2, 2, 2, 2, 2]],
    isBegun: begins(/^0[1-9]/),
    isSigned: even(" ", ".", "-"),
  },
  {
    where: "ES",
    shapes: [
      [3, 3, 3],
      [2, 3, 2, 2],
      [3, 2, 2, 2],
    ],
    isBegun: begins(/^[6-9][0-9]{8}$/),
    isSigned: even(" ", "-", "."),
  },
  {
    where: "IT, mobile",
    shapes: [
      [3, 3, 4],
      [3, 7],
      [3, 6],
      [3, 2, 2, 3],
    ],
    isBegun: begins(/^3[2-9]\d{7,8}$/),
    isSigned: even(" ", "-", ".", "/"),
  },
  {
    where: "BR",
    shapes: [
      [2, 5, 4],
      [2, 4, 4],
    ],
    isBegun: begins(/^[1-9][1-9](?:9\d{8}|[2-5]\d{7})$/),
    isSigned: (signs, isBracketed) =>
      signs.at(-1) === "-" && (isBracketed ? /^\) ?$/.test(signs[0] ?? "") : signs[0] === " "),
  },
  {
    where: "DE, GB, IT, JP and others that dial a zero first",
    shapes: [
      ...[
        [
          [2, 5],
          [3, 8],
        ],
        [
          [2, 5],
          [2, 5],
          [2, 4],
        ],
        [
          [2, 5],
          [2, 4],
          [2, 4],
          [2, 4],
        ],
      ],
      ...[
        [3, 2, 2, 2],
        [4, 2, 2, 2],
        [4, 2, 2, 3],
        [4, 2, 3],
      ],
    ] as const,
    isBegun: begins(/^0[1-9]\d{7,10}$/),
    isSigned: apart([" ", "-", "/", " / ", ".", " - "], [" ", "-", "."]),
  },
  {
    where: "mobile, GB DE FR JP",
    shapes: [[[10, 12]]],
    isBegun: begins(/^(?:07\d{9}|0[67]\d{8}|01[567]\d{8,9}|0[789]0\d{8})$/),
    isSigned: noSigns,
  },
  { where: "after a word", shapes: [[[7, 11]]], isBegun: begins(/^[0-9]/), isSigned: noSigns, needsWord: true },
  {
    where: "after a word",
    shapes: [
      [3, 4],
      [4, 4],
      [5, 4],
      [
        [2, 5],
        [4, 8],
      ],
      [3, 3, 3],
      [3, 3, 2],
    ],
    isBegun: begins(/^[0-9]/),
    isSigned: even("-", " ", ".", "/"),
    needsWord: true,
  },
];

function withOne(signs: readonly string[]): boolean {
  const [first = "", second = "", third = ""] = signs;
  return /^[-. ]$/.test(first)
    ? second === third && /^[-. ]$/.test(second)
    : /^ ?\($/.test(first) && /^\) ?-?$/.test(second) && /^[-. ]$/.test(third);
}

/** By the lengths of their groups, as one number: most of what is written with digits has a shape that no phone has. */
const byShape = new Map<number, NationalForm[]>();
for (const form of nationalForms) {
  for (const shape of form.shapes) {
    for (const lengths of allLengths(shape)) {
      const key = lengths.reduce(addLength, 0);
      byShape.set(key, [...(byShape.get(key) ?? []), form]);
    }
  }
}

function addLength(key: number, length: number): number {
  return key * 16 + length;
}

function allLengths([first, ...rest]: readonly Length[]): readonly (readonly number[])[] {
  if (first === undefined) return [[]];
  const [least, most] = typeof first === "number" ? [first, first] : first;
  const others = allLengths(rest);
  const lengths = Array.from({ length: most - least + 1 }, (_, at) => least + at);
  return lengths.flatMap((length) => others.map((other) => [length, ...other]));
}

const none: readonly NationalForm[] = [];
const mostGroups = 5;

/** Of the first so many groups. */
export function formsOfShape(groups: readonly Group[], count: number): readonly NationalForm[] {
  if (count > mostGroups) return none;
  let key = 0;
  for (let at = 0; at < count; at += 1) key = addLength(key, Math.min(groups[at]?.digits.length ?? 0, 15));
  return byShape.get(key) ?? none;
}
