// Cuts a byte stream of lines, such as NDJSON, into whole lines, whatever the sizes in which the bytes arrive. Lines end
// with LF or CRLF, and the last one may have no end. Bytes are never changed.

const lineFeed = 0x0a;

/** Bytes in, whole lines out: what `push` answers ends with a line's end. The rest is held until it is whole. */
export class LineCutter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #maxHeldBytes: number;

  /** A line that grows over `maxHeldBytes` is passed on in parts, since holding it would cost too much memory. */
  constructor(maxHeldBytes: number) {
    this.#maxHeldBytes = maxHeldBytes;
  }

  /** Whole lines that this chunk completes, or null while the line goes on. */
  push(chunk: Buffer): Buffer | null {
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end === chunk.length && end > 0 && this.#heldBytes === 0) return chunk;
    if (end === 0) {
      this.#hold(chunk);
      return this.#heldBytes > this.#maxHeldBytes ? this.flush() : null;
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
    return whole;
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
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
