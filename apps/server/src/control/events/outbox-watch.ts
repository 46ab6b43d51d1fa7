// Tells whoever waits for events that there are new ones, from whichever instance. It asks the database for one number while
// somebody waits, and nothing otherwise.

import { AsyncLocalStorage } from "node:async_hooks";
import type { EventStore } from "#control/store/events/event-store.ts";

const intervalMs = 200;

export class OutboxWatch {
  readonly #store: Pick<EventStore, "head">;
  readonly #waiting = new Set<() => void>();
  /** Who comes first may be a request with little patience, which shall not be that of all who come later. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #timer: NodeJS.Timeout | undefined;
  #head = 0;
  #isAsking = false;

  constructor(store: Pick<EventStore, "head">) {
    this.#store = store;
  }

  /** Is called whenever there may be more. Answers how to stop it. */
  listen(onMore: () => void): () => void {
    this.#waiting.add(onMore);
    this.#timer ??= this.#outside(() => setInterval(() => void this.#ask(), intervalMs).unref());
    return () => {
      this.#waiting.delete(onMore);
      if (this.#waiting.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** As it was last seen. */
  get head(): number {
    return this.#head;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const head = await this.#store.head();
      if (head === this.#head) return;
      this.#head = head;
      for (const onMore of this.#waiting) onMore();
    } catch {
      // The database is away, which its own watch tells: what is stored waits there.
    } finally {
      this.#isAsking = false;
    }
  }
}
