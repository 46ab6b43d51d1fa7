import type { KeptTurn, KnownTurns, SealedTurn } from "@ghostllm/llm";
import type { Scope } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import { maxTurnCharacters, sizeOfTurn, turnLifetimeMs } from "#link/turns.ts";
import type { Turns } from "#link/turns.ts";

interface Kept {
  readonly turn: SealedTurn;
  readonly characters: number;
  readonly expiresAt: number;
}

/** The oldest go first. */
export class MemoryTurns implements Turns {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  readonly #maxCharacters: number;
  #characters = 0;

  constructor(clock: Clock, limit: number = maxTurnCharacters) {
    this.#clock = clock;
    this.#maxCharacters = limit;
  }

  find(scope: Scope, callNames: readonly string[]): KnownTurns {
    const found = new Map<string, SealedTurn>();
    for (const callName of callNames) {
      const turn = this.#find(nameOf(scope, callName));
      if (turn !== undefined) found.set(callName, turn);
    }
    return found;
  }

  keep(scope: Scope, { callNames, turn }: KeptTurn): void {
    const characters = sizeOfTurn(turn);
    const expiresAt = this.#clock.monotonic() + turnLifetimeMs;
    for (const callName of callNames) {
      const name = nameOf(scope, callName);
      this.#keep(name, { turn, characters: characters + name.length, expiresAt });
    }
  }

  #find(name: string): SealedTurn | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    if (kept.expiresAt > this.#clock.monotonic()) return kept.turn;
    this.#drop(name, kept);
    return undefined;
  }

  #keep(name: string, kept: Kept): void {
    const before = this.#kept.get(name);
    if (before !== undefined) this.#drop(name, before);
    this.#kept.set(name, kept);
    this.#characters += kept.characters;
    for (const [oldest, old] of this.#kept) {
      if (this.#characters <= this.#maxCharacters && old.expiresAt > this.#clock.monotonic()) return;
      this.#drop(oldest, old);
    }
  }

  #drop(name: string, { characters }: Kept): void {
    this.#kept.delete(name);
    this.#characters -= characters;
  }
}

function nameOf({ kind, id }: Scope, callName: string): string {
  return `${kind} ${id} ${callName}`;
}
