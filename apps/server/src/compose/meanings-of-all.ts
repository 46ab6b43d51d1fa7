import type { Awaitable } from "#domain/clock.ts";
import type { CachePurge } from "#link/cache.ts";
import type { Meaning, Meanings, MeaningsUse, Near } from "#link/meanings.ts";
import type { Signals } from "#link/signals.ts";
import { hearMeaning, tellMeaning } from "#link/told-meaning.ts";

/**
 * Those of this process. What is kept in it is told to all others, where they find the same answers (docs/decisions/0073), and what is to be
 * forgotten is forgotten in all: each holds texts of its own.
 */
export class MeaningsOfAll implements Meanings {
  readonly #own: Meanings;
  readonly #isShared: boolean;
  #signals: Pick<Signals, "send"> | null = null;

  /** `isShared`: all processes find the answers that these lead to. */
  constructor(own: Meanings, isShared = false) {
    this.#own = own;
    this.#isShared = isShared;
  }

  /** Answers how to leave them. */
  join(signals: Pick<Signals, "send" | "listen">): () => void {
    this.#signals = signals;
    const leave = [
      signals.listen("answers_forgotten", ({ what }) => this.#own.purge(what)),
      signals.listen("answer_kept", ({ meaning }) => this.#own.keep(hearMeaning(meaning))),
    ];
    return () => leave.forEach((end) => end());
  }

  nearest(group: string, vector: Float32Array): Awaitable<readonly Near[]> {
    return this.#own.nearest(group, vector);
  }

  keep(meaning: Meaning): Awaitable<void> {
    if (this.#signals === null || !this.#isShared) return this.#own.keep(meaning);
    return this.#signals.send({ kind: "answer_kept", meaning: tellMeaning(meaning) });
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
