import { exactEntries, minuteMs, mostEntries, sharedParts } from "#link/window-rules.ts";

/** Entries that have left the window are cut off when there are so many of them. */
const staleEntries = 64;

/**
 * A sum over the last minute, hour or day, sliding: what was counted at a time counts for as long from then. A shared entry counts
 * from its last time on, so that no window ever holds more than a limit, and nobody waits more than a 240th of it
 * longer than is true. Holds some 300 entries at most, whatever the limit.
 */
export class SlidingWindow {
  readonly #times: number[] = [];
  readonly #amounts: number[] = [];
  readonly #windowMs: number;
  /** Of the entries within the window. */
  #first = 0;
  #total = 0;
  /** Of the last entry, which may be shared. */
  #lastBegan = 0;

  constructor(windowMs = minuteMs) {
    this.#windowMs = windowMs;
  }

  used(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  add(amount: number, now: number): void {
    if (amount <= 0) return;
    this.#advance(now);
    this.#total += amount;
    const last = this.#times.length - 1;
    const lastTime = this.#times[last];
    if (lastTime !== undefined && last >= this.#first && this.#isShared(lastTime, now)) {
      this.#times[last] = Math.max(lastTime, now);
      this.#amounts[last] = (this.#amounts[last] ?? 0) + amount;
      return;
    }
    this.#times.push(now);
    this.#amounts.push(amount);
    this.#lastBegan = now;
  }

  /** Adds what turns out only now to have been used by what was counted at `since`: it leaves the window with that. */
  addLate(amount: number, since: number, now: number): void {
    this.#advance(now);
    if (amount <= 0 || since + this.#windowMs <= now) return;
    const place = this.#placeOf(since);
    const time = this.#times[place];
    if (time === undefined) {
      this.add(amount, since);
      return;
    }
    if (time > since && !this.#isCrowded(time - since) && !this.#isFull) this.#insert(place, since);
    this.#amounts[place] = (this.#amounts[place] ?? 0) + amount;
    this.#total += amount;
  }

  /** What counts, by its times, the oldest first. */
  *entries(now: number): Generator<readonly [time: number, amount: number]> {
    this.#advance(now);
    for (let place = this.#first; place < this.#times.length; place += 1) {
      yield [this.#times[place] ?? now, this.#amounts[place] ?? 0];
    }
  }

  /** Takes back what was added at `since`, as far as it still counts: what has left the window takes nothing from others. */
  giveBack(amount: number, since: number, now: number): void {
    this.#advance(now);
    if (since + this.#windowMs <= now) return;
    const place = this.#placeOf(since);
    const counted = this.#amounts[place];
    if (counted === undefined) return;
    const returned = Math.min(amount, counted);
    this.#amounts[place] = counted - returned;
    this.#total -= returned;
  }

  /** Seconds until `amount` fits under `limit`; null when it never does. */
  secondsUntilFits(amount: number, limit: number, now: number): number | null {
    const room = limit - amount;
    if (room < 0) return null;
    if (this.used(now) <= room) return 0;
    let left = this.#total;
    let place = this.#first;
    while (left > room && place < this.#times.length) {
      left -= this.#amounts[place] ?? 0;
      place += 1;
    }
    return this.#secondsUntilLeft(place - 1, now);
  }

  /** Seconds until nothing counts any more. */
  secondsUntilEmpty(now: number): number {
    return this.used(now) === 0 ? 0 : this.#secondsUntilLeft(this.#times.length - 1, now);
  }

  /** A clock that goes back shares the last entry as well, so that entries stay in order. */
  #isShared(lastTime: number, now: number): boolean {
    if (now <= lastTime || this.#isFull) return true;
    return this.#isCrowded(now - this.#lastBegan);
  }

  get #isFull(): boolean {
    return this.#times.length - this.#first >= mostEntries;
  }

  #isCrowded(distanceMs: number): boolean {
    return this.#times.length - this.#first >= exactEntries && distanceMs * sharedParts < this.#windowMs;
  }

  /** Only what had counted nothing until now has no entry yet. */
  #insert(place: number, time: number): void {
    this.#times.splice(place, 0, time);
    this.#amounts.splice(place, 0, 0);
  }

  #advance(now: number): void {
    let time = this.#times[this.#first];
    while (time !== undefined && time + this.#windowMs <= now) {
      this.#total -= this.#amounts[this.#first] ?? 0;
      this.#first += 1;
      time = this.#times[this.#first];
    }
    if (this.#first < staleEntries) return;
    this.#times.splice(0, this.#first);
    this.#amounts.splice(0, this.#first);
    this.#first = 0;
  }

  /** Of the entry that what was added at `time` went into. */
  #placeOf(time: number): number {
    let low = this.#first;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? Infinity) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #secondsUntilLeft(place: number, now: number): number {
    const leftAt = (this.#times[place] ?? now) + this.#windowMs;
    return Math.max(1, Math.ceil((leftAt - now) / 1000));
  }
}
