// Who asks for what others wait for, at any instance. While Redis is away each asks for himself.

import { failureMs } from "#link/askers.ts";
import type { Askers, Asking } from "#link/askers.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { releaseAsking, takeAsking } from "./scripts/askers.ts";

interface AskersParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
}

const alone: Asking = { isMine: true, failures: 0 };

export class RedisAskers implements Askers {
  readonly #parts: AskersParts;

  constructor(parts: AskersParts) {
    this.#parts = parts;
  }

  async take(name: string, asker: string, leaseMs: number): Promise<Asking> {
    const { commands } = this.#parts;
    const told = await commands.ask(takeAsking, [this.#keyOf(name)], [asker, leaseMs]).catch(() => null);
    if (told === null) return alone;
    const [isMine, failures] = told as readonly [number, number];
    return { isMine: isMine === 1, failures };
  }

  async release(name: string, asker: string, hasFailed: boolean): Promise<void> {
    const given = [asker, hasFailed ? 1 : 0, failureMs];
    // It expires.
    await this.#parts.commands.ask(releaseAsking, [this.#keyOf(name)], given).catch(() => undefined);
  }

  #keyOf(name: string): string {
    return this.#parts.keys.of("askers", name);
  }
}
