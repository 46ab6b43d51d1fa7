import type { Observer } from "./relay.ts";

/** What is kept of an answer at most, where nothing else is said. */
const usualBytes = 256 * 1024;
const leastRoom = 2 * 1024;

/**
 * Part of what came of an answer, kept to estimate its tokens should no usage be told. Copied together: kept as they came, the pieces of
 * a stream would each keep the memory around them as well.
 */
export class Evidence implements Observer {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  keptBytes = 0;
  totalBytes = 0;

  constructor(maxBytes = usualBytes) {
    this.#maxBytes = maxBytes;
  }

  add(frames: Buffer): void {
    this.totalBytes += frames.length;
    if (this.keptBytes >= this.#maxBytes) return;
    const kept = frames.subarray(0, this.#maxBytes - this.keptBytes);
    // Of an answer that comes as a whole there is no more.
    if (this.keptBytes === 0) this.#bytes = kept;
    else this.#append(kept);
    this.keptBytes += kept.length;
  }

  #append(bytes: Buffer): void {
    const needed = this.keptBytes + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(leastRoom, 2 * needed)));
      this.#bytes.copy(larger, 0, 0, this.keptBytes);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.keptBytes);
  }

  /** Of what is kept, without so many bytes of its beginning. */
  text(from = 0): string {
    return this.#bytes.toString("utf8", from, this.keptBytes);
  }

  /** What is kept. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.keptBytes);
  }

  /** By how much the whole was larger than what was kept. */
  get scale(): number {
    return this.keptBytes === 0 ? 1 : this.totalBytes / this.keptBytes;
  }
}
