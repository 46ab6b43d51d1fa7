// Lines that a receiver has still to take: so many bytes at most.

import type { LineCounts } from "./line-outlet.ts";

/** A minute of a thousand lines a second, of 400 bytes, is more than five times as much. */
const mostBytes = 4 * 2 ** 20;

export class WaitingLines {
  readonly #counts: LineCounts;
  readonly #most: number;
  #lines: Buffer[] = [];
  #bytes = 0;

  constructor(counts: LineCounts, most = mostBytes) {
    this.#counts = counts;
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest stay: what came first is what led to it. */
  add(line: Buffer): void {
    if (this.#bytes + line.length > this.#most) return this.#counts.lost(1);
    this.#lines.push(line);
    this.#bytes += line.length;
  }

  /** The first ones, of so many bytes together; one at least. */
  take(bytes: number): readonly Buffer[] {
    let [count, sum] = [0, 0];
    for (const line of this.#lines) {
      if (count > 0 && sum + line.length > bytes) break;
      count += 1;
      sum += line.length;
    }
    this.#bytes -= sum;
    return this.#lines.splice(0, count);
  }

  /** None of them will be taken any more. */
  giveUp(): void {
    if (this.#lines.length > 0) this.#counts.lost(this.#lines.length);
    this.#lines = [];
    this.#bytes = 0;
  }
}
