// A JSON document as a tree that hides nothing: a member that is there twice is there twice, and names are told without
// regard to case and underscores, since vendors' parsers differ in what they take for the same. Long texts are cut.

import { endOfString } from "./json-strings.ts";

export type Tree = string | number | boolean | null | readonly Tree[] | Fields;

/** The members of an object, in order. */
export class Fields {
  readonly entries: readonly (readonly [name: string, value: Tree])[];

  constructor(entries: readonly (readonly [string, Tree])[]) {
    this.entries = entries;
  }

  /** All values that a name has. `name` is in lower case, without underscores. */
  all(name: string): readonly Tree[] {
    const values: Tree[] = [];
    for (const [written, value] of this.entries) if (written === name) values.push(value);
    return values;
  }

  /** The texts that a name has. */
  texts(name: string): readonly string[] {
    const texts: string[] = [];
    for (const [written, value] of this.entries) if (written === name && typeof value === "string") texts.push(value);
    return texts;
  }
}

/** Null where it is no JSON, or of too many values or too deep to be looked at while others wait. */
export function readTree(json: Buffer): Tree | null {
  const reader = new TreeReader(json);
  const tree = reader.read(0);
  return reader.isSound && reader.isAtEnd ? tree : null;
}

const mostValues = 200_000;
const mostDepth = 200;
/** As much of a text as names and types have, in whatever escapes. */
const keptBytes = 400;

const [quote, comma, colon] = [0x22, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

class TreeReader {
  isSound = true;
  readonly #json: Buffer;
  #at = 0;
  #values = 0;

  constructor(json: Buffer) {
    this.#json = json;
  }

  get isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#json.length;
  }

  read(depth: number): Tree {
    this.#skipSpace();
    this.#values += 1;
    if (this.#values > mostValues || depth > mostDepth) return this.#fail();
    const first = this.#json[this.#at];
    if (first === quote) return this.#readText();
    if (first === openBrace) return this.#readFields(depth);
    return first === openBracket ? this.#readList(depth) : this.#readScalar();
  }

  #readFields(depth: number): Tree {
    const entries: (readonly [string, Tree])[] = [];
    this.#at += 1;
    while (this.isSound && !this.#isPast(closeBrace)) {
      if (this.#json[this.#at] !== quote) return this.#fail();
      const name = this.#readText();
      if (!this.#isPast(colon)) return this.#fail();
      entries.push([nameOf(name), this.read(depth + 1)]);
      if (!this.#isPast(comma) && !this.#isBefore(closeBrace)) return this.#fail();
    }
    return new Fields(entries);
  }

  #readList(depth: number): Tree {
    const items: Tree[] = [];
    this.#at += 1;
    while (this.isSound && !this.#isPast(closeBracket)) {
      items.push(this.read(depth + 1));
      if (!this.#isPast(comma) && !this.#isBefore(closeBracket)) return this.#fail();
    }
    return items;
  }

  #readText(): string {
    const start = this.#at + 1;
    const end = endOfString(this.#json, start) - 1;
    if (end < 0) {
      this.#fail();
      return "";
    }
    this.#at = end + 1;
    // What is looked for has no other letters.
    const text = this.#json.toString("latin1", start, Math.min(end, start + keptBytes));
    return text.includes("\\") && end - start <= keptBytes ? unescape(text) : text;
  }

  #readScalar(): Tree {
    const start = this.#at;
    while (!isDelimiter(this.#json[this.#at])) this.#at += 1;
    const word = this.#json.toString("latin1", start, Math.min(this.#at, start + keptBytes));
    if (word === "null") return null;
    if (word === "true" || word === "false") return word === "true";
    const number = word === "" ? Number.NaN : Number(word);
    return Number.isNaN(number) ? this.#fail() : number;
  }

  #isPast(byte: number): boolean {
    if (!this.#isBefore(byte)) return false;
    this.#at += 1;
    this.#skipSpace();
    return true;
  }

  #isBefore(byte: number): boolean {
    this.#skipSpace();
    return this.#json[this.#at] === byte;
  }

  #skipSpace(): void {
    while ((this.#json[this.#at] ?? 0x21) <= 0x20) this.#at += 1;
  }

  #fail(): null {
    this.isSound = false;
    return null;
  }
}

/** Also the end of the document. */
function isDelimiter(byte: number | undefined): boolean {
  return byte === undefined || byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket;
}

const plainName = /^[a-z]+$/;

function nameOf(written: string): string {
  return plainName.test(written) ? written : written.toLowerCase().replaceAll("_", "");
}

function unescape(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
