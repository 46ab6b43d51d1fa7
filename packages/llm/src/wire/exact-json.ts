// JSON whose text must survive: what tools are called with and what they are declared to take. The parser keeps of a number
// what a double holds, of keys that come twice the last, and puts keys that look like numbers first. An object that is read
// here knows its text where the parser's view of it would be written in another way, and is written as it was.

import { isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";

declare global {
  interface JSON {
    /** A value that is written as `text`, the JSON of a string, a number, a boolean or null. */
    rawJSON(text: string): object;
  }
}

/** The writer never writes this letter so, which makes it the mark of a text that stands for itself. */
const mark = '"\\u0052';

/** Undefined for what is nested too deeply to be written: the parser takes any depth, the writer does not. */
export function stringifyExactly(value: unknown): string | undefined {
  try {
    return writeExactly(value);
  } catch {
    return undefined;
  }
}

/** JSON.stringify, but for objects that know their text. Throws what it throws. */
export function writeExactly(value: unknown): string {
  const written = JSON.stringify(value);
  if (written === undefined || !written.includes(mark)) return written;
  const pieces: string[] = [];
  let from = 0;
  for (let at = written.indexOf(mark); at >= 0; at = written.indexOf(mark, from)) {
    const end = endOfString(written, at);
    pieces.push(written.slice(from, at), String(JSON.parse(`"${written.slice(at + mark.length, end)}`)));
    from = end;
  }
  return pieces.join("") + written.slice(from);
}

/** An object that is written as `text`, whatever it holds. */
function bindText<Value extends object>(value: Value, text: string): Value {
  const token = JSON.rawJSON(mark + JSON.stringify(text).slice(1));
  // Not enumerable, so that a changed copy has no text of what it was.
  Object.defineProperty(value, "toJSON", { value: () => token, enumerable: false });
  return value;
}

/** The object that is the whole of `text`; undefined where it is none. It is written with every digit and key of the text. */
export function parseExactObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  return isExact(text, value) ? value : bindText({}, minify(text));
}

function stringifyPlain(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Without the spaces between its tokens, which would break the lines of streams. The text is valid JSON. */
function minify(text: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    pieces.push(text.slice(at, end).replaceAll(/\s+/g, ""));
    at = quote < 0 ? text.length : endOfString(text, quote);
    pieces.push(text.slice(end, at));
  }
  return pieces.join("");
}

/** Which members of a document are read exactly, wherever they stand. */
export class ExactMembers {
  /** Objects that know their text. */
  readonly texts: ReadonlySet<string>;
  /** Values whose numbers keep their digits, and are no numbers then. */
  readonly numbers: ReadonlySet<string>;
  readonly #names: readonly string[];
  /** A quote within a string has a backslash before it, so that this finds keys alone. */
  readonly #keys: RegExp;

  constructor({
    texts = [],
    numbers = [],
  }: {
    readonly texts?: readonly string[];
    readonly numbers?: readonly string[];
  }) {
    this.texts = new Set(texts);
    this.numbers = new Set(numbers);
    const names = [...texts, ...numbers];
    this.#names = names.map((name) => `"${name}"`);
    this.#keys = new RegExp(`(?<!\\\\)"(?:${names.join("|")})"\\s*:\\s*(?=[{[])`, "g");
  }

  /** Is there one in the text that the parser's view does not tell? */
  areInexactIn(text: string): boolean {
    if (!this.#names.some((name) => text.includes(name))) return false;
    const keys = this.#keys;
    keys.lastIndex = 0;
    for (let found = keys.exec(text); found !== null; found = keys.exec(text)) {
      const start = keys.lastIndex;
      const end = endOfValue(text, start);
      const slice = text.slice(start, end);
      if (!isExact(slice, parseJson(slice))) return true;
      keys.lastIndex = end;
    }
    return false;
  }
}

/** What tools take and are called with, in requests of all dialects. */
export const exactInRequests = new ExactMembers({
  texts: ["input", "args", "arguments", "response"],
  numbers: ["parameters", "parametersJsonSchema", "input_schema", "schema", "responseSchema", "responseJsonSchema"],
});

/** As JSON.parse reads it, but for those members. Undefined where the text is no JSON. */
export function parseExactly(text: string, members: ExactMembers): unknown {
  const value = parseJson(text);
  return value !== undefined && members.areInexactIn(text) ? new ExactReader(text, members).read() : value;
}

/** Is the parser's view of a text written as the text is, but for spaces? */
function isExact(text: string, value: unknown): boolean {
  const written = stringifyPlain(value);
  return written === text || written === undefined || written === minify(text);
}

const spaceOrColon = /[\s:,]*/y;
const scalar = /[^\s,}\]]*/y;
/** Behind the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let close = text.indexOf('"', at + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let backslashes = 0;
    while (text[close - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
  return text.length;
}

const bracketOrQuote = /["{}[\]]/g;

/** Behind the value that begins at `at`, of a text that is valid JSON. */
function endOfValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return endOfString(text, at);
  if (first !== "{" && first !== "[") {
    scalar.lastIndex = at;
    scalar.test(text);
    return scalar.lastIndex;
  }
  let depth = 0;
  bracketOrQuote.lastIndex = at;
  for (let found = bracketOrQuote.exec(text); found !== null; found = bracketOrQuote.exec(text)) {
    if (found[0] === '"') bracketOrQuote.lastIndex = endOfString(text, found.index);
    else depth += found[0] === "{" || found[0] === "[" ? 1 : -1;
    if (depth === 0) return found.index + 1;
  }
  return text.length;
}

/** Deeper than any document of a dialect; what is below is read as the parser reads it. */
const deepest = 200;

/** Of a text that is valid JSON. */
class ExactReader {
  readonly #text: string;
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<string>;
  #at = 0;

  constructor(text: string, { texts, numbers }: ExactMembers) {
    this.#text = text;
    this.#texts = texts;
    this.#numbers = numbers;
  }

  read(): unknown {
    this.#skipSpace();
    return this.#value("", 0);
  }

  #value(name: string, depth: number): unknown {
    const first = this.#text[this.#at];
    if (first !== "{" && first !== "[") return parseJson(this.#take());
    if (this.#texts.has(name) && first === "{") return readText(this.#take());
    if (this.#numbers.has(name)) return readNumbers(this.#take());
    if (depth > deepest) return parseJson(this.#take());
    return first === "{" ? this.#object(depth) : this.#list(depth);
  }

  #take(): string {
    const start = this.#at;
    this.#at = endOfValue(this.#text, start);
    return this.#text.slice(start, this.#at);
  }

  #skipSpace(): void {
    spaceOrColon.lastIndex = this.#at;
    spaceOrColon.test(this.#text);
    this.#at = spaceOrColon.lastIndex;
  }

  #object(depth: number): JsonObject {
    const members: [string, unknown][] = [];
    for (this.#enter(); this.#text[this.#at] !== "}"; this.#skipSpace()) {
      const name = String(parseJson(this.#take()));
      this.#skipSpace();
      members.push([name, this.#value(name, depth + 1)]);
    }
    this.#at += 1;
    // Not by assignment, to which the key `__proto__` would be more than a key.
    return Object.fromEntries(members);
  }

  #list(depth: number): readonly unknown[] {
    const elements: unknown[] = [];
    for (this.#enter(); this.#text[this.#at] !== "]"; this.#skipSpace()) elements.push(this.#value("", depth + 1));
    this.#at += 1;
    return elements;
  }

  #enter(): void {
    this.#at += 1;
    this.#skipSpace();
  }
}

/** The parser's view of an object, which knows its text where that is another. */
function readText(text: string): unknown {
  const value = parseJson(text);
  if (!isObject(value) || isExact(text, value) || Object.hasOwn(value, "toJSON")) return value;
  return bindText(value, minify(text));
}

interface Source {
  readonly source?: string;
}

function readNumbers(text: string): unknown {
  const revive = (_key: string, value: unknown, { source = "" }: Source): unknown =>
    typeof value === "number" && String(value) !== source ? JSON.rawJSON(source) : value;
  return JSON.parse(text, revive as Parameters<typeof JSON.parse>[1]) as unknown;
}
