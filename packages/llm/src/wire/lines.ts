// Cuts a byte stream of lines, such as NDJSON, into whole lines, whatever the sizes in which the bytes arrive. Lines end
// with LF or CRLF, and the last one may have no end. Bytes are never changed.

import { HeldWeight } from "./held-weight.ts";

const lineFeed = 0x0a;

/** Bytes in, whole lines out: what `push` answers ends with a line's end. The rest is held until it is whole. */
export class LineCutter {
  /** What was answered last is a part of a line that is too large to be held. */
  isWithinLine = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #weight: HeldWeight;
  #isTooHeavy = false;

  /**
   * A line that grows over `maxHeldBytes`, or holds too much to be read at once, is passed on in parts: holding it would cost
   * too much memory, or time.
   */
  constructor(maxHeldBytes: number, maxValues?: number) {
    this.#weight = new HeldWeight({ bytes: maxHeldBytes, ...(maxValues !== undefined && { values: maxValues }) });
  }

  /** Whole lines that this chunk completes, or null while the line goes on. */
  push(chunk: Buffer): Buffer | null {
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) this.isWithinLine = false;
    if (end === chunk.length && end > 0 && this.#heldBytes === 0) return chunk;
    if (end === 0) {
      this.#hold(chunk);
      if (!this.#isTooHeavy) return null;
      const part = this.flush();
      this.isWithinLine = true;
      return part;
    }
    this.#hold(chunk.subarray(0, end));
    const whole = this.flush();
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return whole;
  }

  /** Everything that is held, whole or not; null when nothing is. */
  flush(): Buffer | null {
    if (this.#heldBytes === 0) return null;
    const [only] = this.#held;
    const whole = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    this.#isTooHeavy = false;
    this.#weight.clear();
    return whole;
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#weight.add(chunk)) this.#isTooHeavy = true;
  }
}

/** The single lines in bytes that a LineCutter answered, each with its end. */
export function* eachLine(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    yield bytes.subarray(start, at + 1);
    start = at + 1;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}
