// Reads the imports and the strings out of a TypeScript file, without a parser: comments, strings, templates and regular
// expressions are told apart, so that a word in a comment is no import and a `//` in a string no comment.

export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
  /** `import type`, or all its names are types. */
  readonly isTypeOnly: boolean;
  /** Imported values by their original names; `*` for a namespace, a dynamic import or `require`, `default` for a default. */
  readonly names: readonly string[];
}

export interface StringSite {
  readonly value: string;
  readonly line: number;
}

export interface ScannedSource {
  readonly imports: readonly ImportSite[];
  readonly strings: readonly StringSite[];
  /** The text with comments, and what is in strings, made blank; line breaks stay. */
  readonly code: string;
}

interface Literal {
  readonly start: number;
  readonly value: string;
}

interface Masked {
  readonly code: string;
  readonly literals: readonly Literal[];
}

const regexAfterWord = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)\s*$/;
const regexAfterSign = /(?:^|[(,=:[!&|?{};+\-*%~^<>])\s*$/;

function mayStartRegex(codeBefore: string): boolean {
  const tail = codeBefore.slice(-40);
  return regexAfterSign.test(tail) || regexAfterWord.test(tail);
}

/** Index behind a quoted string that opens at `start`; an unclosed one ends with its line. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}

function endOfRegex(text: string, start: number): number {
  let isInClass = false;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") isInClass = true;
    else if (text[at] === "]") isInClass = false;
    else if (text[at] === "/" && !isInClass) return at + 1;
  }
  return start + 1;
}

/** Index of the `${` or behind the backtick that ends the template's text from `start` on. */
function endOfTemplateText(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`") return at + 1;
    else if (text[at] === "$" && text[at + 1] === "{") return at;
  }
  return text.length;
}

class Masker {
  readonly #text: string;
  readonly #literals: Literal[] = [];
  #code = "";
  #at = 0;
  /** Depth of braces at which each open `${` returns to its template. */
  readonly #templates: number[] = [];
  #braces = 0;

  constructor(text: string) {
    this.#text = text;
  }

  mask(): Masked {
    while (this.#at < this.#text.length) this.#step();
    return { code: this.#code, literals: this.#literals };
  }

  #step(): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    const one = two[0] ?? "";
    if (two === "//") this.#blank(this.#find("\n"));
    else if (two === "/*") this.#blank(this.#find("*/", 2) + 2);
    else if (one === '"' || one === "'") this.#literal(endOfString(this.#text, this.#at));
    else if (one === "`") this.#template(this.#at + 1);
    else if (one === "/" && mayStartRegex(this.#code)) this.#blank(endOfRegex(this.#text, this.#at));
    else if (one === "}" && this.#templates.at(-1) === this.#braces) this.#reenterTemplate();
    else this.#copy(one);
  }

  #find(what: string, skip = 0): number {
    const found = this.#text.indexOf(what, this.#at + skip);
    return found === -1 ? this.#text.length : found;
  }

  #copy(character: string): void {
    if (character === "{") this.#braces += 1;
    if (character === "}") this.#braces -= 1;
    this.#code += character;
    this.#at += 1;
  }

  #blank(end: number): void {
    this.#code += this.#text.slice(this.#at, end).replace(/[^\n]/g, " ");
    this.#at = Math.min(end, this.#text.length);
  }

  /** The quotes stay, so that `from "..."` can still be recognised. */
  #literal(end: number): void {
    const inner = this.#text.slice(this.#at + 1, end - 1);
    this.#literals.push({ start: this.#at, value: inner });
    this.#code += `"${inner.replace(/[^\n]/g, " ")}"`;
    this.#at = end;
  }

  #template(textStart: number): void {
    const end = endOfTemplateText(this.#text, textStart);
    const closes = this.#text[end - 1] === "`" && end > textStart;
    this.#literals.push({ start: this.#at, value: this.#text.slice(textStart, closes ? end - 1 : end) });
    const inner = this.#text.slice(this.#at, end).replace(/[^\n]/g, " ");
    this.#code += closes ? `"${inner.slice(2)}"` : inner;
    this.#at = end;
    if (closes || end >= this.#text.length) return;
    this.#templates.push(this.#braces);
    this.#code += "  ";
    this.#at += 2;
  }

  #reenterTemplate(): void {
    this.#templates.pop();
    this.#template(this.#at + 1);
  }
}

const staticImport = /(?<![.\w$])(?:import|export)\s+(type\s+)?([\w$*{},\s]+?)\s*from\s*"/g;
const bareImport = /(?<![.\w$])import\s*"/g;
const dynamicImport = /(?<![.\w$])(?:import|require|require\.resolve|import\.meta\.resolve)\s*\(\s*"/g;

function readNames(clause: string): { names: string[]; isTypeOnly: boolean } {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? "";
  const listed = braces
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const values = listed.filter((part) => !/^type\s/.test(part)).map((part) => part.split(/\s+as\s+/)[0] ?? part);
  const outside = clause
    .replace(/\{[^}]*\}/, "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const names = [...outside.map((part) => (part.startsWith("*") ? "*" : "default")), ...values];
  return { names, isTypeOnly: names.length === 0 && listed.length > 0 };
}

export function scanSource(text: string): ScannedSource {
  const { code, literals } = new Masker(text).mask();
  const byStart = new Map(literals.map((literal) => [literal.start, literal.value]));
  const breaks = [...text.matchAll(/\n/g)].map((match) => match.index);
  const lineOf = (offset: number): number => breaks.filter((at) => at < offset).length + 1;
  const imports: ImportSite[] = [];
  const add = (match: RegExpMatchArray, names: readonly string[], isTypeOnly: boolean): void => {
    const specifier = byStart.get((match.index ?? 0) + match[0].length - 1);
    if (specifier !== undefined) imports.push({ specifier, line: lineOf(match.index ?? 0), names, isTypeOnly });
  };
  for (const match of code.matchAll(staticImport)) {
    const { names, isTypeOnly } = readNames(match[2] ?? "");
    add(match, match[1] === undefined ? names : [], isTypeOnly || match[1] !== undefined);
  }
  for (const match of code.matchAll(bareImport)) add(match, ["*"], false);
  for (const match of code.matchAll(dynamicImport)) add(match, ["*"], false);
  const strings = literals.map(({ start, value }) => ({ value, line: lineOf(start) }));
  return { imports: imports.toSorted((a, b) => a.line - b.line), strings, code };
}
