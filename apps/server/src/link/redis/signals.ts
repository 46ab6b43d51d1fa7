// Signals to all instances. Whoever sends one waits for its own process; others hear it from Redis. Invariant: whoever may have
// missed one, because it did not listen for a while, looks at all that signals are about.

import type { Awaitable } from "#domain/clock.ts";
import { MemorySignals } from "#link/memory/signals.ts";
import type { Signal, SignalOf, Signals } from "#link/signals.ts";
import type { RedisConnection } from "./connection.ts";

interface SignalsParts {
  /** One that does nothing but listen. */
  readonly listener: RedisConnection;
  readonly sender: RedisConnection;
  readonly channel: string;
  readonly instance: string;
}

/** On the wire. */
type Message = { readonly from: string; readonly signal: Signal } | { readonly from: string; readonly settled: string };

export class RedisSignals implements Signals {
  readonly #here = new MemorySignals();
  readonly #parts: SignalsParts;
  /** Told of what other instances tell, for the other threads of this one. */
  onOthers: (signal: Signal) => void = () => {};
  /** Others settle what this instance has admitted. */
  onSettled: (id: string) => void = () => undefined;
  /** There may have been signals that nobody here has heard. */
  #mayHaveMissed = false;

  constructor(parts: SignalsParts) {
    this.#parts = parts;
    parts.listener.on("error", () => undefined);
    parts.listener.on("message", (_channel: string, text: string) => this.#hear(text));
    parts.listener.on("ready", () => void this.#listenAgain().catch(() => undefined));
  }

  /** Before anything is read that signals are about. Rejects where Redis is away: it is listened to as soon as it is there. */
  async listenToOthers(): Promise<void> {
    const { listener, channel } = this.#parts;
    try {
      await listener.connect();
      await listener.subscribe(channel);
    } finally {
      this.#mayHaveMissed = true;
    }
  }

  async send(signal: Signal): Promise<void> {
    this.#publish({ from: this.#parts.instance, signal });
    await this.#here.send(signal);
  }

  listen<Kind extends Signal["kind"]>(kind: Kind, listener: (signal: SignalOf<Kind>) => Awaitable<void>): () => void {
    return this.#here.listen(kind, listener);
  }

  close(): void {
    this.#parts.listener.disconnect();
  }

  /** What another instance holds for this request is settled. */
  settled(id: string): void {
    this.#publish({ from: this.#parts.instance, settled: id });
  }

  #publish(message: Message): void {
    const { sender, channel } = this.#parts;
    // Who misses it is late.
    sender.publish(channel, JSON.stringify(message)).catch(() => undefined);
  }

  async #listenAgain(): Promise<void> {
    const { listener, channel } = this.#parts;
    if (!this.#mayHaveMissed) return;
    await listener.subscribe(channel);
    await this.#here.send({ kind: "snapshot_changed" });
  }

  #hear(text: string): void {
    const { instance } = this.#parts;
    const message = parse(text);
    if (message === null || message.from === instance) return;
    if ("settled" in message) return this.onSettled(message.settled);
    this.onOthers(message.signal);
    // What cannot be done now comes about without the signal, too.
    this.#here.send(message.signal).catch(() => undefined);
  }
}

/** Whoever can write to this Redis counts the money, too: its words are believed as far as they can be read. */
function parse(text: string): Message | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== "object" || message === null || !("from" in message)) return null;
    return "signal" in message || "settled" in message ? (message as Message) : null;
  } catch {
    return null;
  }
}
