// How long somebody is willing to wait for the database: over all statements of what is run, in whatever function they are.
// Called by the admin plane for each request, and by the drivers for each statement. Invariant: a statement that was given
// up before it was sent is never run, and one of a transaction that was given up is never committed.

import { AsyncLocalStorage } from "node:async_hooks";
import { GhostError } from "@ghostllm/contract";

interface Left {
  ms: number;
}

export class Patience {
  readonly #left = new AsyncLocalStorage<Left>();

  /** Runs something that may spend so long on waiting for the database in all, however long it takes otherwise. */
  within<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
    return this.#left.run({ ms }, run);
  }

  /** Rejects with `service_unavailable` when the patience of whoever is running is over; `giveUp` is called before. */
  async wait<Result>(work: Promise<Result>, giveUp: () => void = () => undefined): Promise<Result> {
    const left = this.#left.getStore();
    if (left === undefined) return work;
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow()), Math.max(0, left.ms));
    });
    try {
      return await Promise.race([work, over]);
    } catch (error) {
      if (isTooSlow(error)) giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
      left.ms -= performance.now() - startedAt;
    }
  }
}

class TooSlow extends GhostError {}

function tooSlow(): TooSlow {
  const message = "The database does not answer in time. Look what came of a change before you repeat it.";
  return new TooSlow("service_unavailable", message, { retryAfterSeconds: 5 });
}

export function isTooSlow(error: unknown): error is GhostError {
  return error instanceof TooSlow;
}
