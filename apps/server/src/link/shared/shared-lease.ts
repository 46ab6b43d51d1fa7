import type { Lease } from "#link/lease.ts";

/** In one cell, which no thread reads half written; of this length, cells do for six years. */
const unitMs = 100;
const forEver = 2 ** 31 - 1;

/** The right to admit as the main thread has it, for gateways in all threads. It ends up to 100 ms early. */
export class SharedLease implements Lease {
  /** For the other threads. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** Without a memory one that nobody holds yet. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** `now` is of the monotonic clock, which is the same in all threads. */
  holds(now: number): boolean {
    const until = Atomics.load(this.#cells, 0);
    return until === forEver || now < until * unitMs;
  }

  /** Of the monotonic clock, too; Infinity where it ends only by a word. */
  holdUntil(until: number): void {
    Atomics.store(this.#cells, 0, Math.max(0, Math.min(forEver, Math.floor(until / unitMs))));
  }
}
