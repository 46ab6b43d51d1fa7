import { logLengthAt } from "./layout.ts";
import type { Layout } from "./layout.ts";

/**
 * Numbers of which whoever holds the lock changes some, all or none: what each of them was before stands in a log, in the
 * shared memory as well, until the change is whole. Who finds a log that somebody else has left takes it back.
 */
export class GuardedWords {
  readonly #words: Float64Array;
  readonly #logStart: number;
  readonly #logEntries: number;

  constructor(words: Float64Array, { logStart, logEntries }: Layout) {
    this.#words = words;
    this.#logStart = logStart;
    this.#logEntries = logEntries;
  }

  get(at: number): number {
    return this.#words[at] ?? 0;
  }

  /** A thread may end between any two of these steps: the old value is in the log before the new one is in its place. */
  set(at: number, value: number): void {
    const words = this.#words;
    const length = words[logLengthAt] ?? 0;
    if (length >= this.#logEntries) throw new Error("one change of the shared counters is longer than their log");
    const entry = this.#logStart + 2 * length;
    words[entry] = at;
    words[entry + 1] = words[at] ?? 0;
    words[logLengthAt] = length + 1;
    words[at] = value;
  }

  add(at: number, difference: number): void {
    this.set(at, this.get(at) + difference);
  }

  /** A number that there was never before, also where the change is taken back. */
  next(at: number): number {
    return (this.#words[at] = this.get(at) + 1);
  }

  commit(): void {
    this.#words[logLengthAt] = 0;
  }

  get isHalfDone(): boolean {
    return this.#words[logLengthAt] !== 0;
  }

  /** May itself be cut off at any point, and begun anew by the next. */
  takeBack(): void {
    const words = this.#words;
    for (let left = (words[logLengthAt] ?? 0) - 1; left >= 0; left -= 1) {
      const entry = this.#logStart + 2 * left;
      words[words[entry] ?? 0] = words[entry + 1] ?? 0;
    }
    this.commit();
  }
}
