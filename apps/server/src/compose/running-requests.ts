import type { Events } from "#telemetry/events.ts";

/** Counts the requests that are not finished: their usage may still have to be written down. */
export class RunningRequests {
  #count = 0;
  #whenNone: () => void = () => {};

  /** The same events, counted on the way. */
  watch(events: Events): Events {
    return {
      ...events,
      requestStarted: () => {
        this.#count += 1;
        events.requestStarted();
      },
      requestEnded: () => {
        events.requestEnded();
        this.#count -= 1;
        if (this.#count === 0) this.#whenNone();
      },
    };
  }

  /** Resolves when none is running, or after the time. */
  ended(timeoutMs: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#whenNone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
