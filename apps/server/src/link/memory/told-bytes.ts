const leastRoom = 4 * 1024;

/** Bytes that become more. Copied together: kept as they came, pieces would each keep the memory around them as well. */
export class ToldBytes {
  #room: Buffer = Buffer.alloc(0);
  length = 0;

  /** What it takes. */
  get capacity(): number {
    return this.#room.length;
  }

  add(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.#room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(leastRoom, needed + (needed >> 1)));
      this.#room.copy(larger, 0, 0, this.length);
      this.#room = larger;
    }
    this.#room.set(bytes, this.length);
    this.length = needed;
  }

  /** A copy: what is handed out stays as it is. */
  slice(from: number, mostBytes: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#room, from, Math.min(this.length, from + mostBytes));
  }
}
