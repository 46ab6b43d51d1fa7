// Changes texts within a JSON document in the text of the document: every other byte stays as it was written, and a member that is
// there twice is changed twice, since nobody knows which of the two a reader takes.

export type StringMode =
  /** Members have meanings, of which the visitor knows. */
  | "structure"
  /** All of it is text, also the names of members. */
  | "free"
  /** Nothing in it is looked at. */
  | "skipped";

export type JsonPath = readonly (string | number)[];

export interface StringVisitor {
  /** How the value is read that begins at `at` under this name within a structure. */
  modeOf(name: string, json: string, at: number): StringMode;
  /** What a text is to be; null where it stays. */
  edit(text: string, path: JsonPath): string | null;
  /** What the name of a member is to be where all of it is text; absent: as of texts. */
  editName?(name: string): string | null;
  /** A text at this place is no document, whatever it looks like. */
  isPlain?(path: JsonPath): boolean;
  /** A number within a structure; `name` is that of the member in which it stands, or of the list. */
  number?(name: string): void;
}

/** Levels of documents within texts that are read as documents. */
const deepestText = 3;
const deepestNesting = 2_000;

/** The document with its texts changed; the same where none was. Null where it is no document, or is nested too deeply. */
export function editStrings(json: string, visitor: StringVisitor, mode: StringMode = "structure"): string | null {
  return editDocument(json, visitor, mode, 0);
}

function editDocument(json: string, visitor: StringVisitor, mode: StringMode, textDepth: number): string | null {
  return new StringEditor(json, visitor, textDepth).run(mode);
}

const quote = 0x22;
const [comma, colon] = [0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

class StringEditor {
  readonly #json: string;
  readonly #visitor: StringVisitor;
  readonly #textDepth: number;
  readonly #path: (string | number)[] = [];
  readonly #pieces: string[] = [];
  #at = 0;
  /** Up to here the document is in the pieces. */
  #taken = 0;

  constructor(json: string, visitor: StringVisitor, textDepth: number) {
    this.#json = json;
    this.#visitor = visitor;
    this.#textDepth = textDepth;
  }

  run(mode: StringMode): string | null {
    this.#skipSpace();
    if (!this.#readValue(mode, "")) return null;
    this.#skipSpace();
    if (this.#at < this.#json.length) return null;
    if (this.#pieces.length === 0) return this.#json;
    return this.#pieces.join("") + this.#json.slice(this.#taken);
  }

  #readValue(mode: StringMode, name: string): boolean {
    const code = this.#json.charCodeAt(this.#at);
    if (mode === "skipped") return this.#skipValue();
    if (code === quote) return this.#readText();
    if (this.#path.length > deepestNesting) return false;
    if (code === openBrace) return this.#readObject(mode);
    return code === openBracket ? this.#readList(mode, name) : this.#readScalar(mode, name);
  }

  #readObject(mode: StringMode): boolean {
    this.#at += 1;
    if (this.#isPast(closeBrace)) return true;
    for (;;) {
      const name = this.#readName(mode);
      if (name === null || !this.#isPast(colon)) return false;
      const within = mode === "structure" ? this.#visitor.modeOf(name, this.#json, this.#at) : mode;
      if (!this.#readWithin(name, within, name)) return false;
      if (this.#isPast(closeBrace)) return true;
      if (!this.#isPast(comma)) return false;
    }
  }

  #readList(mode: StringMode, name: string): boolean {
    this.#at += 1;
    if (this.#isPast(closeBracket)) return true;
    for (let index = 0; ; index += 1) {
      if (!this.#readWithin(index, mode, name)) return false;
      if (this.#isPast(closeBracket)) return true;
      if (!this.#isPast(comma)) return false;
    }
  }

  #readWithin(step: string | number, mode: StringMode, name: string): boolean {
    this.#path.push(step);
    const isRead = this.#readValue(mode, name);
    this.#path.pop();
    return isRead;
  }

  #readName(mode: StringMode): string | null {
    this.#skipSpace();
    const start = this.#at;
    const name = this.#takeString();
    if (name !== null && mode === "free") this.#change(start, this.#editName(name));
    return name;
  }

  #editName(name: string): string | null {
    return this.#visitor.editName === undefined ? this.#visitor.edit(name, this.#path) : this.#visitor.editName(name);
  }

  #readText(): boolean {
    const start = this.#at;
    const text = this.#takeString();
    if (text === null) return false;
    this.#change(start, this.#editText(text));
    return true;
  }

  /** A document within a text has texts of its own, with escapes that are no part of them. */
  #editText(text: string): string | null {
    const mayBeDocument = this.#textDepth < deepestText && this.#visitor.isPlain?.(this.#path) !== true;
    if (mayBeDocument && isLikeDocument(text)) {
      const edited = editDocument(text, this.#within(), "free", this.#textDepth + 1);
      if (edited !== null) return edited === text ? null : edited;
    }
    return this.#visitor.edit(text, this.#path);
  }

  /** What the path leads to is the text around the document. */
  #within(): StringVisitor {
    const path = [...this.#path];
    const { editName } = this.#visitor;
    const edit = (text: string): string | null => this.#visitor.edit(text, path);
    return { modeOf: () => "free", edit, ...(editName !== undefined && { editName }) };
  }

  #change(start: number, edited: string | null): void {
    if (edited === null) return;
    this.#pieces.push(this.#json.slice(this.#taken, start), JSON.stringify(edited));
    this.#taken = this.#at;
  }

  /** The text of the string that begins here; null where none does, or it does not end. */
  #takeString(): string | null {
    const start = this.#at;
    if (this.#json.charCodeAt(start) !== quote || !this.#skipString()) return null;
    const written = this.#json.slice(start + 1, this.#at - 1);
    return written.includes("\\") ? unescaped(written) : written;
  }

  #skipString(): boolean {
    const json = this.#json;
    let close = this.#at;
    for (;;) {
      close = json.indexOf('"', close + 1);
      if (close < 0) return false;
      let backslashes = 0;
      while (json.charCodeAt(close - 1 - backslashes) === 0x5c) backslashes += 1;
      if (backslashes % 2 === 0) break;
    }
    this.#at = close + 1;
    return true;
  }

  #skipValue(): boolean {
    const json = this.#json;
    let depth = 0;
    while (this.#at < json.length) {
      const code = json.charCodeAt(this.#at);
      if (code === quote) {
        if (!this.#skipString()) return false;
      } else if (code === openBrace || code === openBracket) {
        depth += 1;
        this.#at += 1;
      } else if (depth > 0 && (code === closeBrace || code === closeBracket)) {
        depth -= 1;
        this.#at += 1;
      } else if (depth === 0 && !isDelimiter(code)) {
        this.#skipScalar();
      } else if (depth === 0) return false;
      else this.#at += 1;
      if (depth === 0) return true;
    }
    return false;
  }

  #readScalar(mode: StringMode, name: string): boolean {
    const start = this.#at;
    this.#skipScalar();
    const word = this.#json.slice(start, this.#at);
    if (word === "true" || word === "false" || word === "null") return true;
    if (word === "" || Number.isNaN(Number(word))) return false;
    if (mode === "structure") this.#visitor.number?.(name);
    return true;
  }

  #skipScalar(): void {
    while (this.#at < this.#json.length && !isDelimiter(this.#json.charCodeAt(this.#at))) this.#at += 1;
  }

  #isPast(code: number): boolean {
    this.#skipSpace();
    if (this.#json.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#json.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }
}

function isDelimiter(code: number): boolean {
  return code <= 0x20 || code === comma || code === colon || code === closeBrace || code === closeBracket;
}

function isLikeDocument(text: string): boolean {
  return /^\s{0,8}[[{]/.test(text.slice(0, 9)) && /[\]}]\s{0,8}$/.test(text.slice(-9));
}

function unescaped(written: string): string | null {
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return null;
  }
}

/** The text of a member of the object that begins at `at`; null where it has none of this name, or another value. */
export function textOfMember(json: string, at: number, name: string): string | null {
  let found: string | null = null;
  const visitor: StringVisitor = {
    modeOf: (one) => (one === name ? "free" : "skipped"),
    edit(text, path) {
      if (path.length === 1) found = text;
      return null;
    },
  };
  const end = endOfValue(json, at);
  return end < 0 || editStrings(json.slice(at, end), visitor) === null ? null : found;
}

function endOfValue(json: string, at: number): number {
  let depth = 0;
  for (let end = at; end < json.length; end += 1) {
    const code = json.charCodeAt(end);
    if (code === quote) {
      end = endOfString(json, end) - 1;
      if (end < 0) return -1;
    } else if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) depth -= 1;
    if (depth === 0) return end + 1;
  }
  return -1;
}

function endOfString(json: string, at: number): number {
  let close = at;
  for (;;) {
    close = json.indexOf('"', close + 1);
    if (close < 0) return -1;
    let backslashes = 0;
    while (json.charCodeAt(close - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
}
