// What of a text must be the same in another one that is to be answered alike, as far as it shows on the surface: its numbers, negations, names,
// code and the like. Texts whose vectors lie close to each other differ in just these, where they ask for different things.

import { dateWords, groups, languages, negations, numberWords, openings, units } from "./told-words.ts";

export interface Marks {
  /** All words, in order, in lower case; of languages without spaces as the platform parts them. */
  readonly words: readonly string[];
  /** In order, each in one form. */
  readonly numbers: readonly string[];
  readonly units: readonly string[];
  readonly dates: readonly string[];
  readonly languages: readonly string[];
  /** Written with a capital within a sentence, in order, in lower case. */
  readonly names: readonly string[];
  /** Between quotation marks or backticks, as written. */
  readonly quoted: readonly string[];
  /** Identifiers, paths, addresses, versions, options and operators, as written. */
  readonly code: readonly string[];
  readonly negations: number;
  /** Of `groups`, those of which the text has a word. */
  readonly groups: readonly string[];
  /** Alphabets. */
  readonly scripts: readonly string[];
  readonly isQuestion: boolean;
}

const quotedText =
  /`{1,3}([^`]+)`{1,3}|"([^"\n]{1,200})"|“([^”\n]{1,200})”|«([^»\n]{1,200})»|(?<![\p{L}\p{N}])'([^'\n]{1,200})'(?![\p{L}\p{N}])/gu;
/** A word with something in it that no word of a language has. */
const codeText =
  /(?<![\p{L}\p{N}_$@#/.-])(?:[a-z]+:\/\/\S+|--?[A-Za-z][\w-]*(?=[\s,.?!)]|$)|[./~]?[\w$@-]*(?:[/\\][\w$@.-]+)+|[\w$]+(?:\.[A-Za-z_$][\w$]*)+(?:\(\))?|[\w$]+\(\)|[A-Za-z]\w*_\w+|_\w+|[a-z]+[A-Z]\w*|[A-Z]+[a-z]+[A-Z]\w*|\p{Lu}\p{Lu}+\d*|[A-Za-z]+\d+\w*|[a-z]+(?:\+\+|#)|[<>=!]=+|=>|->|&&|\|\||\$\w+|@\w+|#\w+)(?![\p{L}\p{N}_])/gu;
const numberText = /[-+]?(?<![\p{L}_])\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th)?%?/gu;
const wordText = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*(?:\+\+|#)?|\d+(?:[.,]\d+)*/gu;
const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const symbols = /[€$£¥₹%°]/gu;

export function marksOf(text: string): Marks {
  const plain = text.normalize("NFKC");
  const words = wordsOf(plain);
  const named = wordNumbersOf(words);
  return {
    words,
    numbers: [...(plain.match(numberText) ?? []).map(plainNumber), ...named],
    units: [...(plain.match(symbols) ?? []), ...words.flatMap((word) => units.get(word) ?? [])],
    dates: words.filter((word) => dateWords.has(word)),
    languages: words.filter((word) => languages.has(word)),
    names: namesOf(plain),
    quoted: [...plain.matchAll(quotedText)].map((found) =>
      (found.slice(1).find((one) => one !== undefined) ?? "").trim(),
    ),
    code: plain.match(codeText) ?? [],
    negations: words.filter(isNegation).length,
    groups: groupsOf(words),
    scripts: scripts.filter(([, pattern]) => pattern.test(plain)).map(([name]) => name),
    isQuestion: /[?？؟]/u.test(plain),
  };
}

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

function wordsOf(text: string): readonly string[] {
  const small = withoutOpenings(text.toLowerCase().replaceAll("’", "'"));
  if (!withoutSpaces.test(text)) return (small.match(wordText) ?? []).flatMap(contracted);
  return [...segmenter.segment(small)].filter(({ isWordLike }) => isWordLike === true).map(({ segment }) => segment);
}

function withoutOpenings(text: string): string {
  return openings.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
}

const contractions: Readonly<Record<string, readonly string[]>> = {
  "can't": ["can", "not"],
  "won't": ["will", "not"],
  "shan't": ["shall", "not"],
};

/** As if it had been written out. */
function contracted(word: string): readonly string[] {
  const known = contractions[word];
  if (known !== undefined) return known;
  if (!word.includes("'")) return [word];
  if (word.endsWith("n't")) return [word.slice(0, -3), "not"];
  return [word.replace(/'(?:s|re|m|d|ll|ve)$/, "")];
}

const isNegation = (word: string): boolean => negations.has(word);

function wordNumbersOf(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => numberWords.get(word) ?? []);
}

/** Without what only parts thousands, and as a number where it is one. */
function plainNumber(written: string): string {
  const isShare = written.endsWith("%");
  const bare = written.replace(/%$/, "").replace(/^\+/, "");
  const whole = /^-?\d{1,3}(?:,\d{3})+$/.test(bare) ? bare.replaceAll(",", "") : bare;
  const ordinal = /^(\d+)(?:st|nd|rd|th)$/.exec(whole);
  const told =
    ordinal === null
      ? whole
          .replace(/^(-?)0+(?=\d)/, "$1")
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "")
      : `${ordinal[1]}.`;
  return isShare ? `${told}%` : told;
}

const namedWord = /\p{Lu}[\p{L}\p{M}\p{N}'’-]*/gu;
const beginning = /(?:^|[.!?:;\n¿¡]\s*|["“«'(]\s*)$/u;

/** What begins a sentence may be any word. A text that is all capitals has none. */
function namesOf(text: string): readonly string[] {
  if (!/\p{Ll}/u.test(text)) return [];
  const names: string[] = [];
  for (const { 0: word, index } of text.matchAll(namedWord)) {
    const isWithin = index > 0 && /[\p{L}\p{N}_]/u.test(text.charAt(index - 1));
    if (isWithin || word === "I" || /^I['’]/.test(word) || beginning.test(text.slice(Math.max(0, index - 4), index)))
      continue;
    names.push(word.toLowerCase().replace(/['’]s$/, ""));
  }
  return names;
}

function groupsOf(words: readonly string[]): readonly string[] {
  return Object.entries(groups)
    .filter(([, group]) => words.some((word) => group.has(word)))
    .map(([name]) => name);
}

const scripts: readonly (readonly [string, RegExp])[] = [
  ["latin", /\p{Script=Latin}/u],
  ["cyrillic", /\p{Script=Cyrillic}/u],
  ["greek", /\p{Script=Greek}/u],
  ["arabic", /\p{Script=Arabic}/u],
  ["hebrew", /\p{Script=Hebrew}/u],
  ["devanagari", /\p{Script=Devanagari}/u],
  ["kana", /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ["han", /\p{Script=Han}/u],
  ["hangul", /\p{Script=Hangul}/u],
  ["thai", /\p{Script=Thai}/u],
];
