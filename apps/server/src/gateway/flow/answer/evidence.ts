import type { Observer } from "./relay.ts";

/** What is kept of an answer at most. */
const maxBytes = 256 * 1024;
const leastRoom = 2 * 1024;

/**
 * Part of what came of an answer, kept to estimate its tokens should no usage be told. Copied together: kept as they came, the pieces of
 * a stream would each keep the memory around them as well.
 */
export class Evidence implements Observer {
  #bytes: Buffer = Buffer.alloc(0);
  keptBytes = 0;
  totalBytes = 0;

  add(frames: Buffer): void {
    this.totalBytes += frames.length;
    if (this.keptBytes >= maxBytes) return;
    const kept = frames.subarray(0, maxBytes - this.keptBytes);
    // Of an answer that comes as a whole there is no more.
    if (this.keptBytes === 0) this.#bytes = kept;
    else this.#append(kept);
    this.keptBytes += kept.length;
  }

  #append(bytes: Buffer): void {
    const needed = this.keptBytes + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(leastRoom, 2 * needed)));
      this.#bytes.copy(larger, 0, 0, this.keptBytes);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.keptBytes);
  }

  /** Of what is kept, without so many bytes of its beginning. */
  text(from = 0): string {
    return this.#bytes.toString("utf8", from, this.keptBytes);
  }

  /** By how much the whole was larger than what was kept. */
  get scale(): number {
    return this.keptBytes === 0 ? 1 : this.totalBytes / this.keptBytes;
  }
}
