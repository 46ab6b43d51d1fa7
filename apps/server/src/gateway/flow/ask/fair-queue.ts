// Requests that wait until a target has room, of one alias: who is tried next. Held by waiting-room.ts. Invariant: one is tried at a time, and
// those of one line in the order in which they came; lines take turns, however many wait in each.

/** Why one waits no more without having been let in. */
export type GaveUp = "late" | "gone" | "displaced";

export class Waiter {
  readonly line: string;
  /** By the monotonic clock. */
  readonly since: number;
  #called: (gaveUp: GaveUp | null) => void = () => undefined;
  #isCalled = false;
  #gaveUp: GaveUp | null = null;

  constructor(line: string, since: number) {
    this.line = line;
    this.since = since;
  }

  /** Null: it may try now. */
  turn(): Promise<GaveUp | null> {
    if (this.#gaveUp !== null || this.#isCalled) return Promise.resolve(this.#gaveUp);
    return new Promise((resolve) => (this.#called = resolve));
  }

  call(): void {
    this.#isCalled = true;
    this.#called(null);
  }

  /** What it has tried was in vain. */
  recall(): void {
    this.#isCalled = false;
  }

  giveUp(why: GaveUp): void {
    this.#gaveUp ??= why;
    this.#called(this.#gaveUp);
  }
}

interface Line {
  /** How often one of it was let in, beginning where the others were when it began. */
  turns: number;
  readonly waiters: Waiter[];
}

export class FairQueue {
  readonly #lines = new Map<string, Line>();
  #turns = 0;
  #size = 0;
  #trying: Waiter | null = null;
  /** Somebody has left while one was trying. */
  #isToTryAgain = false;
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#size;
  }

  get lines(): number {
    return this.#lines.size;
  }

  /** How long whoever waits longest has waited. */
  longestMs(now: number): number {
    return Math.max(0, ...[...this.#lines.values()].map(({ waiters: [first] }) => now - (first?.since ?? now)));
  }

  /** Null: so many wait already. Whoever has more of them waiting makes place for one who has fewer. */
  enter(name: string, { most, now }: { readonly most: number; readonly now: number }): Waiter | null {
    if (this.#size >= most && !this.#displaceFor(name)) return null;
    const line = this.#lines.get(name) ?? { turns: this.#turns, waiters: [] };
    this.#lines.set(name, line);
    const waiter = new Waiter(name, now);
    line.waiters.push(waiter);
    this.#size += 1;
    return waiter;
  }

  /** There may be room. */
  tryNext(): void {
    if (this.#trying !== null) {
      this.#isToTryAgain = true;
      return;
    }
    this.#stopTimer();
    this.#trying = this.#next();
    this.#trying?.call();
  }

  /** There was none for somebody who has come. */
  retryAfter(ms: number): void {
    if (this.#trying === null) this.#timer ??= setTimeout(() => this.tryNext(), ms);
  }

  /** There was none for this one, and so for nobody: it is tried again after a while, or when somebody leaves. */
  failed(waiter: Waiter, retryMs: number): void {
    waiter.recall();
    if (this.#trying !== waiter) return;
    this.#trying = null;
    if (this.#isToTryAgain) {
      this.#isToTryAgain = false;
      setImmediate(() => this.tryNext());
    } else this.retryAfter(retryMs);
  }

  /** It was let in. There may be room for another one. */
  served(waiter: Waiter): void {
    const line = this.#lines.get(waiter.line);
    if (line !== undefined) {
      this.#turns = line.turns;
      line.turns += 1;
    }
    this.leave(waiter);
  }

  /** To be called once of each that has entered. */
  leave(waiter: Waiter): void {
    this.#remove(waiter);
    if (this.#trying !== waiter) return;
    this.#trying = null;
    this.#isToTryAgain = false;
    this.tryNext();
  }

  #next(): Waiter | null {
    const lines = [...this.#lines.values()];
    const [first, ...others] = lines;
    if (first === undefined) return null;
    return others.reduce((best, line) => (line.turns < best.turns ? line : best), first).waiters[0] ?? null;
  }

  #displaceFor(name: string): boolean {
    const own = this.#lines.get(name)?.waiters.length ?? 0;
    const longest = [...this.#lines.values()].reduce((most, line) =>
      line.waiters.length > most.waiters.length ? line : most,
    );
    const last = longest.waiters.at(-1);
    if (last === undefined || last === this.#trying || longest.waiters.length <= own + 1) return false;
    this.#remove(last);
    last.giveUp("displaced");
    return true;
  }

  #remove(waiter: Waiter): void {
    const line = this.#lines.get(waiter.line);
    const place = line?.waiters.indexOf(waiter) ?? -1;
    if (line === undefined || place < 0) return;
    line.waiters.splice(place, 1);
    this.#size -= 1;
    if (line.waiters.length === 0) this.#lines.delete(waiter.line);
    if (this.#size === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
