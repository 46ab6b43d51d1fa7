import type { ScopeUse } from "#link/counters.ts";
import type { ScopeCounts } from "#link/decision.ts";
import type { GuardedWords } from "./guarded-words.ts";
import { columnHeaderWords, nothingAt, wordsPerColumn } from "./layout.ts";
import type { Pool } from "./pool.ts";
import type { Rings } from "./rings.ts";
import { columnsAt, costsAt, lapsesAtAt, requestsAt, spentAt, tokensAt, windowMsAt } from "./scope-table.ts";
import { minuteMs } from "#link/window-rules.ts";
import { SharedWindow } from "./shared-window.ts";

/** The words of columns before those of each seat: whose they are, and the sums over all seats. */
export const ownerAt = 0;
const runningAt = 1;
const reservedAt = 2;

/** The counts of one scope, pointed at one after the other. */
export class SharedScope implements ScopeCounts {
  readonly requests: SharedWindow;
  readonly tokens: SharedWindow;
  readonly #costs: SharedWindow;
  readonly #words: GuardedWords;
  readonly #columns: Pool;
  #slot = 0;
  /** Its words: a slot's, or those that say nothing. */
  #at = nothingAt;

  constructor(words: GuardedWords, columns: Pool, rings: Rings) {
    this.#words = words;
    this.#columns = columns;
    this.requests = new SharedWindow(words, rings);
    this.tokens = new SharedWindow(words, rings);
    this.#costs = new SharedWindow(words, rings);
  }

  /** 0: a scope that nobody has used, of which nothing can be changed. */
  get slot(): number {
    return this.#slot;
  }

  point(slot: number): void {
    this.#slot = slot;
    this.#at = slot === 0 ? nothingAt : slot;
    const { windowMs } = this;
    this.requests.point(slot, requestsAt, windowMs);
    this.tokens.point(slot, tokensAt, windowMs);
  }

  /** Pointed at when it is asked for: few scopes have a limit of cost. */
  get costs(): SharedWindow {
    this.#costs.point(this.#slot, costsAt, this.windowMs);
    return this.#costs;
  }

  get windowMs(): number {
    return this.#words.get(this.#at + windowMsAt) || minuteMs;
  }

  /** Of a slot in which nothing has been counted yet. */
  set windowMs(windowMs: number) {
    this.#words.set(this.#at + windowMsAt, windowMs);
    this.point(this.#slot);
  }

  /** 0: never. */
  get lapsesAt(): number {
    return this.#words.get(this.#at + lapsesAtAt);
  }

  set lapsesAt(at: number) {
    this.#words.set(this.#at + lapsesAtAt, at);
  }

  get spentNanos(): number {
    return this.#words.get(this.#at + spentAt);
  }

  set spentNanos(nanos: number) {
    this.#words.set(this.#at + spentAt, nanos);
  }

  get running(): number {
    const columns = this.#words.get(this.#at + columnsAt);
    return columns === 0 ? 0 : this.#words.get(columns + runningAt);
  }

  get reservedNanos(): number {
    const columns = this.#words.get(this.#at + columnsAt);
    return columns === 0 ? 0 : this.#words.get(columns + reservedAt);
  }

  /** False where there is no room for it. */
  begin(seat: number, reservedNanos: number): boolean {
    if (this.#words.get(this.#at + columnsAt) === 0 && !this.#takeColumns()) return false;
    this.change(seat, 1, reservedNanos);
    return true;
  }

  /** Of a scope that has something running. */
  change(seat: number, running: number, reservedNanos: number): void {
    const words = this.#words;
    const columns = words.get(this.#at + columnsAt);
    if (columns === 0) throw new Error("a scope in which nothing runs has nothing to give back");
    const own = columns + columnHeaderWords + seat * wordsPerColumn;
    if (running !== 0) {
      words.add(columns + runningAt, running);
      words.add(own, running);
    }
    if (reservedNanos !== 0) {
      words.add(columns + reservedAt, reservedNanos);
      words.add(own + 1, reservedNanos);
    }
    // What does not come out even in sums of fractions is not left to whoever has these columns next.
    const rest = words.get(own + 1);
    if (rest === 0 || words.get(own) !== 0) return;
    words.set(own + 1, 0);
    words.set(columns + reservedAt, words.get(columns + runningAt) === 0 ? 0 : words.get(columns + reservedAt) - rest);
  }

  /** What somebody who has ended had running and reserved. */
  end(seat: number): void {
    const own = this.#words.get(this.#at + columnsAt) + columnHeaderWords + seat * wordsPerColumn;
    this.change(seat, -this.#words.get(own), -this.#words.get(own + 1));
  }

  use(now: number): ScopeUse {
    const { requests, tokens, costs, running, reservedNanos, spentNanos } = this;
    const windows = { requests: requests.used(now), tokens: tokens.used(now), costNanos: costs.used(now) };
    return { ...windows, running, reservedNanos, spentNanos };
  }

  /** Does anything count that was counted before? */
  isCounting(now: number): boolean {
    return this.requests.used(now) > 0 || this.tokens.used(now) > 0 || this.costs.used(now) > 0;
  }

  /** Nothing of its windows counts any more. */
  giveRings(): void {
    this.requests.giveRing();
    this.tokens.giveRing();
    this.costs.giveRing();
  }

  /** Nothing runs, and nothing of its windows counts. Then only what was spent is to be known. */
  get isIdle(): boolean {
    if (this.running !== 0 || this.#words.get(this.#at + requestsAt) !== 0) return false;
    return this.#words.get(this.#at + tokensAt) === 0 && this.#words.get(this.#at + costsAt) === 0;
  }

  /** All of them are 0. */
  giveColumns(): void {
    const columns = this.#words.get(this.#at + columnsAt);
    if (columns === 0) return;
    this.#columns.give(columns);
    this.#words.set(this.#at + columnsAt, 0);
  }

  #takeColumns(): boolean {
    const columns = this.#columns.take();
    if (columns === 0) return false;
    this.#words.set(columns + ownerAt, this.#slot);
    this.#words.set(this.#at + columnsAt, columns);
    return true;
  }
}
