import { lockCell } from "./layout.ts";
import type { Seats } from "./seats.ts";

/** Whoever holds the lock needs it for a microsecond; one that was paused by the system may need it for many. */
const spins = 200;
/** After so long it is looked whether the holder is still alive. */
const lookAfterMs = 5;

/** One who waits is to be woken. */
const isAwaited = 1;
const turnBits = 22;
const turns = 2 ** turnBits;

/**
 * One thread at a time. The word says who holds it and in which of his turns, so that the lock of a thread that has ended is
 * broken, and no other. How long somebody holds it proves nothing: a whole process may have been paused.
 */
export class SharedLock {
  readonly #cells: Int32Array;
  readonly #seats: Seats;
  readonly #holder: number;
  #turn: number;

  constructor(cells: Int32Array, seats: Seats, seat: number) {
    this.#cells = cells;
    this.#seats = seats;
    this.#holder = (seat + 1) << (turnBits + 1);
    // Not that of the turns of whoever sat here before.
    this.#turn = seats.lifeOf(seat) * 7919;
  }

  acquire(): void {
    const cells = this.#cells;
    this.#turn = (this.#turn + 1) % turns;
    const own = this.#holder | (this.#turn << 1);
    for (let spin = 0; spin < spins; spin += 1) {
      if (Atomics.load(cells, lockCell) === 0 && Atomics.compareExchange(cells, lockCell, 0, own) === 0) return;
    }
    this.#wait(own | isAwaited);
  }

  release(): void {
    if ((Atomics.exchange(this.#cells, lockCell, 0) & isAwaited) !== 0) Atomics.notify(this.#cells, lockCell, 1);
  }

  /** Who has waited takes the lock as one that others may wait for, too. */
  #wait(own: number): void {
    const cells = this.#cells;
    for (;;) {
      const word = Atomics.compareExchange(cells, lockCell, 0, own);
      if (word === 0) return;
      const awaited = word | isAwaited;
      if (word !== awaited && Atomics.compareExchange(cells, lockCell, word, awaited) !== word) continue;
      if (Atomics.wait(cells, lockCell, awaited, lookAfterMs) !== "timed-out") continue;
      if (!this.#seats.hasEnded((awaited >> (turnBits + 1)) - 1)) continue;
      if (Atomics.compareExchange(cells, lockCell, awaited, own) === awaited) return;
    }
  }
}
