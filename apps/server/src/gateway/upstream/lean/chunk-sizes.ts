import { AnswerFault } from "./answer-fault.ts";
import { HeldText } from "./held-text.ts";

const mostExtensionBytes = 4 * 1024;
const carriageReturn = 13;
const lineFeed = 10;
const mostDigits = 12;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = String.raw`"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"`;
/** Extensions are read over, as far as they are any (RFC 9112, 7.1.1). */
const sizeLine = new RegExp(`^([0-9A-Fa-f]{1,${mostDigits}})(?:;${token}(?:=(?:${token}|${quoted}))?)*\\r\\n$`);

/** The lines before chunks. */
export class ChunkSizes {
  readonly #held = new HeldText(mostExtensionBytes);
  #isHolding = false;
  #size: number | null = null;

  /** Answers where the line ends in `received`, or its length where it goes on. Throws AnswerFault. */
  read(received: Buffer, at: number): number {
    const end = this.#isHolding ? -1 : this.#readPlain(received, at);
    return end < 0 ? this.#readHeld(received, at) : end;
  }

  /** Null as long as the line is not whole. */
  take(): number | null {
    const size = this.#size;
    this.#size = null;
    return size;
  }

  /** Digits alone, and all of them here: nearly every line. -1 for any other. */
  #readPlain(received: Buffer, start: number): number {
    let size = 0;
    let at = start;
    for (let digit = digitAt(received, at); digit >= 0; digit = digitAt(received, at)) {
      size = size * 16 + digit;
      at += 1;
    }
    const digits = at - start;
    if (digits === 0 || digits > mostDigits) return -1;
    if (received[at] !== carriageReturn || received[at + 1] !== lineFeed) return -1;
    this.#size = size;
    return at + 2;
  }

  #readHeld(received: Buffer, at: number): number {
    const end = this.#held.findEnd(received, at, "\n");
    this.#isHolding = end < 0;
    if (end < 0) return received.length;
    const digits = sizeLine.exec(this.#held.take(received, at, end))?.[1];
    if (digits === undefined) throw new AnswerFault("a chunk has no size");
    this.#size = Number.parseInt(digits, 16);
    return end;
  }
}

/** -1 where there is none. */
function digitAt(received: Buffer, at: number): number {
  const byte = received[at] ?? 0;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
