import type { Clock } from "#domain/clock.ts";

/** Time that stands still, for all threads, until the test moves it. */
export class SharedTestClock implements Clock {
  readonly memory: SharedArrayBuffer;
  readonly #ms: Float64Array;

  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
    this.#ms = new Float64Array(this.memory);
    if (memory === undefined) this.ms = Date.UTC(2026, 0, 1);
  }

  get ms(): number {
    return this.#ms[0] ?? 0;
  }

  set ms(ms: number) {
    this.#ms[0] = ms;
  }

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }
}
