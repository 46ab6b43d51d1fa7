// Filters as RFC 7644 (3.4.2.2) writes them, read into a tree. Pure; bounded in length and depth, since strangers' programs write them.

import { ScimError } from "./scim-error.ts";

const comparisons = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;
type Comparison = (typeof comparisons)[number];

export type Literal = string | number | boolean | null;

/** `emails[type eq "work"].value` is of the attribute `emails`, whose values are narrowed by a filter, and of their part `value`. */
export type Filter =
  | { readonly kind: "compare"; readonly path: string; readonly by: Comparison; readonly value: Literal }
  | { readonly kind: "present"; readonly path: string }
  | { readonly kind: "some"; readonly path: string; readonly of: Filter }
  | { readonly kind: "not"; readonly of: Filter }
  | { readonly kind: "and" | "or"; readonly left: Filter; readonly right: Filter };

const longest = 4_000;
const deepest = 30;

const token =
  /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|((?:urn:[\w.:-]+:)?[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))/y;

interface Token {
  readonly kind: "bracket" | "text" | "word" | "number";
  readonly text: string;
}

export function parseFilter(text: string): Filter {
  if (text.length > longest) throw invalid(`it has more than ${longest} characters`);
  const reader = new Reader(tokensOf(text));
  const filter = reader.readOr(0);
  if (!reader.isAtEnd) throw invalid(`\`${reader.next().text}\` stands where nothing more is expected`);
  return filter;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== "") {
    token.lastIndex = at;
    const [whole, bracket, quoted, word, number] = token.exec(text) ?? [];
    if (whole === undefined) throw invalid(`it cannot be read from \`${text.slice(at, at + 20).trim()}\` on`);
    at += whole.length;
    if (bracket !== undefined) tokens.push({ kind: "bracket", text: bracket });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "number", text: number ?? "" });
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): Token {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw invalid("it ends too early");
    this.#at += 1;
    return found;
  }

  readOr(depth: number): Filter {
    if (depth > deepest) throw invalid(`it is nested deeper than ${deepest}`);
    let left = this.#readAnd(depth);
    while (this.#takes("or")) left = { kind: "or", left, right: this.#readAnd(depth) };
    return left;
  }

  #readAnd(depth: number): Filter {
    let left = this.#readOne(depth);
    while (this.#takes("and")) left = { kind: "and", left, right: this.#readOne(depth) };
    return left;
  }

  #readOne(depth: number): Filter {
    const isNegated = this.#takes("not");
    if (this.#takes("(")) {
      const of = this.readOr(depth + 1);
      this.#expect(")");
      return isNegated ? { kind: "not", of } : of;
    }
    if (isNegated) throw invalid("behind `not` there must be a filter in parentheses");
    const { kind, text: path } = this.next();
    if (kind !== "word") throw invalid(`\`${path}\` is no attribute`);
    if (!this.#takes("[")) return this.#readCondition(path);
    const of = this.readOr(depth + 1);
    this.#expect("]");
    return { kind: "some", path, of };
  }

  #readCondition(path: string): Filter {
    const { text } = this.next();
    const operator = text.toLowerCase();
    if (operator === "pr") return { kind: "present", path };
    const by = comparisons.find((one) => one === operator);
    if (by === undefined) throw invalid(`\`${text}\` is no comparison`);
    return { kind: "compare", path, by, value: literalOf(this.next()) };
  }

  #takes(text: string): boolean {
    const found = this.#tokens[this.#at];
    if (found === undefined || found.kind === "text" || found.text.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw invalid(`\`${text}\` is missing`);
  }
}

function literalOf({ kind, text }: Token): Literal {
  if (kind === "number") return Number(text);
  if (kind === "text") return unquoted(text);
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  throw invalid(`\`${text}\` is no value: texts stand in quotation marks`);
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw invalid(`${text} is no text as JSON has it`);
  }
}

function invalid(reason: string): ScimError {
  return new ScimError(400, `The filter is not valid: ${reason}`, "invalidFilter");
}
