// Who sits where: which threads count, and whether they are alive. A thread that was paused looks like one that is dead, but
// for the operating system, which is therefore asked; where it cannot be, the main thread says whose end it has seen.

import { existsSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { cellsPerSeat, seatCells } from "./layout.ts";

export class Seats {
  readonly #cells: Int32Array;

  constructor(cells: Int32Array) {
    this.#cells = cells;
  }

  /** Called by the thread itself. */
  take(seat: number): void {
    Atomics.store(this.#cells, threadAt(seat), ownThreadId());
    Atomics.store(this.#cells, endedAt(seat), 0);
  }

  /** The thread has ended, and changes nothing any more. */
  end(seat: number): void {
    Atomics.store(this.#cells, endedAt(seat), 1);
    Atomics.add(this.#cells, lifeAt(seat), 1);
  }

  /** Differs between those that sit there one after the other. */
  lifeOf(seat: number): number {
    return Atomics.load(this.#cells, lifeAt(seat));
  }

  hasEnded(seat: number): boolean {
    if (Atomics.load(this.#cells, endedAt(seat)) !== 0) return true;
    const threadId = Atomics.load(this.#cells, threadAt(seat));
    return threadId !== 0 && !isAlive(threadId);
  }
}

const threadAt = (seat: number): number => seatCells + seat * cellsPerSeat;
const endedAt = (seat: number): number => seatCells + seat * cellsPerSeat + 1;
const lifeAt = (seat: number): number => seatCells + seat * cellsPerSeat + 2;

/** Of the operating system; 0 where it is not Linux, or does not say so of threads that are alive. */
function ownThreadId(): number {
  try {
    const threadId = Number(basename(readlinkSync("/proc/thread-self")));
    return isAlive(threadId) ? threadId : 0;
  } catch {
    return 0;
  }
}

function isAlive(threadId: number): boolean {
  return existsSync(`/proc/self/task/${threadId}`);
}
