/** Time as a value that tests can replace. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms that never go backwards, with a fraction: for durations. The same in all threads of a process. */
  monotonic(): number;
}

/** `performance.now()` counts from the start of its thread, `hrtime` for all of them alike, but makes an array each time. */
const threadBeganMs = readThreadBegan();

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() + threadBeganMs,
};

/** Of some readings the one that took least: between the two clocks of another the thread may have been paused. */
function readThreadBegan(): number {
  let [beganMs, shortestMs] = [0, Infinity];
  for (let turn = 0; turn < 20; turn += 1) {
    const before = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const tookMs = performance.now() - before;
    if (tookMs >= shortestMs) continue;
    shortestMs = tookMs;
    beganMs = seconds * 1000 + nanoseconds / 1e6 - before - tookMs / 2;
  }
  return beganMs;
}

/** The machine's clock may differ by this without a word: it is being slewed, or two readings were not quite at once. */
const toleratedMs = 2_000;
const believedAfterMs = 60 * 60 * 1000;

/**
 * Epoch ms for the dates at which keys and sessions end. A step of the machine's clock ends none and prolongs none: it is
 * believed when it has lasted for an hour.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #offsetMs: number;
  #strayedSince: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonic();
  }

  now(): number {
    const monotonic = this.#clock.monotonic();
    const strayedMs = this.#clock.now() - monotonic - this.#offsetMs;
    if (Math.abs(strayedMs) <= toleratedMs) this.#follow(strayedMs);
    else if (this.#strayedSince === null) this.#strayedSince = monotonic;
    else if (monotonic - this.#strayedSince >= believedAfterMs) this.#follow(strayedMs);
    return monotonic + this.#offsetMs;
  }

  #follow(strayedMs: number): void {
    this.#offsetMs += strayedMs;
    this.#strayedSince = null;
  }
}

/** A value that is at hand, or will be: where it is at hand nobody awaits it. */
export type Awaitable<Value> = Value | Promise<Value>;
