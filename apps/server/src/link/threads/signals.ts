import type { Awaitable } from "#domain/clock.ts";
import type { Signal, SignalOf, Signals } from "#link/signals.ts";

/** Tells those that listen elsewhere, and resolves when they have done what it asks of them. */
export type Elsewhere = (signal: Signal) => Promise<void>;

/** All threads are one process: who sends a signal waits for those that listen in all of them. */
export class ThreadsSignals implements Signals {
  /** Of this thread. */
  readonly own: Signals;
  readonly #elsewhere: Elsewhere;

  constructor(own: Signals, elsewhere: Elsewhere) {
    this.own = own;
    this.#elsewhere = elsewhere;
  }

  send(signal: Signal): Promise<void> {
    return allOf([this.own.send(signal), this.#elsewhere(signal)]);
  }

  listen<Kind extends Signal["kind"]>(kind: Kind, listener: (signal: SignalOf<Kind>) => Awaitable<void>): () => void {
    return this.own.listen(kind, listener);
  }
}

/** One that fails keeps nothing from the others. */
export async function allOf(told: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(told)) if (outcome.status === "rejected") throw outcome.reason;
}
