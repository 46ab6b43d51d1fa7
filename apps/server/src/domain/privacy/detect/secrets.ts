import { isAlphanumeric, isHex, isPlainDigit, isWordPart } from "./characters.ts";
import type { Span } from "./finding.ts";
import { secretShapes } from "./secret-shapes.ts";
import type { Alphabet, SecretShape } from "./secret-shapes.ts";

const urlSigns = "-_";
const alphabets: Readonly<Record<Alphabet, (code: number) => boolean>> = {
  alphanumeric: isAlphanumeric,
  url: (code) => isAlphanumeric(code) || code === 0x2d || code === 0x5f,
  hex: isHex,
  upper: (code) => isPlainDigit(code) || (code >= 0x41 && code <= 0x5a),
  base64: (code) => isAlphanumeric(code) || code === 0x2b || code === 0x2f || code === 0x3d,
  token: (code) => isAlphanumeric(code) || code === 0x2d || code === 0x5f || code === 0x2e || code === 0x3d,
};

/** By the first two characters: one look for each word of a text. */
const byBeginning = new Map<number, SecretShape[]>();
for (const shape of secretShapes) {
  const beginning = beginningOf(shape.begins, 0);
  byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), shape]);
}
/** Whether there is one at all, without a look into a map. */
const isBeginning = new Uint8Array(128 * 128);
for (const beginning of byBeginning.keys()) isBeginning[beginning] = 1;
const jwtBeginning = beginningOf("eyJ", 0);
isBeginning[jwtBeginning] = 1;

function beginningOf(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  return first < 128 && second < 128 ? first * 128 + second : 0;
}

export function mayBeSecret(text: string, at: number): boolean {
  return isBeginning[beginningOf(text, at)] === 1;
}

interface Run {
  readonly start: number;
  readonly end: number;
}

/** The secrets of a text, asked for from left to right: where a run of characters ends is looked up once, whatever begins within it. */
export class SecretReader {
  readonly #text: string;
  readonly #runs = new Map<Alphabet, Run>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The one that begins with the word at `at`; null where none does. */
  at(at: number): Span | null {
    const beginning = beginningOf(this.#text, at);
    const token = beginning === jwtBeginning ? this.#jwtAt(at) : null;
    if (token !== null) return token;
    for (const shape of byBeginning.get(beginning) ?? []) {
      const found = this.#text.startsWith(shape.begins, at) ? this.#readShape(at, shape) : null;
      if (found !== null) return found;
    }
    return null;
  }

  #readShape(at: number, shape: SecretShape): Span | null {
    const text = this.#text;
    const behind = at + shape.begins.length;
    const start = shape.isNamed === true ? behindSigns(text, behind) : behind;
    if (shape.isNamed === true && start === behind) return null;
    const end = this.#endOf(start, shape.goesOn);
    const length = end - start;
    if (length < shape.least || length > (shape.most ?? longestSecret)) return null;
    if (shape.isWord === true && !isMixed(text, start, Math.min(end, start + mostLookedAt))) return null;
    return { start: shape.isNamed === true ? start : at, end: withoutSigns(text, start, end) };
  }

  /** Three parts in base64url, of which the first two are objects. */
  #jwtAt(at: number): Span | null {
    const text = this.#text;
    const first = this.#endOf(at, "url");
    if (first - at < 16 || !text.startsWith(".eyJ", first)) return null;
    const second = this.#endOf(first + 1, "url");
    if (second - first < 8 || text.charAt(second) !== ".") return null;
    const end = this.#endOf(second + 1, "url");
    return end - second < 16 ? null : { start: at, end };
  }

  #endOf(start: number, alphabet: Alphabet): number {
    const known = this.#runs.get(alphabet);
    if (known !== undefined && start >= known.start && start <= known.end) return known.end;
    const end = endOf(this.#text, start, alphabets[alphabet]);
    this.#runs.set(alphabet, { start, end });
    return end;
  }
}

const longestSecret = 4_096;
/** Of a secret, to tell it from words. */
const mostLookedAt = 64;

function endOf(text: string, start: number, belongs: (code: number) => boolean): number {
  let end = start;
  while (end < text.length && belongs(text.charCodeAt(end))) end += 1;
  return end;
}

/** A sentence may end with it. */
function withoutSigns(text: string, start: number, end: number): number {
  let last = end;
  while (
    last > start &&
    end - last < mostLookedAt &&
    (urlSigns.includes(text.charAt(last - 1)) || text.charAt(last - 1) === ".")
  )
    last -= 1;
  return last;
}

const mostSigns = 8;

/** Signs and spaces between a name and its value. */
function behindSigns(text: string, from: number): number {
  let at = from;
  while (at - from < mostSigns && "\\\"' :=>\t".includes(text.charAt(at)) && at < text.length) at += 1;
  return at;
}

function isMixed(text: string, start: number, end: number): boolean {
  let hasDigit = false;
  let hasLetter = false;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isPlainDigit(code)) hasDigit = true;
    else if (isAlphanumeric(code)) hasLetter = true;
  }
  return hasDigit && hasLetter;
}

const beginMark = "-----BEGIN ";
const endMark = "-----END ";
const longestLabel = 40;

/** Blocks with private keys. Where the ends stand is looked up once for all of a text. */
export class KeyBlocks {
  readonly #text: string;
  #nextEnd = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The block that begins with the dashes at `at`; to the end of the text where its own end is missing. */
  blockAt(at: number): Span | null {
    const text = this.#text;
    if (!text.startsWith(beginMark, at)) return null;
    const label = text.slice(at + beginMark.length, at + beginMark.length + longestLabel);
    if (!/^[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(label)) return null;
    const mark = this.#endBehind(at);
    if (mark < 0) return { start: at, end: text.length };
    const close = text.indexOf("-----", mark + endMark.length);
    return { start: at, end: close < 0 || close - mark > 2 * longestLabel ? mark + endMark.length : close + 5 };
  }

  #endBehind(at: number): number {
    if (this.#nextEnd < at) {
      const found = this.#text.indexOf(endMark, at);
      this.#nextEnd = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return Number.isFinite(this.#nextEnd) ? this.#nextEnd : -1;
  }
}

const longestUserInfo = 256;

/** `name:password@` behind the `://` whose colon is at `at`. */
export function userInfoAt(text: string, at: number): Span | null {
  if (!text.startsWith("://", at) || at === 0 || !isWordPart(text.charCodeAt(at - 1))) return null;
  const start = at + 3;
  const last = Math.min(text.length, start + longestUserInfo);
  let colon = -1;
  for (let end = start; end < last; end += 1) {
    const sign = text.charAt(end);
    if (sign === "@") return colon < 0 || end - colon < 2 ? null : { start: colon + 1, end };
    if (sign === ":" && colon < 0) colon = end;
    else if (sign === "/" || sign === "?" || sign === "#" || sign <= " " || sign === '"' || sign === "<") return null;
  }
  return null;
}

const botToken = { begins: ":AA", length: 36 };

/** A bot's number and its token. https://core.telegram.org/bots/api#authorizing-your-bot */
export function botTokenAt(text: string, at: number, endOfNumber: number): Span | null {
  const digits = endOfNumber - at;
  if (digits < 8 || digits > 10 || !text.startsWith(botToken.begins, endOfNumber)) return null;
  const end = endOfNumber + botToken.length;
  const token = text.slice(endOfNumber + 1, end + 1);
  return endOf(token, 0, alphabets.url) === botToken.length - 1 ? { start: at, end } : null;
}
