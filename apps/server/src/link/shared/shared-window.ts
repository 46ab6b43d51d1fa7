import type { GuardedWords } from "./guarded-words.ts";
import { nothingAt, ringCapacities, ringHeaderWords } from "./layout.ts";
import { exactEntries, minuteMs, mostEntries, sharedParts } from "#link/window-rules.ts";
import { largerThan } from "./rings.ts";
import type { Rings } from "./rings.ts";

/** The words of a window in its slot. Times and amounts of entries are in its ring, one pair after the other. */
const ringAt = 0;
const capacityAt = 1;
const firstAt = 2;
const lengthAt = 3;
const totalAt = 4;
const lastBeganAt = 5;
const headerWords = 6;
const wordsPerEntry = 2;

/**
 * What `SlidingWindow` of link/memory is, by the same rules and to the same figures, in a slot and a ring of the shared memory.
 * It is pointed at one after the other, so that no decision makes objects.
 */
export class SharedWindow {
  readonly #words: GuardedWords;
  readonly #rings: Rings;
  #slot = 0;
  /** Its words. */
  #at = nothingAt;
  #windowMs = minuteMs;

  constructor(words: GuardedWords, rings: Rings) {
    this.#words = words;
    this.#rings = rings;
  }

  /** A slot of 0 has counted nothing, and cannot. */
  point(slot: number, at: number, windowMs: number): void {
    this.#slot = slot;
    this.#windowMs = windowMs;
    this.#at = slot === 0 ? nothingAt : slot + at;
  }

  /** False where there is no room for entries. */
  prepare(): boolean {
    return this.#words.get(this.#at + ringAt) !== 0 || this.#takeRing(ringCapacities[0]);
  }

  /** Nothing counts any more. */
  giveRing(): void {
    const words = this.#words;
    const ring = words.get(this.#at + ringAt);
    if (ring === 0) return;
    this.#rings.give(ring, words.get(this.#at + capacityAt));
    for (let at = this.#at; at < this.#at + headerWords; at += 1) words.set(at, 0);
  }

  used(now: number): number {
    this.#advance(now);
    return this.#words.get(this.#at + totalAt);
  }

  /** False where there is no room for it; then nothing is counted. */
  add(amount: number, now: number): boolean {
    if (amount <= 0) return true;
    if (!this.prepare()) return false;
    this.#advance(now);
    const words = this.#words;
    const length = this.#length;
    const lastTime = length === 0 ? -Infinity : this.#timeOf(length - 1);
    if (length > 0 && this.#isShared(lastTime, now)) {
      this.#addTo(length - 1, amount, Math.max(lastTime, now));
      return true;
    }
    if (!this.#hasRoom()) return false;
    words.set(this.#at + lengthAt, length + 1);
    this.#put(length, now, amount);
    words.add(this.#at + totalAt, amount);
    words.set(this.#at + lastBeganAt, now);
    return true;
  }

  /** Where there is no room, what comes late shares the entry behind it: it leaves the window later, never earlier. */
  addLate(amount: number, since: number, now: number): void {
    if (amount <= 0 || since + this.#windowMs <= now || !this.prepare()) return;
    this.#advance(now);
    const place = this.#placeOf(since);
    if (place >= this.#length) {
      if (!this.add(amount, since)) this.#addTo(place - 1, amount, since);
      return;
    }
    const time = this.#timeOf(place);
    if (time > since && !this.#isCrowded(time - since) && this.#hasRoom()) this.#insert(place, since);
    this.#addTo(place, amount, this.#timeOf(place));
  }

  giveBack(amount: number, since: number, now: number): void {
    this.#advance(now);
    if (since + this.#windowMs <= now) return;
    const place = this.#placeOf(since);
    if (place >= this.#length) return;
    this.#addTo(place, -Math.min(amount, this.#amountOf(place)), this.#timeOf(place));
  }

  secondsUntilFits(amount: number, limit: number, now: number): number | null {
    const room = limit - amount;
    if (room < 0) return null;
    let left = this.used(now);
    if (left <= room) return 0;
    const length = this.#length;
    let place = 0;
    while (left > room && place < length) {
      left -= this.#amountOf(place);
      place += 1;
    }
    return this.#secondsUntilLeft(place - 1, now);
  }

  secondsUntilEmpty(now: number): number {
    return this.used(now) === 0 ? 0 : this.#secondsUntilLeft(this.#length - 1, now);
  }

  get #length(): number {
    return this.#words.get(this.#at + lengthAt);
  }

  #isShared(lastTime: number, now: number): boolean {
    if (now <= lastTime || this.#length >= mostEntries) return true;
    return this.#isCrowded(now - this.#words.get(this.#at + lastBeganAt));
  }

  #isCrowded(distanceMs: number): boolean {
    return this.#length >= exactEntries && distanceMs * sharedParts < this.#windowMs;
  }

  #hasRoom(): boolean {
    const capacity = this.#words.get(this.#at + capacityAt);
    return this.#length < capacity || this.#takeRing(largerThan(capacity));
  }

  /** What it has counted is taken along. */
  #takeRing(capacity: number): boolean {
    const words = this.#words;
    const ring = capacity === 0 ? 0 : this.#rings.take(this.#slot, capacity);
    if (ring === 0) return false;
    const length = this.#length;
    for (let place = 0; place < length; place += 1) {
      const entry = ring + ringHeaderWords + place * wordsPerEntry;
      words.set(entry, this.#timeOf(place));
      words.set(entry + 1, this.#amountOf(place));
    }
    const before = words.get(this.#at + ringAt);
    if (before !== 0) this.#rings.give(before, words.get(this.#at + capacityAt));
    words.set(this.#at + ringAt, ring);
    words.set(this.#at + capacityAt, capacity);
    words.set(this.#at + firstAt, 0);
    return true;
  }

  #insert(place: number, time: number): void {
    const length = this.#length;
    this.#words.set(this.#at + lengthAt, length + 1);
    for (let index = length; index > place; index -= 1) {
      this.#put(index, this.#timeOf(index - 1), this.#amountOf(index - 1));
    }
    this.#put(place, time, 0);
  }

  #addTo(place: number, amount: number, time: number): void {
    this.#put(place, time, this.#amountOf(place) + amount);
    this.#words.add(this.#at + totalAt, amount);
  }

  #put(place: number, time: number, amount: number): void {
    const entry = this.#entryAt(place);
    this.#words.set(entry, time);
    this.#words.set(entry + 1, amount);
  }

  #timeOf(place: number): number {
    return this.#words.get(this.#entryAt(place));
  }

  #amountOf(place: number): number {
    return this.#words.get(this.#entryAt(place) + 1);
  }

  #entryAt(place: number): number {
    const words = this.#words;
    const capacity = words.get(this.#at + capacityAt);
    const index = words.get(this.#at + firstAt) + place;
    const wrapped = index < capacity ? index : index - capacity;
    return words.get(this.#at + ringAt) + ringHeaderWords + wrapped * wordsPerEntry;
  }

  #advance(now: number): void {
    const length = this.#length;
    if (length === 0 || this.#timeOf(0) + this.#windowMs > now) return;
    const words = this.#words;
    let total = words.get(this.#at + totalAt);
    let gone = 0;
    while (gone < length && this.#timeOf(gone) + this.#windowMs <= now) {
      total -= this.#amountOf(gone);
      gone += 1;
    }
    const [first, capacity] = [words.get(this.#at + firstAt) + gone, words.get(this.#at + capacityAt)];
    words.set(this.#at + firstAt, first < capacity ? first : first - capacity);
    words.set(this.#at + lengthAt, length - gone);
    words.set(this.#at + totalAt, total);
  }

  /** Of the entry that what was added at `time` went into. */
  #placeOf(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timeOf(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #secondsUntilLeft(place: number, now: number): number {
    const leftAt = this.#timeOf(place) + this.#windowMs;
    return Math.max(1, Math.ceil((leftAt - now) / 1000));
  }
}
