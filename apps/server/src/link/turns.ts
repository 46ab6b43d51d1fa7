// Thoughts that vendors sealed, kept by the names of the calls they led to until the client comes with the results. A client
// that loses them loses nothing but the model's train of thought, so they may expire, and are bounded in number and size.

import type { KeptTurn, KnownTurns } from "@ghostllm/llm";
import type { Scope } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";

/** Of one scope each: nobody is given what others were told. */
export interface Turns {
  /** Those that are known. */
  find(scope: Scope, callNames: readonly string[]): Awaitable<KnownTurns>;
  keep(scope: Scope, kept: KeptTurn): Awaitable<void>;
}
