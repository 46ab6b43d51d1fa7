// How long somebody is willing to wait for the database: over all statements of what is run, in whatever function they are.
// Called by the admin plane for each request, and by the drivers for each statement. Invariant: a statement that was given
// up before it was sent is never run, and one of a transaction that was given up is never committed.

import { AsyncLocalStorage } from "node:async_hooks";
import { GhostError } from "@ghostllm/contract";

interface Left {
  ms: number;
  /** Statements that are waited for at this moment. */
  waiting: number;
  /** Since when there is one of them. */
  since: number;
}

export class Patience {
  readonly #left = new AsyncLocalStorage<Left>();

  /** Runs something that may spend so long on waiting for the database in all, however long it takes otherwise. */
  within<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
    return this.#left.run({ ms, waiting: 0, since: 0 }, run);
  }

  /** Rejects with `service_unavailable` when the patience of whoever is running is over; `giveUp` is called before. */
  async wait<Result>(work: Promise<Result>, giveUp: () => void = () => undefined): Promise<Result> {
    const left = this.#left.getStore();
    if (left === undefined) return work;
    let timer: NodeJS.Timeout | undefined;
    const leftMs = begin(left);
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow()), Math.max(0, leftMs));
    });
    try {
      return await Promise.race([work, over]);
    } catch (error) {
      if (isTooSlow(error)) giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
      end(left);
    }
  }
}

/** What statements that run at once take together is the time in which any of them runs. Returns what is left of it, in ms. */
function begin(left: Left): number {
  const now = performance.now();
  if (left.waiting === 0) left.since = now;
  left.waiting += 1;
  return left.ms - (now - left.since);
}

function end(left: Left): void {
  left.waiting -= 1;
  if (left.waiting === 0) left.ms -= performance.now() - left.since;
}

class TooSlow extends GhostError {}

function tooSlow(): TooSlow {
  const message = "The database does not answer in time. Look what came of a change before you repeat it.";
  return new TooSlow("service_unavailable", message, { retryAfterSeconds: 5 });
}

export function isTooSlow(error: unknown): error is GhostError {
  return error instanceof TooSlow;
}
