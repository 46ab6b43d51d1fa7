import type { Awaitable } from "#domain/clock.ts";
import type { Signal, SignalOf, Signals } from "#link/signals.ts";

type Listener = (signal: Signal) => Awaitable<void>;

export class MemorySignals implements Signals {
  readonly #listeners = new Set<Listener>();

  async send(signal: Signal): Promise<void> {
    // One that throws keeps nothing from the others.
    const told = [...this.#listeners].map(async (listener) => listener(signal));
    const outcomes = await Promise.allSettled(told);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  listen<Kind extends Signal["kind"]>(kind: Kind, listener: (signal: SignalOf<Kind>) => Awaitable<void>): () => void {
    const own: Listener = (signal) => (isOf(signal, kind) ? listener(signal) : undefined);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}

function isOf<Kind extends Signal["kind"]>(signal: Signal, kind: Kind): signal is SignalOf<Kind> {
  return signal.kind === kind;
}
