// Tells Redis again and again that this instance is there, and looks whether Redis is: while the breaker is open these are the
// only ones that wait for it. Invariant: when it closes, Redis has been told what it missed.

import { RedisAway } from "./commands.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import type { Reunion } from "./reunion.ts";
import { beat, goodbye } from "./scripts/reunion.ts";

interface HeartbeatParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly reunion: Reunion;
  readonly monotonic: () => number;
}

const intervalMs = 250;

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | null = null;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** The first word to a Redis that is there. */
  async begin(): Promise<void> {
    await this.#parts.reunion.meet();
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.beat(), intervalMs);
  }

  /** One at a time, however long it takes. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => (this.#beating = null));
    return this.#beating;
  }

  /** What it holds is given back: to be called when all has been told. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const { commands, keys, reunion } = this.#parts;
    await reunion.flush();
    await commands.run(goodbye, keys.countersOf(commands.instance), []).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { commands, keys, reunion, monotonic } = this.#parts;
    const { breaker } = commands;
    const startedAt = monotonic();
    try {
      const reply = await commands.runAnyway(beat, keys.countersOf(commands.instance), []);
      if (reply[0] !== "beat") return;
      const isGood = breaker.isGood(monotonic() - startedAt);
      reunion.see(reply[3]);
      if (breaker.isOpen) {
        if (breaker.probed(isGood)) await reunion.meet();
      } else if (reunion.epoch === null || reunion.epoch !== reply[2]) {
        reunion.epoch = null;
        await reunion.meet();
      } else await reunion.flush();
    } catch (error) {
      breaker.probed(false);
      if (!(error instanceof RedisAway)) breaker.open(error instanceof Error ? error.message : String(error));
    }
  }
}
