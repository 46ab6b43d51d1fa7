// What keeps two texts apart whose vectors are close: a look at their surface, which may refuse an answer that would have been right, and is
// to let none pass that is wrong. Called by gateway/flow/recall.

import { marksOf } from "./marks.ts";
import type { Marks } from "./marks.ts";
import { directions, fillers, groups, negations, opposites, sameWords } from "./told-words.ts";

/** By what they differ. */
export const differenceKinds = [
  ...(["numbers", "units", "dates", "languages", "names", "quoted", "code", "negation", "quantity"] as const),
  ...(["script", "opposite", "order", "word", "added"] as const),
] as const;
export type Difference = (typeof differenceKinds)[number];

/** None: nothing on their surface speaks against one answer for both. */
export function differencesOf(one: string, other: string): readonly Difference[] {
  if (one === other) return [];
  const [first, second] = unlikeParts(one, other).map(marksOf) as [Marks, Marks];
  const found: Difference[] = [];
  const note = (kind: Difference, isThere: boolean): void => {
    if (isThere) found.push(kind);
  };
  note("numbers", !isSame(first.numbers, second.numbers));
  note("units", !isSame(first.units, second.units));
  note("dates", !isSame(first.dates, second.dates));
  note("languages", !isSame(first.languages, second.languages));
  note("names", areNamesOthers(first, second));
  note("quoted", !isSame(first.quoted, second.quoted));
  note("code", !isSame(smallOf(first.code), smallOf(second.code)));
  note(
    "negation",
    first.negations % 2 !== second.negations % 2 || (first.negations === 0) !== (second.negations === 0),
  );
  note("quantity", !isSame(first.groups, second.groups));
  note("script", !isSame(first.scripts, second.scripts));
  return [...found, ...wordDifferencesOf(first.words, second.words)];
}

const sentence = /[^.!?。！？\n]+(?:[.!?。！？\n]+\s*|$)/gu;

/** Without the sentences with which both begin and end. */
function unlikeParts(one: string, other: string): readonly [string, string] {
  const [first, second] = [one.match(sentence) ?? [one], other.match(sentence) ?? [other]];
  const shorter = Math.min(first.length, second.length) - 1;
  let before = 0;
  while (before < shorter && first[before] === second[before]) before += 1;
  let behind = 0;
  while (behind < shorter - before && first.at(-1 - behind) === second.at(-1 - behind)) behind += 1;
  const rest = (parts: readonly string[]): string => parts.slice(before, parts.length - behind).join("");
  return [rest(first), rest(second)];
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, place) => word === other[place]);
}

const smallOf = (texts: readonly string[]): readonly string[] => texts.map((text) => text.toLowerCase());

/** A name of one must be a word of the other, and those that both write as names must come in the same order. */
function areNamesOthers(one: Marks, other: Marks): boolean {
  const isMissing = (names: readonly string[], words: readonly string[]): boolean => {
    const known = new Set(words);
    return names.some((name) => !fillers.has(name) && !partsOf(name).every((part) => known.has(part)));
  };
  if (isMissing(one.names, other.words) || isMissing(other.names, one.words)) return true;
  const shared = new Set(one.names.filter((name) => other.names.includes(name)));
  const inOrder = (names: readonly string[]): readonly string[] =>
    [...new Set(names)].filter((name) => shared.has(name));
  return !isSame(inOrder(one.names), inOrder(other.names));
}

const partsOf = (name: string): readonly string[] =>
  name.split(/[-'’]/).filter((part) => part !== "" && !/\d/.test(part));

const grouped: ReadonlySet<string> = new Set(Object.values(groups).flatMap((group) => [...group]));

/** Words that say something, each in the form that stands for it. */
function sayingOf(words: readonly string[]): readonly string[] {
  const isSaying = (word: string): boolean =>
    !fillers.has(word) && !negations.has(word) && !directions.has(word) && word !== "to";
  return words.filter(isSaying).map((word) => sameWords.get(word) ?? stemOf(word));
}

/** Of a plural its singular, and of what goes on what is done; nothing else, since what was is not what is. */
function stemOf(word: string): string {
  if (grouped.has(word) || word.length < 4) return word;
  const going = /^(?=[^aeiouy]*[aeiouy].*ing$)(.{3,})ing$/.exec(word)?.[1];
  if (going !== undefined) return withoutE(going.replace(/([^aeiou])\1$/, "$1"));
  return withoutE(singularOf(word));
}

function singularOf(word: string): string {
  if (!word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return /(?:ch|sh|x|z|ss)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}

const withoutE = (word: string): string => (word.length > 4 ? word.replace(/e$/, "") : word);

function wordDifferencesOf(one: readonly string[], other: readonly string[]): readonly Difference[] {
  const [first, second] = [sayingOf(one), sayingOf(other)];
  const [left, right] = [without(first, second), without(second, first)];
  if (isAnyOpposite(without(one, other), without(other, one))) return ["opposite"];
  if (isTurned(first, second)) return ["order"];
  if (left.length === 0 && right.length === 0)
    return isSame(first, second) && isSame(directionsOf(one), directionsOf(other)) ? [] : ["order"];
  if (left.length === 0 || right.length === 0) return ["added"];
  return isReplaced(first, second) ? ["word"] : [];
}

const directionsOf = (words: readonly string[]): readonly string[] => words.filter((word) => directions.has(word));

/** Each as often as the other has it less often. */
function without(words: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return words.filter((word) => {
    const place = rest.indexOf(word);
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
}

function isAnyOpposite(words: readonly string[], others: readonly string[]): boolean {
  return words.some((word) => others.some((other) => opposites.get(plain(word))?.has(plain(other)) === true));
}

/** As the table of opposites has it. */
const plain = (word: string): string => (opposites.has(word) ? word : baseOf(word));

function baseOf(word: string): string {
  const bases = [
    word.replace(/s$/, ""),
    word.replace(/ing$/, ""),
    word.replace(/ing$/, "e"),
    word.replace(/([a-z])\1ing$/, "$1"),
    word.replace(/e?d$/, ""),
  ];
  return bases.find((base) => opposites.has(base)) ?? word;
}

/** What both have comes in another order. */
function isTurned(one: readonly string[], other: readonly string[]): boolean {
  const both = new Set(one.filter((word) => other.includes(word)));
  const inOrder = (words: readonly string[]): readonly string[] => [...new Set(words)].filter((word) => both.has(word));
  return !isSame(inOrder(one), inOrder(other));
}

/** All is the same but for one run of words, in whose place another one stands: who rephrases changes more than that. */
function isReplaced(one: readonly string[], other: readonly string[]): boolean {
  const shorter = Math.min(one.length, other.length);
  let before = 0;
  while (before < shorter && one[before] === other[before]) before += 1;
  let behind = 0;
  while (behind < shorter - before && one[one.length - 1 - behind] === other[other.length - 1 - behind]) behind += 1;
  const [left, right] = [one.length - before - behind, other.length - before - behind];
  return before + behind > 0 && Math.max(left, right) <= Math.max(2, before + behind);
}
