// Cuts a byte stream of lines, such as NDJSON, into whole lines, whatever the sizes in which the bytes arrive. Lines end
// with LF or CRLF, and the last one may have no end. Bytes are never changed.

import { HeldPieces } from "./held-pieces.ts";

const lineFeed = 0x0a;

/** Bytes in, whole lines out: what `push` answers ends with a line's end. The rest is held until it is whole. */
export class LineCutter {
  /** What was answered last is a part of a line that is too large to be held. */
  isWithinLine = false;
  readonly #held: HeldPieces;

  /**
   * A line that grows over `maxHeldBytes`, or holds too much to be read at once, is passed on in parts: holding it would cost
   * too much memory, or time.
   */
  constructor(maxHeldBytes: number, maxValues?: number) {
    this.#held = new HeldPieces(maxHeldBytes, maxValues);
  }

  /** Whole lines that this chunk completes, or null while the line goes on. */
  push(chunk: Buffer): Buffer | null {
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) this.isWithinLine = false;
    if (end === chunk.length && end > 0 && this.#held.bytes === 0) return chunk;
    if (end === 0) {
      this.#held.add(chunk);
      if (!this.#held.isTooHeavy) return null;
      const part = this.flush();
      this.isWithinLine = true;
      return part;
    }
    this.#held.add(chunk.subarray(0, end));
    const whole = this.flush();
    if (end < chunk.length) this.#held.add(chunk.subarray(end));
    return whole;
  }

  /** Everything that is held, whole or not; null when nothing is. */
  flush(): Buffer | null {
    return this.#held.bytes === 0 ? null : this.#held.take();
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
