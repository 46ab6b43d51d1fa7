/** A wait that anybody may end. Where it was ended before it began, it does not begin. */
export class Pause {
  #wake: () => void = () => {};
  #isWoken = false;

  async wait(ms: number): Promise<void> {
    if (!this.#isWoken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, longestMs));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#isWoken = false;
    this.#wake = () => {};
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }
}

/** Timers take no more; whoever waits looks again. */
const longestMs = 60 * 60 * 1_000;

/** Doubles with each failure; `random` from 0 up to 1, so that many do not come back all at once. */
export function backOffMs(failures: number, random: number, { firstMs, mostMs }: { firstMs: number; mostMs: number }) {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random / 2);
}
