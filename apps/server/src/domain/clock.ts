/** Time as a value that tests can replace. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms that never go backwards, with a fraction: for durations. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

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
