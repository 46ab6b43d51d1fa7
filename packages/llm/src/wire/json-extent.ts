// How deep and how wide a JSON document is, told from its bytes as they arrive and before anything is built of them: a small
// document may hold so many values that they would cost seconds and hundreds of megabytes.

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

export interface JsonBounds {
  readonly depth: number;
  /** Elements, members and the lists and objects around them. */
  readonly values: number;
}

/** Long strings are skipped by a search, of which each costs as much as a look at so many bytes. */
const shortString = 64;

/** Bytes in, in pieces of any size. Of what is no JSON it says something bounded as well. */
export class JsonExtent {
  readonly #bounds: JsonBounds;
  #depth = 0;
  #values = 0;
  #isInString = false;
  /** The last byte was a backslash within a string, which stands before the next one. */
  #isEscaped = false;

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds;
  }

  /** The bound that is exceeded, or null. */
  push(bytes: Buffer): keyof JsonBounds | null {
    let depth = this.#depth;
    let values = this.#values;
    const { depth: deepest, values: most } = this.#bounds;
    for (let at = this.#isInString ? this.#skipString(bytes, 0) : 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) at = this.#skipString(bytes, at + 1) - 1;
      else if (byte === comma) values += 1;
      else if (byte === 0x5b || byte === 0x7b) {
        values += 1;
        depth += 1;
        if (depth > deepest) return "depth";
      } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    }
    this.#depth = depth;
    this.#values = values;
    return values > most ? "values" : null;
  }

  /** Behind the string that goes on at `from`; the end of the bytes where it does not end in them. */
  #skipString(bytes: Buffer, from: number): number {
    this.#isInString = true;
    let at = from;
    if (this.#isEscaped && at < bytes.length) at += 1;
    this.#isEscaped = false;
    for (;;) {
      const near = Math.min(bytes.length, at + shortString);
      while (at < near && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
      if (at < near) {
        this.#isInString = false;
        return at + 1;
      }
      if (at >= bytes.length) return this.#holdEscape(bytes, at);
      at = this.#skipPlain(bytes, at);
    }
  }

  #holdEscape(bytes: Buffer, at: number): number {
    this.#isEscaped = at > bytes.length;
    return bytes.length;
  }

  /** To the next quotation mark, or to the backslash that makes it one of the text. */
  #skipPlain(bytes: Buffer, from: number): number {
    const found = bytes.indexOf(quote, from);
    const end = found < 0 ? bytes.length : found;
    let start = end;
    while (start > from && bytes[start - 1] === backslash) start -= 1;
    return (end - start) % 2 === 0 ? end : end - 1;
  }
}
