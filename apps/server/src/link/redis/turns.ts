// Sealed thoughts, known to all instances. Those of this instance it knows itself as well, for while Redis is away.

import type { KeptTurn, KnownTurns, SealedTurn } from "@ghostllm/llm";
import type { Scope } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import { MemoryTurns } from "#link/memory/turns.ts";
import { maxTurnCharacters, sizeOfTurn, turnLifetimeMs } from "#link/turns.ts";
import type { Turns } from "#link/turns.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { findKept, keepTurns } from "./scripts/stores.ts";

interface TurnsParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly limit?: number | undefined;
}

export class RedisTurns implements Turns {
  readonly #parts: TurnsParts;
  readonly #keys: readonly string[];
  readonly #own: MemoryTurns;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
    this.#keys = ["values", "order", "sums"].map((name) => parts.keys.of("turns", name));
    this.#own = new MemoryTurns(parts.clock, parts.limit);
  }

  async find(scope: Scope, callNames: readonly string[]): Promise<KnownTurns> {
    if (callNames.length === 0) return new Map();
    const names = callNames.map((callName) => nameOf(scope, callName));
    const texts = await this.#parts.commands.ask(findKept, this.#keys, names).catch(() => null);
    if (!Array.isArray(texts)) return this.#own.find(scope, callNames);
    const found = new Map<string, SealedTurn>();
    for (const [index, callName] of callNames.entries()) {
      const text: unknown = texts[index];
      if (typeof text === "string" && text !== "") found.set(callName, JSON.parse(text) as SealedTurn);
    }
    return found;
  }

  async keep(scope: Scope, kept: KeptTurn): Promise<void> {
    const { commands, limit = maxTurnCharacters } = this.#parts;
    const text = JSON.stringify(kept.turn);
    const characters = sizeOfTurn(kept.turn);
    const entries = kept.callNames.flatMap((callName) => {
      const name = nameOf(scope, callName);
      return [name, characters + name.length, text];
    });
    this.#own.keep(scope, kept);
    // A model goes on without its thoughts where they are lost.
    await commands.ask(keepTurns, this.#keys, [limit, turnLifetimeMs, ...entries]).catch(() => undefined);
  }
}

function nameOf({ kind, id }: Scope, callName: string): string {
  return `${kind} ${id} ${callName}`;
}
