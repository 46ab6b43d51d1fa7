const windowMs = 60_000;

/**
 * A count over the last minute, from two fixed windows: the last one counts by the share of it that still lies within
 * the minute. Needs no list of events, and is never off by more than an uneven spread within one window.
 */
export class SlidingWindow {
  #start = 0;
  #current = 0;
  #previous = 0;

  used(now: number): number {
    this.#advance(now);
    return this.#current + this.#previous * this.#shareOfPrevious(now);
  }

  /** A negative amount gives back; a window never counts below zero. */
  add(amount: number, now: number): void {
    this.#advance(now);
    this.#current = Math.max(0, this.#current + amount);
  }

  /** Seconds until `amount` fits under `limit`; null when it never does. */
  secondsUntilFits(amount: number, limit: number, now: number): number | null {
    const room = limit - amount;
    if (room < 0) return null;
    this.#advance(now);
    if (this.used(now) <= room) return 0;
    const passed = now - this.#start;
    if (this.#current <= room) return toSeconds(windowMs * (1 - (room - this.#current) / this.#previous) - passed);
    return toSeconds(windowMs - passed + windowMs * (1 - room / this.#current));
  }

  #advance(now: number): void {
    if (now < this.#start + windowMs) return;
    const isNext = now < this.#start + 2 * windowMs;
    this.#previous = isNext ? this.#current : 0;
    this.#current = 0;
    this.#start = isNext ? this.#start + windowMs : now;
  }

  #shareOfPrevious(now: number): number {
    return Math.max(0, 1 - (now - this.#start) / windowMs);
  }
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
