// How late this process is itself: an answer that waited for the event loop says nothing about Redis.

const tickMs = 20;
/** Of so many ticks the latest counts. */
const remembered = 10;

export class LoopLag {
  readonly #lags: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(monotonic: () => number) {
    let expectedAt = monotonic() + tickMs;
    this.#timer = setInterval(() => {
      const now = monotonic();
      this.#lags.push(Math.max(0, now - expectedAt));
      if (this.#lags.length > remembered) this.#lags.shift();
      expectedAt = now + tickMs;
    }, tickMs).unref();
  }

  /** Ms, of the last fifth of a second. */
  get latest(): number {
    return Math.max(0, ...this.#lags);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
