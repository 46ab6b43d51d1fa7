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
    // Multiplied first: a count that comes out whole is then exact, so that a wait that was promised is enough.
    return this.#current + (this.#previous * this.#restOfPreviousMs(now)) / windowMs;
  }

  /** A negative amount gives back, also what was counted in the window before; neither goes below zero. */
  add(amount: number, now: number): void {
    this.#advance(now);
    const current = this.#current + amount;
    this.#current = Math.max(0, current);
    if (current < 0) this.#previous = Math.max(0, this.#previous + current);
  }

  /** Seconds until `amount` fits under `limit`; null when it never does. */
  secondsUntilFits(amount: number, limit: number, now: number): number | null {
    const room = limit - amount;
    if (room < 0) return null;
    this.#advance(now);
    if (this.used(now) <= room) return 0;
    const passed = now - this.#start;
    if (this.#current <= room) return toSeconds(msUntilShrunk(this.#previous, room - this.#current) - passed);
    // The current window must have become the last one first.
    return toSeconds(windowMs - passed + msUntilShrunk(this.#current, room));
  }

  #advance(now: number): void {
    if (now < this.#start + windowMs) return;
    const isNext = now < this.#start + 2 * windowMs;
    this.#previous = isNext ? this.#current : 0;
    this.#current = 0;
    this.#start = isNext ? this.#start + windowMs : now;
  }

  #restOfPreviousMs(now: number): number {
    return Math.min(windowMs, Math.max(0, windowMs - (now - this.#start)));
  }
}

/** How far into the next window a count must be before no more than `rest` of it is left. */
function msUntilShrunk(count: number, rest: number): number {
  return (windowMs * (count - rest)) / count;
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
