// Slows down those who guess. Counts in memory, bounded: the oldest entries make room for new ones, those that wait last of all,
// so that nobody ends a wait by filling the memory.

import type { Clock } from "#domain/clock.ts";

const firstWaitMs = 1000;
const forgetAfterMs = 60 * 60 * 1000;
/** So many are looked at for one that waits no more. */
const secondChances = 16;

interface Failures {
  readonly count: number;
  /** By the monotonic clock. */
  readonly blockedUntil: number;
  readonly last: number;
}

interface DamperOptions {
  /** Failures without a wait. */
  readonly free: number;
  readonly capacity: number;
  readonly clock: Clock;
  readonly largestWaitMs?: number;
}

export class Damper {
  readonly #options: Required<DamperOptions>;
  readonly #failures = new Map<string, Failures>();

  constructor(options: DamperOptions) {
    this.#options = { largestWaitMs: 15 * 60 * 1000, ...options };
  }

  /** How long `subject` has to wait before its next try; 0 when it may go on. */
  waitMs(subject: string): number {
    return Math.max(0, (this.#recall(subject)?.blockedUntil ?? 0) - this.#options.clock.monotonic());
  }

  hasFailed(subject: string): boolean {
    return this.#recall(subject) !== undefined;
  }

  fail(subject: string): void {
    this.#count(subject, (this.#recall(subject)?.count ?? 0) + 1);
    if (this.#failures.size > this.#options.capacity) this.#makeRoom();
  }

  /** The wait for its last failure begins now: that one was known to be one only now. */
  restart(subject: string): void {
    const found = this.#recall(subject);
    if (found !== undefined) this.#count(subject, found.count);
  }

  /** One failure was none. */
  forgive(subject: string): void {
    const { count = 0 } = this.#recall(subject) ?? {};
    if (count > 1) this.#count(subject, count - 1);
    else this.#failures.delete(subject);
  }

  succeed(subject: string): void {
    this.#failures.delete(subject);
  }

  #count(subject: string, count: number): void {
    const { free, largestWaitMs, clock } = this.#options;
    const waitMs = count < free ? 0 : Math.min(largestWaitMs, firstWaitMs * 2 ** (count - free));
    const now = clock.monotonic();
    this.#failures.delete(subject);
    this.#failures.set(subject, { count, blockedUntil: now + waitMs, last: now });
  }

  #recall(subject: string): Failures | undefined {
    const found = this.#failures.get(subject);
    if (found === undefined || this.#options.clock.monotonic() - found.last < forgetAfterMs) return found;
    this.#failures.delete(subject);
    return undefined;
  }

  /** Among the oldest the first that does not wait, or the one that waits least. */
  #makeRoom(): void {
    const now = this.#options.clock.monotonic();
    let [leaves, earliest, looks] = ["", Infinity, 0];
    for (const [subject, { blockedUntil }] of this.#failures) {
      if (blockedUntil < earliest) [leaves, earliest] = [subject, blockedUntil];
      looks += 1;
      if (earliest <= now || looks === secondChances) break;
    }
    this.#failures.delete(leaves);
  }
}
