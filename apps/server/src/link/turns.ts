// Thoughts that vendors sealed, kept by the names of the calls they led to until the client comes with the results. A client
// that loses them loses nothing but the model's train of thought, so they may expire, and are bounded in number and size.

import type { KeptTurn, KnownTurns, SealedTurn } from "@ghostllm/llm";
import type { Scope } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";

/** Of one scope each: nobody is given what others were told. */
export interface Turns {
  /** Those that are known. */
  find(scope: Scope, callNames: readonly string[]): Awaitable<KnownTurns>;
  keep(scope: Scope, kept: KeptTurn): Awaitable<void>;
}

/** A tool may take long, and so may the person who has to allow it. */
export const turnLifetimeMs = 60 * 60 * 1000;
/** Of all together. */
export const maxTurnCharacters = 32 * 1024 * 1024;

/** Of an entry with its name and objects, roughly. */
const overheadCharacters = 200;

export function sizeOfTurn({ reasoning, signatures }: SealedTurn): number {
  const thoughts = reasoning.map(({ text, signature, encrypted }) => {
    return text.length + (signature?.value.length ?? 0) + (encrypted?.value.length ?? 0);
  });
  const seals = Object.values(signatures).map(({ value }) => value.length);
  return [...thoughts, ...seals].reduce((sum, length) => sum + length, overheadCharacters);
}
