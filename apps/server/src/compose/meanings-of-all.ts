import type { Awaitable } from "#domain/clock.ts";
import type { CachePurge } from "#link/cache.ts";
import type { Meaning, Meanings, MeaningsUse, Near } from "#link/meanings.ts";
import type { Signals } from "#link/signals.ts";

/** Those of this process. What is to be forgotten is forgotten in all others as well: they hold texts of their own. */
export class MeaningsOfAll implements Meanings {
  readonly #own: Meanings;
  #signals: Pick<Signals, "send"> | null = null;

  constructor(own: Meanings) {
    this.#own = own;
  }

  /** Answers how to leave them. */
  join(signals: Pick<Signals, "send" | "listen">): () => void {
    this.#signals = signals;
    return signals.listen("answers_forgotten", ({ what }) => this.#own.purge(what));
  }

  nearest(group: string, vector: Float32Array): Awaitable<readonly Near[]> {
    return this.#own.nearest(group, vector);
  }

  keep(meaning: Meaning): Awaitable<void> {
    return this.#own.keep(meaning);
  }

  purge(what: CachePurge): Awaitable<void> {
    return this.#signals === null ? this.#own.purge(what) : this.#signals.send({ kind: "answers_forgotten", what });
  }

  noteTold(): void {
    this.#own.noteTold();
  }

  use(): Awaitable<MeaningsUse> {
    return this.#own.use();
  }
}
